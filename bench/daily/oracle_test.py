#!/usr/bin/env python3
"""Runs the whole suite through the real plim, with a model that knows the references.

    PLIM=… oracle_test.py [NAME…]

It reads each file, makes the reference's changes hunk by hunk with plim's own tools, and says it is
done. All tasks must pass, and a run that may verify must not end as failed: so what a right answer
needs, in six languages, is possible with plim's tools, and none of it is refused or taken back.
"""

import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True

import client  # noqa: E402  (needs the path above)
from daily import attempt  # noqa: E402
from daily import task as suite  # noqa: E402
from server import Server, call, text  # noqa: E402

PLIM = os.environ.get("PLIM", str(client.PLIM))


def changes(patch):
    """(path, is new, hunks) per file of a git patch; a hunk is (text before, text after)."""
    for part in re.split(r"^diff --git .*\n", patch, flags=re.M)[1:]:
        path = re.search(r"^\+\+\+ b/(.*)$", part, re.M)[1]
        hunks = []
        for hunk in re.split(r"^@@ .*@@.*\n", part, flags=re.M)[1:]:
            lines = [line for line in hunk.splitlines(keepends=True) if not line.startswith("\\")]
            hunks.append(tuple("".join(line[1:] or "\n" for line in lines if line[0] in f" {sign}\n")
                               for sign in "-+"))
        yield path, "\n--- /dev/null" in "\n" + part, hunks


def replies(task):
    if task.is_question:
        some = next(path for path in sorted(task.workspace.rglob("*")) if path.is_file() and path.stat().st_size)
        return [call("read", path=str(some.relative_to(task.workspace))),
                text((task.folder / "answer.md").read_text())]
    said = []
    for path, is_new, hunks in changes((task.folder / "solution.patch").read_text()):
        if is_new:
            said.append(call("write", path=path, content=hunks[0][1]))
            continue
        said.append(call("read", path=path))
        said += [call("edit", path=path, old=old, new=new) for old, new in hunks]
    return [*said, text("Done.")]


def problem(task):
    """What went wrong; empty when nothing did."""
    with Server(replies(task)) as server:
        made = attempt.make(task, 1, ["--endpoint", server.url], PLIM, 300, {})
    if made.passed and made.code in (0, 3) and made.tool_errors == 0:
        return ""
    return (f"exit {made.code}, {made.tool_errors} of {sum(made.tools.values())} calls failed, "
            f"{made.cause or 'passes'}: {made.detail}")


def main():
    tasks = [task for task in suite.all_tasks() if not sys.argv[1:] or task.name in sys.argv[1:]]
    failed = not tasks
    for task in tasks:
        if wrong := problem(task):
            failed = True
            print(f"{task.name}: {wrong}", flush=True)
    print(f"{len(tasks)} tasks")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
