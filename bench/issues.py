#!/usr/bin/env python3
"""Makes issues for `./dev bench retrieval --issues FILE` out of public data sets.

    python3 bench/issues.py --mirror CLONES [--most 25] DATASET.jsonl … > FILE

DATASET: rows of SWE-bench or Loc-Bench (instance_id, repo, base_commit, problem_statement, patch) or of
Multi-SWE-bench (instance_id, org, repo, base, resolved_issues, fix_patch). CLONES is as retrieval.py
has it; issues of repositories that are not there are left out, and so are those of the six
repositories of bench/data, which are no news. The rule is that of bench/data/localisation.jsonl,
which it reproduces: the files are those of the fix that hold code, were there and are neither tests
nor documentation; an issue with none of them, or more than five, is left out. `--most`: of each
repository, chosen by the hash of their names.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

from retrieval import TASKS, clone_of

MOST_FILES = 5
CODE = re.compile(r"\.(c|h|cc|cpp|hpp|hh|inl|py|go|rs|js|mjs|ts|tsx|jsx|java|kt)$")
TEST = re.compile(r"(^|/)(tests?|testing|__tests__|specs?|testdata|benches|examples?|fuzz|docs?)(/|$)"
                  r"|(^|/)test_[^/]*$|[-_]test\.[a-z]+$|Tests?\.java$|\.(test|spec)\.[a-z]+$|conftest\.py$", re.I)
LANGUAGES = {"py": "python", "rs": "rust", "mjs": "js", "jsx": "js", "tsx": "ts", "h": "c", "cc": "cpp", "hpp": "cpp"}


def read(row):
    """(id, repository, base commit, text, patch)"""
    if "org" in row:
        text = "\n".join(f"{issue.get('title') or ''}\n{issue.get('body') or ''}" for issue in row["resolved_issues"])
        return row["instance_id"], f"{row['org']}/{row['repo']}", row["base"]["sha"], text, row["fix_patch"]
    return row["instance_id"], row["repo"], row["base_commit"], row["problem_statement"], row["patch"]


def changed(patch):
    """{path: [[line, line], …]} of what a patch changes in files that were there, as numbered before it."""
    files = {}
    for part in re.split(r"^diff --git ", patch, flags=re.M)[1:]:
        head, _, body = part.partition("\n@@")
        if "\nnew file mode" in head:
            continue
        lines, number = [], 0
        for line in ("@@" + body).split("\n"):
            if start := re.match(r"@@ -(\d+)", line):
                number = int(start[1])
            elif line.startswith(("-", "+")):
                lines.append(number)
                number += line.startswith("-")
            elif not line.startswith("\\"):
                number += 1
        files[re.match(r"a/(.*?) b/", head)[1]] = [[line, line] for line in sorted(set(lines))]
    return files


def is_there(clone, base, path):
    done = subprocess.run(["git", "-C", str(clone), "cat-file", "-e", f"{base}:{path}"], capture_output=True,
                          env={**os.environ, "GIT_NO_LAZY_FETCH": "1"}, check=False)
    return done.returncode == 0


def issue_of(row, mirror, known):
    """The issue, or None."""
    name, repo, base, text, patch = read(row)
    clone = None if repo in known else clone_of(mirror, repo)
    if not clone or not text.strip():
        return None
    lines = changed(patch)
    files = [path for path in lines if CODE.search(path) and not TEST.search(path) and is_there(clone, base, path)]
    if not 0 < len(files) <= MOST_FILES:
        return None
    extension = files[0].rpartition(".")[2]
    return {"id": name, "repo": repo, "base": base, "lang": LANGUAGES.get(extension, extension), "query": text,
            "files": files, "lines": {path: lines[path] for path in files}}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("datasets", nargs="+", type=pathlib.Path, metavar="DATASET.jsonl")
    parser.add_argument("--mirror", type=pathlib.Path, required=True, metavar="CLONES")
    parser.add_argument("--most", type=int, default=10 ** 6, metavar="N", help="issues of a repository")
    args = parser.parse_args()
    known = {json.loads(line)["repo"] for line in TASKS.read_text().splitlines()}
    found = {}
    for dataset in args.datasets:
        for line in dataset.read_text().splitlines():
            row = json.loads(line) if line.startswith("{") else {}
            issue = issue_of(row, args.mirror, known) if "instance_id" in row else None
            if issue:
                found.setdefault(issue["repo"], {}).setdefault(issue["id"], issue)
    for issues in found.values():
        by_hash = sorted(issues.values(), key=lambda issue: hashlib.sha1(issue["id"].encode()).hexdigest())
        for issue in by_hash[:args.most]:
            print(json.dumps(issue))
    print(f"{sum(min(len(issues), args.most) for issues in found.values())} issues of {len(found)} repositories",
          file=sys.stderr)


if __name__ == "__main__":
    main()
