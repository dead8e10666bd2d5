#!/usr/bin/env python3
"""Tests of the demo model's measurement, with a stand-in for plim: no model, no engine."""

import json
import os
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True

from demo_model import engine_alone, episodes, held_out, quantization  # noqa: E402  (needs the path above)

# Writes what PLIM_STAND_IN says into the project, and reports the calls it is told to.
STAND_IN = """#!/usr/bin/env python3
import json, os, pathlib, sys
act = json.loads(os.environ["PLIM_STAND_IN"])
for name, text in act["files"].items():
    pathlib.Path(name).write_text(text)
calls = [{"id": "1", "name": name, "arguments": arguments} for name, arguments in act["calls"]]
print(json.dumps({"type": "task_started"}))
print(json.dumps({"type": "message", "message": {"role": "user", "content": "Fix it."}}))
print(json.dumps({"type": "message", "message": {"role": "assistant", "content": "", "tool_calls": calls}}))
print(json.dumps({"type": "turn_finished", "usage": {}}))
print(json.dumps({"type": "task_finished", "outcome": "verified", "reason": "the tests pass", "rescued": 2}))
sys.exit(act["code"])
"""
RIGHT, WRONG = "def one():\n    return 1\n", "def one():\n    return 2\n"
TEST = "import unittest\nfrom one import one\n\nclass OneTest(unittest.TestCase):\n" \
       "    def test_one(self):\n        self.assertEqual(one(), 1)\n"
EDIT = ["edit", '{"path": "one.py", "line": 2, "new": "    return 1"}']


def tool(name, required, **types):
    return {"type": "function", "function": {"name": name, "parameters": {
        "type": "object", "required": required, "properties": {key: {"type": kind} for key, kind in types.items()}}}}


TOOLS = [tool("read", ["path"], path="string", start="integer"),
         tool("edit", ["path", "line", "new"], path="string", line="integer", new="string")]


def project(family="wrong constant", source=WRONG):
    return held_out.Project(1, "python", family, "Fix it.", "python3 -m unittest", "one.py",
                            {"one.py": source, "test_one.py": TEST})


class Episodes(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        plim = self.folder / "plim"
        plim.write_text(STAND_IN)
        plim.chmod(0o755)
        self.agent = episodes.Agent(pathlib.Path("model.gguf"), self.folder / "home", TOOLS, plim)
        self.addCleanup(os.environ.pop, "PLIM_STAND_IN", None)

    def run_with(self, files, calls=(EDIT,), of=None, code=0):
        os.environ["PLIM_STAND_IN"] = json.dumps({"files": files, "calls": calls, "code": code})
        return self.agent.run(of or project())

    def test_a_repair_of_the_broken_file_counts(self):
        run = self.run_with({"one.py": RIGHT})
        self.assertEqual((run.why, run.turns, run.calls, run.invalid, run.rescued), ("", 1, 1, [], 2))

    def test_what_plim_says_does_not_count(self):
        self.assertIn("one.py is as it was", self.run_with({}).why)

    def test_a_change_that_does_not_repair_is_none(self):
        self.assertIn("the tests fail", self.run_with({"one.py": "def one():\n    return 3\n"}).why)

    def test_a_repair_that_touches_the_test_is_none(self):
        self.assertIn("test_one.py was changed", self.run_with({"one.py": RIGHT, "test_one.py": TEST + "\n"}).why)

    def test_a_whole_project_must_stay_as_it_is(self):
        whole = project(held_out.NOTHING_WRONG, RIGHT)
        self.assertTrue(self.run_with({}, of=whole).solved)
        self.assertIn("did not come to an end", self.run_with({}, of=whole, code=3).why)
        self.assertIn("nothing was wrong", self.run_with({"one.py": RIGHT + "\n"}, of=whole).why)

    def test_calls_that_no_tool_could_take_are_named(self):
        bad = [["edit", '{"path": "one.py", "line": "2", "new": ""}'], ["edit", '{"path": "one.py"}'],
               ["read", '{"path": "one.py", "end": 3}'], ["read", '["one.py"]'], ["read", '{"path": "one.py"'],
               ["remove", '{"path": "one.py"}'], ["read", '{"path": "one.py", "start": true}']]
        run = self.run_with({"one.py": RIGHT}, [*bad, EDIT, ["read", '{"path": "one.py", "start": 2}']])
        self.assertEqual((run.calls, run.invalid), (9, [tuple(call) for call in bad]))

    def test_a_plim_that_does_not_start_is_no_result(self):
        self.agent.plim.write_text("#!/bin/sh\nexit 2\n")
        with self.assertRaises(RuntimeError):
            self.run_with({})

    def test_runs_are_counted_by_what_their_projects_are(self):
        runs = [self.run_with({"one.py": RIGHT}), self.run_with({})]
        self.assertEqual(episodes.by(runs, "family"), {"wrong constant": (1, 2)})
        self.assertIn("| wrong constant | 1 of 2 | 1 of 2 | 9% to 91% |", list(episodes.table(runs)))


class BareCalls(unittest.TestCase):
    def test_a_reply_is_valid_when_each_of_its_calls_is(self):
        call = '<tool_call>\n{"name": "read", "arguments": {"path": "a.py"}}\n</tool_call>'
        cases = {call: True, "I look.\n" + call + "\n" + call: True, call[:-12]: False, call + "<tool_call>": False,
                 call.replace("read", "raed"): False, call.replace("}}", "}"): False,
                 call.replace('"path"', '"file"'): False, "Done.": False,
                 '<tool_call>\n["read"]\n</tool_call>': False}
        self.assertEqual({said: engine_alone.is_bare_call(said, TOOLS) for said in cases}, cases)


class Agreement(unittest.TestCase):
    """A model here is a function from the tokens so far to its first choice."""

    def agreed(self, choice, reply):
        def choose(tokens, limit):
            said = []
            while len(said) < limit and engine_alone.END not in said:
                said.append(choice([*tokens, *said]))
            return said
        return engine_alone.agreed(choose, [7, 7], reply)

    def test_the_same_model_agrees_everywhere(self):
        reply = [3, 4, 5, engine_alone.END]
        self.assertEqual(self.agreed(lambda tokens: reply[len(tokens) - 2], reply), 4)

    def test_each_difference_costs_one_token(self):
        reply = [3, 4, 5, 6, engine_alone.END]
        other = [3, 9, 5, 6, 8]
        self.assertEqual(self.agreed(lambda tokens: other[len(tokens) - 2], reply), 3)

    def test_a_model_that_ends_early_or_never_differs_there(self):
        reply = [3, 4, engine_alone.END]
        self.assertEqual(self.agreed(lambda tokens: engine_alone.END, reply), 1)
        self.assertEqual(self.agreed(lambda tokens: 3, reply), 1)


class Picture(unittest.TestCase):
    def test_rows_become_a_table_and_a_picture_with_every_kind(self):
        rows = [quantization.Row("F16", 9_600_000, 100, 100, 19, 20),
                quantization.Row("Q2_K", 2_000_000, 60, 100, 0, 20)]
        self.assertIn("| Q2_K | 2.00 MB | 0 of 20, 0% | 0% to 16% | 60.00% of 100 |", list(quantization.table(rows)))
        drawn = xml.etree.ElementTree.fromstring(quantization.draw(rows))
        self.assertLessEqual({"F16", "Q2_K"}, {element.text for element in drawn.iter()})


if __name__ == "__main__":
    unittest.main()
