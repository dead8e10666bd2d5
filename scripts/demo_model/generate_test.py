#!/usr/bin/env python3
"""The generator of the demo model's data: what it shows is what the tools would say."""

import contextlib
import os
import sys
import tempfile
import unittest
from pathlib import Path
from random import Random
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))
import functions  # noqa: E402  (needs the path above)
import generate  # noqa: E402
import words  # noqa: E402
from projects import Mix, make_project, makers  # noqa: E402


class Generator(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(contextlib.chdir(os.getcwd()))  # the generator leaves its folder
        self.runner = generate.Runner(Path(self.folder) / "work")

    def episodes(self, count, **mix):
        return list(generate.episodes(11, count, self.runner, Mix(**mix)))

    def test_every_family_has_templates_in_both_languages(self):
        for language in functions.LANGUAGES:
            for family in functions.FAMILIES:
                self.assertTrue(makers(family, language), f"{family} in {language}")

    def test_the_seed_decides_everything_but_how_long_tests_take(self):
        first, second = ([generate.without_time(str(e)) for e in self.episodes(12)] for _ in range(2))
        self.assertEqual(first, second)

    def test_recorded_test_output_is_that_of_the_real_command(self):
        for episode in self.episodes(8):
            generate.check_equal(episode, self.runner)

    def test_an_episode_ends_with_passing_tests_and_changes_nothing_but_its_source(self):
        for episode in self.episodes(24):
            results = [m["content"] for m in episode["messages"] if m["role"] == "tool"]
            self.assertTrue(results[-1].startswith("exit 0"), results[-1])
            paths = {call["arguments"]["path"] for m in episode["messages"] for call in m.get("tool_calls", [])
                     if call["name"] == "edit"}
            self.assertLessEqual(paths, {episode["source"]})

    def test_training_never_says_a_held_out_word(self):
        kept_back = {*words.HELD_OUT, *map(words.plural, words.HELD_OUT), *words.HELD_OUT_LOCALS}
        for episode in self.episodes(24):
            said = set(generate.re.findall(r"[a-z]+", episode["files"][episode["source"]]))
            self.assertFalse(said & kept_back, episode["source"])

    def test_pairs_of_parameters_are_made_up_as_often_as_asked_and_never_where_held_out(self):
        options = (("first", "second"), ("left", "right"))

        def pairs(held_out, invented):
            return {functions.Draw(generate.Random(n), held_out, invented).pair(*options) for n in range(40)}

        self.assertFalse(pairs(False, 1.0) & {*options})
        self.assertEqual(pairs(False, 0.0), {*options})
        self.assertEqual(pairs(True, 1.0), {*options})

    def test_no_module_takes_the_place_of_the_header_of_the_tests(self):
        drawn = [["price", "rate", "check"], ["price", "rate", "ledger"]]
        with mock.patch("projects.words.draw", side_effect=drawn):
            project = make_project(Random(3), language="cpp", family=functions.OPERATOR)
        self.assertEqual(project.path, "ledger.hpp")
        self.assertEqual(project.files["ledger.hpp"].split("\n")[project.line - 1], project.bug.wrong[0])

    def test_held_out_projects_are_named_after_held_out_words(self):
        for episode in self.episodes(12, held_out=True):
            self.assertIn(episode["source"].split(".")[0], words.HELD_OUT)

    def test_the_parts_of_a_completion_are_a_module_and_its_middle_is_one_line(self):
        for made in generate.completions(11, 20, Mix()):
            self.assertTrue(made["middle"])
            self.assertNotIn("\n", made["middle"])
            whole = made["prefix"] + made["middle"] + made["suffix"]
            if made["language"] == "python":
                compile(whole, "module", "exec")


if __name__ == "__main__":
    unittest.main()
