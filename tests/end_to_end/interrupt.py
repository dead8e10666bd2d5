#!/usr/bin/env python3
"""Ctrl-C in every phase of a task: exit code 130, no process left, and the session goes on."""

import os
import pty
import select
import signal
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import (PLIM, Fake, Finished, Place, call, check, check_no_orphans,  # noqa: E402
                     command_line, descendants, main, say, wait_until)
from local_engine import TINY_MODEL, engines, fake_engine  # noqa: E402

LONG_REPLY = {"content": "a long story " * 500, "delay_ms": 20}


def check_resumes(place, code=0, task_again="Go on."):
    """The session is valid: each call has its result, and a model can continue it."""
    events = place.events()
    check(events[-1]["type"] == "task_finished" and events[-1]["outcome"] == "cancelled",
          f"the session ends with {events[-1]}")
    with Fake(place, [say("All done.")]) as fake:
        fake.record.unlink(missing_ok=True)
        session = place.session_files()[-1].stem
        done = place.run(["resume", "--endpoint", fake.endpoint, "--yes", session, task_again])
        check(done.code == code, f"plim resume: {done}")
        messages = fake.requests()[0]["messages"]
        check(messages[-1] == {"role": "user", "content": task_again}, f"ends: {messages[-1]}")
        called = [c["id"] for m in messages for c in m.get("tool_calls", [])]
        check(called == [m["tool_call_id"] for m in messages if m["role"] == "tool"], called)


def interrupt(place, process, keep=(), how=signal.SIGINT):
    process.send_signal(how)
    done = place.finish(process)
    check(done.code == 130, f"after {how.name}: {done}")
    check("Sanitizer" not in done.err, f"a sanitizer reported: {done}")
    check_no_orphans(keep)
    return done


def run_args(fake, *more):
    return ["run", "--endpoint", fake.endpoint, "--yes", *more, "Do it."]


def while_connecting():
    with Place() as place, socket.create_server(("127.0.0.1", 0)) as silent:
        process = place.start(["run", "--endpoint", f"http://127.0.0.1:{silent.getsockname()[1]}",
                               "--yes", "Do it."])
        connection, _ = silent.accept()
        connection.recv(1000)  # the first question is asked; nobody answers
        interrupt(place, process)
        connection.close()


def while_the_prompt_is_read():
    with Place() as place:
        with Fake(place, [], ["--deaf"]) as fake:
            process = place.start(run_args(fake))
            wait_until(lambda: place.session_files() and b"do it" in
                       place.session_files()[0].read_bytes().lower(), "the task in the session")
            interrupt(place, process, {fake.process.pid})
        check_resumes(place)


def in_the_middle_of_a_reply():
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with Place() as place:
            with Fake(place, [LONG_REPLY]) as fake:
                process = place.start(run_args(fake))
                seen = b""
                while b"long story" not in seen:
                    seen += (piece := os.read(process.stdout.fileno(), 1000))
                    check(piece, f"plim ended: {seen}")
                interrupt(place, process, {fake.process.pid}, how)
            check_resumes(place)


def interrupt_the_sleeper(place, replies, *args):
    with Fake(place, replies) as fake:
        process = place.start(run_args(fake, *args))
        wait_until(lambda: any(command_line(pid).strip() == "sleep 98761"
                               for pid in descendants(process.pid)), "the command")
        interrupt(place, process, {fake.process.pid})


def while_a_command_runs():
    with Place() as place:
        sleeper = {"name": "run", "arguments": {"command": "setsid sleep 98761 & sleep 98761"}}
        reader = {"name": "read", "arguments": {"path": "a.txt"}}
        interrupt_the_sleeper(place, [{"tool_calls": [sleeper, reader]}])
        check_resumes(place)


def while_the_tests_run():
    with Place() as place:
        place.write("a.txt", "one\n")
        replies = [call("edit", path="a.txt", old="one", new="two"), say("Done.")]
        interrupt_the_sleeper(place, replies, "--test", "sleep 98761")
        check_resumes(place, 3)  # nothing has proved the edit yet
        done = place.run(["undo", place.session_files()[0].stem])
        check((place.project / "a.txt").read_text() == "one\n", f"plim undo: {done}")


def while_the_engine_starts():
    """The model loads; the engine is loaded and its first token does not come."""
    for args in (["--load-ms", "600000"], ["--deaf"]):
        while_one_starts(args)


def while_one_starts(args):
    with Place() as place:
        engine = fake_engine(place, args)
        process = place.start(["run", "--engine", engine, "--device", "cpu", "--model", TINY_MODEL,
                               "--yes", "Do it."])
        wait_until(lambda: engines(process.pid),
                   "the engine")
        interrupt(place, process)
        left = list((place.root / "runtime/plimsoll").glob("*"))
        check(not left, f"left in the runtime folder: {left}")


class Terminal:
    """plim on a terminal of its own."""

    def __init__(self, place, args):
        self.shown = ""  # all of it
        self.unread = ""  # what came after the last text that was waited for
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(place.project)
            os.execve(PLIM, ["plim", *args], {**place.env, "TERM": "xterm"})

    def read_more(self):
        """False at the end."""
        check(select.select([self.fd], [], [], 30)[0], f"nothing more on the terminal: {self.shown}")
        try:
            piece = os.read(self.fd, 4096).decode(errors="replace")
        except OSError:  # the other side has closed
            return False
        self.shown += piece
        self.unread += piece
        return piece != ""

    def wait_for(self, text):
        while text not in self.unread:
            check(self.read_more(), f"no {text!r} in {self.shown!r}")
        self.unread = self.unread.split(text, 1)[1]

    def finish(self):
        while self.read_more():
            pass
        os.close(self.fd)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return Finished(code, self.shown.encode(), b"")


def on_a_terminal(place, args, dialogue):
    """Waits for each text of the dialogue, then types what goes with it."""
    terminal = Terminal(place, args)
    for text, typed in dialogue:
        terminal.wait_for(text)
        os.write(terminal.fd, typed.encode())
    return terminal.finish()


def at_a_question():
    with Place() as place:
        place.write("a.txt", "one\n")
        with Fake(place, [call("edit", path="a.txt", old="one", new="two")]) as fake:
            done = on_a_terminal(place, ["run", "--endpoint", fake.endpoint, "Do it."],
                                 [("allow?", "\x03")])
            check(done.code == 130, done)
            check_no_orphans({fake.process.pid})
        check((place.project / "a.txt").read_text() == "one\n", "the edit was made")
        check_resumes(place)


def answers_to_questions():
    """Not an interrupt, but the same terminal: no, yes, always, and stop."""
    with Place() as place:
        place.write("a.txt", "one\n")
        edits = [call("edit", path="a.txt", old=old, new=new) for old, new in
                 [("one", "no"), ("one", "two"), ("two", "three"), ("three", "four")]]
        with Fake(place, [*edits, call("run", command="rm a.txt")]) as fake:
            done = on_a_terminal(place, ["run", "--endpoint", fake.endpoint, "Do it."],
                                 [("allow?", "n\n"), ("allow?", "y\n"), ("allow?", "what\n"),
                                  ("allow?", "a\n"), ("command: rm a.txt", ""), ("allow?", "q\n")])
        check(done.code == 5, done)
        check((place.project / "a.txt").read_text() == "four\n", f"a.txt is wrong: {done}")


if __name__ == "__main__":
    main(while_connecting, while_the_prompt_is_read, in_the_middle_of_a_reply,
         while_a_command_runs, while_the_tests_run, while_the_engine_starts, at_a_question,
         answers_to_questions)
