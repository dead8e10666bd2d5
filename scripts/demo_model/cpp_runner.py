"""Runs C++ projects: one at a time as the agent does, with `make test`, or many in one compilation.

A compiler run costs 0.3 s, whether for one project or a hundred. A batch includes each project's files
in a namespace of its own and runs their tests in child processes; `check_equal` in generate.py compares
a sample with the real command. What does not compile must be run alone.
"""

import shutil
import signal
import subprocess
from pathlib import Path

from runner import run_for_real

MAKEFILE = """test:
	@g++ -std=c++20 -Werror=return-type -o {0} {0}.cpp
	@./{0}
"""
CHECK = """#pragma once

#include <cstdio>
#include <exception>
#include <string>
#include <type_traits>
#include <vector>

inline int failures = 0;

inline std::string show(int value) { return std::to_string(value); }
inline std::string show(bool value) { return value ? "true" : "false"; }
inline std::string show(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}
inline std::string show(const std::string& value) { return '"' + value + '"'; }
inline std::string show(const std::vector<int>& values) {
  std::string text = "{";
  for (int value : values) text += (text.size() > 1 ? ", " : "") + show(value);
  return text + "}";
}

template <class T>
void check(const char* file, int line, const char* call, const T& is,
           const std::common_type_t<T>& expected) {
  if (is == expected) return;
  failures++;
  std::printf("%s:%d: %s is %s, expected %s\\n", file, line, call, show(is).c_str(),
              show(expected).c_str());
}

#define CHECK(call, ...)                                                           \\
  try {                                                                            \\
    check(__FILE__, __LINE__, #call, call, __VA_ARGS__);                           \\
  } catch (const std::exception& error) {                                          \\
    failures++;                                                                    \\
    std::printf("%s:%d: %s throws %s\\n", __FILE__, __LINE__, #call, error.what()); \\
  }
"""
BATCH_HEAD = """#include <algorithm>
#include <string>
#include <vector>
#include <sys/wait.h>
#include <unistd.h>
#include "check.hpp"
"""
# Each child's output is followed by a line with its number and how it ended.
BATCH_TAIL = """
void run(int number, int (*test)()) {
  std::fflush(stdout);
  if (fork() == 0) {
    alarm(2);
    const int code = test();
    std::fflush(stdout);
    _exit(code);
  }
  int status = 0;
  wait(&status);
  std::printf("\\1%d %d\\n", number, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
}
"""
SIGNALS = {signal.SIGSEGV: "Segmentation fault", signal.SIGFPE: "Floating point exception", signal.SIGABRT: "Aborted"}
BATCH = 150


def key(files: dict[str, str]) -> tuple:
    return tuple(sorted(files.items()))


class CppWorkdir:
    """As Workdir in runner.py, for projects with a Makefile."""

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        self.known: dict[tuple, str] = {}
        self.files: dict[str, str] = {}

    def fill(self, files: dict[str, str]) -> None:
        self.files = dict(files)

    def run(self, command: str) -> str:
        if key(self.files) not in self.known:
            self.known[key(self.files)] = self.run_for_real(command)
        return self.known[key(self.files)]

    def run_for_real(self, command: str) -> str:
        fresh(self.folder, self.files)
        return run_for_real(command, self.folder)

    def prefetch(self, wanted: list[dict[str, str]]) -> None:
        """Runs the tests of these projects, so that `run` need not; forgets all others."""
        unknown = list({key(files): files for files in wanted}.values())
        self.known = {}
        for start in range(0, len(unknown), BATCH):
            self.batch(unknown[start : start + BATCH])

    def batch(self, projects: list[dict[str, str]]) -> None:
        """One that does not compile is left out, to be run alone."""
        tests = [next(n for n in files if n.startswith("test_")) for files in projects]
        fresh(self.folder, {"check.hpp": CHECK})
        for number, files in enumerate(projects):
            # Without `#pragma once`: to the compiler files of equal content are the same.
            fresh(self.folder / f"p{number}", {name: text.replace("#pragma once", "") for name, text in files.items()
                                               if name not in ("check.hpp", "Makefile")})
        spaces = "".join(f'namespace p{n} {{\n#include "p{n}/{t}"\n}}\n' for n, t in enumerate(tests))
        calls = "".join(f"  run({n}, p{n}::main);\n" for n in range(len(projects)))
        (self.folder / "batch.cpp").write_text(f"{BATCH_HEAD}{spaces}{BATCH_TAIL}\nint main() {{\n{calls}}}\n")
        compiled = subprocess.run(["g++", "-std=c++20", "-I.", "-w", "-o", "batch", "batch.cpp"], cwd=self.folder,
                                  stderr=subprocess.DEVNULL, check=False)
        if compiled.returncode != 0:
            half = len(projects) // 2
            for part in (projects[:half], projects[half:]) if half else ():
                self.batch(part)
            return
        output = subprocess.run(["./batch"], cwd=self.folder, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, check=True).stdout.decode()
        self.keep(projects, output)

    def keep(self, projects: list[dict[str, str]], output: str) -> None:
        shown = ""
        for line in output.split("\n"):
            before, mark, end = line.partition("\1")
            if not mark:
                shown += line + "\n"
                continue
            number, status = map(int, end.split())
            shown = (shown + before).replace(f"p{number}/", "")
            self.known[key(projects[number])] = as_make_says(status, shown)
            shown = ""


def as_make_says(status: int, shown: str) -> str:
    if status == 0:
        return f"exit 0\n{shown}".rstrip()
    why = f"Error {status}" if status > 0 else SIGNALS.get(-status, "Killed")
    return f"exit 2\n{shown}make: *** [Makefile:3: test] {why}"


def fresh(folder: Path, files: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
