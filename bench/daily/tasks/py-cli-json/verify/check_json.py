import json
import os
import subprocess
import sys
import tempfile
import unittest


def run(*flags):
    with tempfile.TemporaryDirectory() as place:
        for name, size in (("small", 10), ("large", 3000), ('odd "name"', 500)):
            os.mkdir(os.path.join(place, name))
            with open(os.path.join(place, name, "data"), "wb") as file:
                file.write(b"x" * size)
        done = subprocess.run([sys.executable, "disk.py", place, *flags], capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(done.stderr)
        return done.stdout


ALL = [{"path": "large", "bytes": 3000}, {"path": 'odd "name"', "bytes": 500},
       {"path": "small", "bytes": 10}]


class Check(unittest.TestCase):
    def test_json(self):
        self.assertEqual(json.loads(run("--json")), {"folders": ALL, "total": 3510})

    def test_top(self):
        self.assertEqual(json.loads(run("--json", "--top", "1")), {"folders": ALL[:1], "total": 3510})

    def test_text_stays(self):
        self.assertEqual(run("--top", "1"), "      3K  large\n      3K  total\n")

    def test_no_folders(self):
        with tempfile.TemporaryDirectory() as place:
            done = subprocess.run([sys.executable, "disk.py", place, "--json"], capture_output=True, text=True)
        self.assertEqual(json.loads(done.stdout), {"folders": [], "total": 0})
