#!/usr/bin/env python3
"""Checks the suite itself, without a model: for each task (or those named)

- the proof says no to the workspace as it is, also when the tests the user sees are emptied;
- it says yes once the reference solution is in, or to the reference answer;
- the prompt gives neither away, and the workspace is small and holds nothing that was built.

    check.py [NAME…]        exits 1 when something is wrong
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True

from daily import task as tasks  # noqa: E402  (needs the path above)

KINDS = {"bug", "feature", "refactor", "test", "multi-file", "config", "question"}
MAX_FILES, MAX_BYTES, MIN_TASKS, MIN_LANGUAGES = 40, 120_000, 30, 6


def shape_problems(task):
    files = [path for path in task.workspace.rglob("*") if path.is_file()]
    if task.kind not in KINDS or task.level not in (1, 2, 3):
        yield f"kind {task.kind!r}, level {task.level!r}"
    if len(files) > MAX_FILES or sum(path.stat().st_size for path in files) > MAX_BYTES:
        yield f"the workspace is large: {len(files)} files"
    if binary := [path.name for path in files if b"\0" in path.read_bytes()]:
        yield f"{binary[0]} is binary"
    if missing := [name for name in task.fixed if not (task.workspace / name).is_file()]:
        yield f"fixed names {missing[0]}, which is not in the workspace"
    if task.is_question != bool(task.answer) or task.is_question == bool(task.verify):
        yield "a question has an answer, any other task a verify command"


def giveaway(task):
    """A line that the reference adds and the prompt already says; None when there is none."""
    def squeezed(text):
        return re.sub(r"\s+", " ", text).strip()

    reference = task.folder / ("answer.md" if task.is_question else "solution.patch")
    prompt = squeezed(task.prompt)
    old = {squeezed(line) for path in task.workspace.rglob("*") if path.is_file()
           for line in path.read_text(errors="replace").splitlines()}
    for line in reference.read_text().splitlines():
        if not task.is_question and (not line.startswith("+") or line.startswith("+++")):
            continue
        new = squeezed(line.removeprefix("+"))
        if len(new) >= 16 and new not in old and new in prompt:
            return new
    return None


def verdict_problems(task, folder):
    project = folder / "project"
    task.copy_to(project)
    before = task.judge(project, "")
    if before.passed or before.code in tasks.COULD_NOT_RUN:
        yield f"before: exit {before.code} {before.why}"
    if task.is_question:
        after = task.judge(project, (task.folder / "answer.md").read_text())
        if not after.passed:
            yield f"the reference answer: {after.why}"
        return
    for name in task.fixed:
        (project / name).write_text("")
    if task.fixed and task.judge(project, "").passed:
        yield "passes when the tests are emptied"
    patched = folder / "patched"
    task.copy_to(patched)
    with open(task.folder / "solution.patch", "rb") as patch:
        applied = subprocess.run(["git", "apply", "-p1", "--whitespace=nowarn", "-"], cwd=patched,
                                 env={**os.environ, "GIT_CEILING_DIRECTORIES": str(folder)},
                                 stdin=patch, capture_output=True, text=True, check=False)
    if applied.returncode:
        yield f"the patch does not apply: {applied.stderr}"
        return
    after = task.judge(patched, "")
    if not after.passed:
        yield f"after the reference: exit {after.code} {after.why}"


def problems(task):
    found = list(shape_problems(task))
    if line := giveaway(task):
        found.append(f"the prompt gives away: {line}")
    with tempfile.TemporaryDirectory(prefix="daily-check-") as folder:
        found += verdict_problems(task, pathlib.Path(folder))
    return found


def main():
    chosen = [task for task in tasks.all_tasks() if not sys.argv[1:] or task.name in sys.argv[1:]]
    failed = not chosen
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for task, found in zip(chosen, pool.map(problems, chosen)):
            failed = failed or bool(found)
            for text in found:
                print(f"{task.name}: {text}", flush=True)
    languages = {task.language for task in chosen}
    print(f"{len(chosen)} tasks, {len(languages)} languages, {time.monotonic() - start:.0f} s")
    if not sys.argv[1:] and (len(chosen) < MIN_TASKS or len(languages) < MIN_LANGUAGES):
        print(f"the suite promises {MIN_TASKS} tasks in {MIN_LANGUAGES} languages")
        failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
