#!/usr/bin/env python3
"""Tests of bench/issues.py: which issues it makes of a data set's rows, and of what files and lines."""

import contextlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True

import issues  # noqa: E402

PATCH = """diff --git a/src/url.py b/src/url.py
--- a/src/url.py
+++ b/src/url.py
@@ -2,3 +2,4 @@ def parse(text):
 kept
-gone
+new
+newer
 kept too
diff --git a/src/added.py b/src/added.py
new file mode 100644
--- /dev/null
+++ b/src/added.py
@@ -0,0 +1 @@
+new
diff --git a/tests/test_url.py b/tests/test_url.py
--- a/tests/test_url.py
+++ b/tests/test_url.py
@@ -1 +1 @@
-old
+new
"""


class Mirror:
    """A folder of one clone, a/b, with one commit."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder)
        clone = self.path / "a/b"
        for path in ("src/url.py", "tests/test_url.py"):
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            (clone / path).write_text("one\nkept\ngone\nkept too\n")
        git = ["git", "-C", str(clone), "-c", "user.name=n", "-c", "user.email=e"]
        for step in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
            subprocess.run([*git, *step], check=True)
        self.base = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True,
                                   text=True).stdout.strip()

    def swe(self, name="a__b-1", **changes):
        return {"instance_id": name, "repo": "a/b", "base_commit": self.base, "problem_statement": "It fails",
                "patch": PATCH} | changes


class IssuesTest(unittest.TestCase):
    def setUp(self):
        self.mirror = Mirror(self.enterContext(tempfile.TemporaryDirectory()))

    def issue(self, row, known=()):
        return issues.issue_of(row, self.mirror.path, set(known))

    def test_takes_code_that_was_there_and_is_no_test(self):
        self.assertEqual(self.issue(self.mirror.swe()), {
            "id": "a__b-1", "repo": "a/b", "base": self.mirror.base, "lang": "python", "query": "It fails",
            "files": ["src/url.py"], "lines": {"src/url.py": [[3, 3], [4, 4]]}})

    def test_reads_rows_of_multi_swe_bench(self):
        row = {"instance_id": "a__b-2", "org": "a", "repo": "b", "base": {"sha": self.mirror.base}, "fix_patch": PATCH,
               "resolved_issues": [{"title": "Title", "body": None}, {"title": "Second", "body": "body"}]}
        self.assertEqual(self.issue(row)["query"], "Title\n\nSecond\nbody")

    def test_leaves_out_what_tells_nothing_new(self):
        self.assertIsNone(self.issue(self.mirror.swe(), known=["a/b"]))
        self.assertIsNone(self.issue(self.mirror.swe(repo="a/absent")))
        self.assertIsNone(self.issue(self.mirror.swe(problem_statement=" \n")))
        only_tests = PATCH[PATCH.index("diff --git a/tests"):]
        self.assertIsNone(self.issue(self.mirror.swe(patch=only_tests)))

    def test_takes_each_issue_once_and_no_more_of_a_repository_than_asked(self):
        rows = [self.mirror.swe(f"a__b-{n}") for n in (1, 2, 3, 1)]
        dataset = self.mirror.path / "rows.jsonl"
        dataset.write_text("".join(json.dumps(row) + "\n" for row in rows))
        counts = {}
        for most in ("2", "9"):
            said = io.StringIO()
            arguments = ["issues.py", str(dataset), "--mirror", str(self.mirror.path), "--most", most]
            with mock.patch.object(sys, "argv", arguments), contextlib.redirect_stdout(said), \
                    contextlib.redirect_stderr(io.StringIO()):
                issues.main()
            counts[most] = len(said.getvalue().splitlines())
        self.assertEqual(counts, {"2": 2, "9": 3})


if __name__ == "__main__":
    unittest.main()
