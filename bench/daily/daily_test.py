#!/usr/bin/env python3
"""Tests of the suite's own machinery, with a stand-in for plim: no model, no engine."""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True

from daily import attempt, run, score, task  # noqa: E402  (needs the path above)

# Does with the project what PLIM_STAND_IN says, logs its call, and reports as plim would.
STAND_IN = """#!/usr/bin/env python3
import json, os, pathlib, sys
arguments = sys.argv[1:]
seed = arguments[arguments.index("--seed") + 1]
with open(os.environ["PLIM_STAND_IN_LOG"], "a") as log:
    log.write(seed + "\\n")
acts = json.loads(os.environ["PLIM_STAND_IN"])
act = acts.get(seed, acts["*"])
if act.get("code") == 2:
    sys.exit("no such flag")
print(json.dumps({"type": "task_started", "context": 4096}))
for name, text in act.get("files", {}).items():
    pathlib.Path(name).write_text(text)
    print(json.dumps({"type": "tool_started", "call": {"name": "edit", "arguments": "{}"}}))
    print(json.dumps({"type": "tool_finished", "is_error": False}))
print(json.dumps({"type": "message", "message": {"role": "assistant", "content": act.get("says", "Done.")}}))
print(json.dumps({"type": "turn_finished", "usage": {"prompt": 100, "cached": 60, "completion": 7}}))
print(json.dumps({"type": "task_finished", "reason": act.get("reason", "")}))
print('{"type": "cut o')
sys.exit(act.get("code", 0))
"""

CRATE = task.load("py-crate-start")
RIGHT = {"files": {"garage.py": (CRATE.workspace / "garage.py").read_text().replace("= 0", "= 1")}}
NOTHING = {"code": 3}
ONLY_TESTS = {"files": {"test_garage.py": ""}}


class Suite(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.folder = pathlib.Path(folder)
        self.plim = self.folder / "plim"
        self.plim.write_text(STAND_IN)
        self.plim.chmod(0o755)
        os.environ["PLIM_STAND_IN_LOG"] = str(self.folder / "log")

    def run_suite(self, acts, *flags, only=("py-crate-start",)):
        """(exit code, attempts, what it printed)."""
        os.environ["PLIM_STAND_IN"] = json.dumps(acts)
        figures = self.folder / "figures.json"
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = run.main(["--endpoint", "http://127.0.0.1:1/v1", "--plim", str(self.plim), "--json", str(figures),
                             "--results", str(self.folder / "results.jsonl"), "--only", *only, *flags])
        return code, json.loads(figures.read_text())["attempts"], out.getvalue()

    def calls(self):
        log = self.folder / "log"
        return log.read_text().split() if log.exists() else []

    def test_counts_what_the_proof_says_and_not_what_plim_claims(self):
        code, tries, said = self.run_suite({"1": RIGHT, "2": ONLY_TESTS, "*": NOTHING})
        self.assertEqual(code, 0)
        self.assertEqual([(t["passed"], t["cause"], t["claimed"]) for t in tries],
                         [(True, "", True), (False, "changed only the tests", True),
                          (False, "nothing was changed", False)])
        self.assertEqual((tries[0]["prompt"], tries[0]["cached"], tries[0]["generated"]), (100, 60, 7))
        self.assertIn("pass^3: 0% of 1 tasks", said)

    def test_goes_on_where_it_was(self):
        self.run_suite({"*": RIGHT}, "--passes", "1")
        _, tries, _ = self.run_suite({"*": NOTHING})
        self.assertEqual([t["passed"] for t in tries], [True, False, False])
        self.assertEqual(self.calls(), ["1", "2", "3"])
        self.run_suite({"*": RIGHT}, "--fresh", "--passes", "1")
        self.assertEqual(self.calls(), ["1", "2", "3", "1"])

    def test_another_limit_is_another_measurement(self):
        self.run_suite({"*": RIGHT}, "--passes", "1")
        _, tries, _ = self.run_suite({"*": NOTHING}, "--passes", "1", "--limit", "7")
        self.assertEqual([t["passed"] for t in tries], [False])

    def test_says_what_is_known_when_interrupted(self):
        code, tries, said = self.run_suite({"1": RIGHT, "*": {"code": 130}})
        self.assertEqual((code, len(tries)), (130, 1))
        self.assertIn("attempts passed: 1 of 1", said)

    def test_a_plim_that_does_not_start_is_no_result(self):
        code, tries, said = self.run_suite({"*": {"code": 2}})
        self.assertEqual((code, tries), (1, []))
        self.assertIn("no such flag", said)

    def test_a_question_is_judged_by_its_answer_and_by_what_was_left_alone(self):
        right = {"says": (task.load("py-where-is-retry").folder / "answer.md").read_text(), "code": 3}
        wrong = {"says": "It tries 3 times, see sync/settings.py.", "code": 3}
        touched = right | {"files": {"README.md": "x"}}
        _, tries, _ = self.run_suite({"1": right, "2": wrong, "3": touched, "*": {}}, only=("py-where-is-retry",))
        self.assertEqual([(t["passed"], t["cause"]) for t in tries],
                         [(True, ""), (False, "a wrong answer"), (False, "a wrong answer")])

    def test_a_link_in_place_of_a_test_is_no_way_out(self):
        with tempfile.TemporaryDirectory() as folder:
            project = pathlib.Path(folder) / "project"
            CRATE.copy_to(project)
            (project / "garage.py").write_text(RIGHT["files"]["garage.py"])
            (project / "test_garage.py").unlink()
            (project / "test_garage.py").symlink_to("/etc/hostname")
            self.assertTrue(CRATE.judge(project, "").passed)
            (project / "garage.py").write_text("import os\nos._exit(0)\n")
            verdict = CRATE.judge(project, "")
            self.assertEqual((verdict.passed, verdict.code), (False, 0))


class Causes(unittest.TestCase):
    def test_each(self):
        def cause(code, reason, files=("garage.py",)):
            events = attempt.Events(json.dumps({"type": "task_finished", "reason": reason}))
            return attempt.cause_of(CRATE, code, events, attempt.Attempt("t", 1, False, code=code, files=list(files)))

        self.assertEqual(cause(4, ""), "the engine failed")
        self.assertEqual(cause(124, ""), "out of time")
        self.assertEqual(cause(1, "gave up after the time limit of 9 s"), "out of time")
        self.assertEqual(cause(1, "the model repeats the same read call"), "went in circles")
        self.assertEqual(cause(0, "the tests pass"), "said done, and it is not")
        self.assertEqual(cause(1, "the tests still fail after 3 tries"), "wrong change, and it knew")


class Score(unittest.TestCase):
    def test_wilson(self):
        low, high = score.wilson(288, 300)
        self.assertAlmostEqual(low, 0.931, 3)
        self.assertAlmostEqual(high, 0.977, 3)
        self.assertEqual(score.wilson(0, 0), (0.0, 1.0))
        self.assertAlmostEqual(score.wilson(3, 3)[0], 0.4385, 3)

    def test_pass_hat(self):
        self.assertEqual(score.pass_hat(3, 3, 3), 1)
        self.assertEqual(score.pass_hat(2, 3, 3), 0)
        self.assertEqual(score.pass_hat(4, 5, 3), 0.4)
        self.assertIsNone(score.pass_hat(2, 2, 3))


if __name__ == "__main__":
    unittest.main()
