#!/usr/bin/env python3
"""kill -9 of plim at any moment: files hold old or new bytes, nothing is left running, and the
session and its undo go on."""

import json
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import (Fake, Place, call, check, check_no_orphans, check_tree,  # noqa: E402
                     command_line, descendants, main, say, tree, wait_until)
from local_engine import TINY_MODEL, engines, fake_engine  # noqa: E402

EDITS = 12
LONG_REPLY = {"content": "a long story " * 500, "delay_ms": 10}


def version(number):
    return f"version {number}\n" + "filler, so that a write takes a moment\n" * 5000


def edits():
    return [call("edit", path="file.txt", old=f"version {n}\n", new=f"version {n + 1}\n")
            for n in range(EDITS)]


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    process.stderr.close()


def check_resumes(place, *codes):
    """The session loads, its calls all have results, and a task goes on to its end."""
    with Fake(place, [say("All done.")]) as fake:
        fake.record.unlink(missing_ok=True)
        done = place.run(["resume", "--endpoint", fake.endpoint, "--yes"])
        check(done.code in codes, f"plim resume: {done}")
        messages = fake.requests()[0]["messages"]
        called = [c["id"] for m in messages for c in m.get("tool_calls", [])]
        answered = [m["tool_call_id"] for m in messages if m["role"] == "tool"]
        check(called == answered, f"calls {called} have the results {answered}")
    check(place.events()[-1]["type"] == "task_finished", "the session has no end")


def undo_all(place):
    done = place.run(["undo"])
    check(done.code == 0, f"plim undo: {done}")


def kill_while_editing(round_number):
    """One kill, a little later in the middle of the edits than in the round before."""
    with Place() as place:
        place.write("file.txt", version(0))
        before = tree(place.project)
        with Fake(place, [*edits(), LONG_REPLY]) as fake:
            process = place.start(["run", "--endpoint", fake.endpoint, "--yes", "Count."])
            wait_until(lambda: len(fake.bodies()) > round_number % EDITS, "the edits")
            time.sleep(round_number * 0.0007)  # where in an edit it falls does not matter
            kill(process)
            check_no_orphans({fake.process.pid})
        # A kill between the link and the rename of a draft leaves that draft, and nothing else.
        for draft in place.project.glob(".plim-tmp-*"):
            draft.unlink()
        left = tree(place.project)
        check(left["file.txt"][1].decode() in map(version, range(EDITS + 1)),
              f"the file is torn: {left['file.txt'][1][:100]}")
        if round_number % 3 == 0:
            # Unproved, unless the kill came before the first edit.
            untouched = left["file.txt"][1].decode() == version(0)
            check_resumes(place, *([0, 3] if untouched else [3]))
        undo_all(place)
        check_tree(before, tree(place.project), "after plim undo")


def in_the_middle_of_edits():
    for round_number in range(20):
        kill_while_editing(round_number)


def in_the_middle_of_a_reply():
    with Place() as place:
        with Fake(place, [LONG_REPLY]) as fake:
            process = place.start(["run", "--endpoint", fake.endpoint, "--yes", "Do it."])
            process.stdout.readline()
            check(process.stdout.read(100), "the reply did not begin")
            kill(process)
            check_no_orphans({fake.process.pid})
        check_resumes(place, 0)


def in_the_middle_of_a_command():
    with Place() as place:
        place.write("file.txt", "one\n")
        command = "echo two > file.txt; setsid sleep 98760 & sleep 98760"
        with Fake(place, [call("run", command=command)]) as fake:
            process = place.start(["run", "--endpoint", fake.endpoint, "--yes", "Do it."])
            wait_until(lambda: sum("sleep 98760" == command_line(pid).strip()
                                   for pid in descendants(process.pid)) == 2, "the command")
            kill(process)
            check_no_orphans({fake.process.pid})
        check((place.project / "file.txt").read_text() == "two\n", "the file is torn")
        check_resumes(place, 3)  # what the command did is not known


def kill_while_bwrap_prepares(process, programs, seconds):
    """kill -9 of plim so many seconds after it has started bubblewrap for one of `programs`."""
    def has_begun():
        lines = map(command_line, descendants(process.pid))
        return any("bwrap" in line.split(" ")[0] and any(program in line for program in programs)
                   for line in lines)

    while not has_begun() and process.poll() is None:
        pass  # the window is a few ms: no pause
    time.sleep(seconds)
    kill(process)


def at_the_start_of_a_command():
    """bubblewrap's two halves are not yet bound to one another: a supervisor ends both."""
    for round_number in range(24):
        # In turn the command by which the sandbox proves itself, and one of the model's. The first is
        # over in a moment: where it was not seen the other will do, or this would wait for its end.
        programs = (".plim-probe", "sleep 98760")[round_number % 2:]
        with Place() as place:
            with Fake(place, [call("run", command="setsid sleep 98760 & sleep 98760")]) as fake:
                process = place.start(["run", "--endpoint", fake.endpoint, "--yes", "Do it."])
                kill_while_bwrap_prepares(process, programs, round_number // 2 * 0.0008)
                check_no_orphans({fake.process.pid})


def at_the_start_of_an_engine():
    with Place() as place:
        engine = fake_engine(place, [], [LONG_REPLY])
        for round_number in range(12):
            process = place.start(["run", "--engine", engine, "--device", "cpu",
                                   "--model", TINY_MODEL, "--yes", "Do it."])
            kill_while_bwrap_prepares(process, ["llama-server --"], round_number * 0.0008)
            check_no_orphans()


def with_an_engine_of_its_own():
    """The engine goes too: while it loads, and while it answers."""
    for args in (["--load-ms", "600000"], []):
        with Place() as place:
            engine = fake_engine(place, args, [LONG_REPLY])
            process = place.start(["run", "--engine", engine, "--device", "cpu",
                                   "--model", TINY_MODEL, "--yes", "Do it."])
            wait_until(lambda: engines(process.pid), "the engine")
            if not args:
                seen = b""
                while b"long story" not in seen:
                    seen += (piece := process.stdout.read1(1000))
                    check(piece, f"plim ended: {seen} {process.stderr.read()}")
            kill(process)
            check_no_orphans()
            if not args:
                check_resumes(place, 0)


def a_torn_last_line():
    """What a power cut leaves of a session is cut off, said, and gone on from."""
    with Place() as place:
        with Fake(place, [say("First.")]) as fake:
            check(place.run(["run", "--endpoint", fake.endpoint, "--yes", "Do it."]).code == 0, "run")
        file = place.session_files()[0]
        with file.open("ab") as out:
            out.write(b'{"type":"message","message":{"role":"user","con')
        log = place.run(["log", file.stem])
        check(log.code == 0 and "First." in log.out, f"plim log: {log}")
        check_resumes(place, 0)
        check(all(json.loads(line) for line in file.read_text().splitlines()), "torn lines stay")


if __name__ == "__main__":
    main(in_the_middle_of_edits, in_the_middle_of_a_reply, in_the_middle_of_a_command,
         at_the_start_of_a_command, at_the_start_of_an_engine, with_an_engine_of_its_own, a_torn_last_line)
