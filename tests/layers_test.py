#!/usr/bin/env python3
"""Checks scripts/check_layers.py itself: clean on our tree's rules, and each kind of fault found."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "scripts"))
import check_layers  # noqa: E402


class Layers(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.src = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)
        self.write("CMakeLists.txt", "module(base)\nmodule(sys base LIBS x)\nmodule(net base sys)\n")

    def write(self, path: str, text: str) -> None:
        file = self.src / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def faults(self) -> list[str]:
        return [fault.split(": ", 1)[1] for fault in check_layers.check(self.src)]

    def test_allows_what_the_list_names(self) -> None:
        self.write("net/a.cpp", '#include "base/x.hpp"\n#include <httplib.h>\n')
        self.write("sys/a.cpp", "#include <unistd.h>\n")
        self.write("net/a_test.cpp", "#include <unistd.h>\n")
        self.assertEqual(self.faults(), [])

    def test_finds_an_include_of_an_unnamed_module(self) -> None:
        self.write("base/a.hpp", '#include "net/a.hpp"\n')
        self.assertEqual(self.faults(), ["base may not include net/"])

    def test_finds_a_module_that_names_one_below_it(self) -> None:
        self.write("CMakeLists.txt", "module(base sys)\nmodule(sys)\n")
        self.assertEqual(self.faults(), ["base names sys, which is not above it"])

    def test_finds_headers_outside_their_quarantine(self) -> None:
        self.write("base/a.cpp", "#include <httplib.h>\n#include <sys/stat.h>\n#include <poll.h>\n")
        self.write("net/a.hpp", "#include <nlohmann/json.hpp>\n")
        self.assertEqual(len(self.faults()), 4)

    def test_finds_long_files_and_gives_tests_more_room(self) -> None:
        self.write("base/a.cpp", "\n" * 501)
        self.write("base/a_test.cpp", "\n" * 501)
        self.assertEqual(self.faults(), ["501 lines; the limit is 500"])

    def test_fails_when_there_is_no_list(self) -> None:
        self.write("CMakeLists.txt", "")
        self.assertEqual(self.faults(), ["no module(…) line found"])


if __name__ == "__main__":
    unittest.main()
