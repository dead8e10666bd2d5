"""One attempt at a task: the real `plim run --json` in a fresh copy, then the proof from outside."""

import collections
import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import time

import client

GRACE_S = 30  # beyond plim's own time limit


@dataclasses.dataclass
class Attempt:
    task: str
    number: int  # from 1
    passed: bool
    cause: str = ""  # of a failure, in a few words; the same words for the same cause
    detail: str = ""
    code: int = 0  # plim's
    claimed: bool = False  # plim said the tests pass (exit 0)
    turns: int = 0
    seconds: float = 0
    prompt: int = 0  # tokens over all requests…
    cached: int = 0  # …of which the engine had these already
    generated: int = 0
    context: int = 0
    compactions: int = 0
    rescued: int = 0
    tool_errors: int = 0
    tools: dict = dataclasses.field(default_factory=dict)
    files: list = dataclasses.field(default_factory=list)


class Events:
    """What the lines of `--json` say. A line that is none, as a killed program leaves, is skipped."""

    def __init__(self, text):
        self.all = []
        for line in text.splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                self.all.append(json.loads(line))

    def of(self, kind):
        return [event for event in self.all if event.get("type") == kind]

    @property
    def end(self):
        return next(iter(self.of("task_finished")[-1:]), {})

    @property
    def answer(self):
        """The last thing the model said that is no tool call."""
        said = [event["message"] for event in self.of("message") if event["message"]["role"] == "assistant"]
        return next((m["content"] for m in reversed(said) if m.get("content") and not m.get("tool_calls")), "")

    def usage(self):
        total = collections.Counter()
        for event in self.of("turn_finished"):
            total.update({key: event["usage"].get(key, 0) for key in ("prompt", "cached", "completion")})
        return total


def run_plim(command, project, folder, limit_s, environment):
    """(exit code, stdout, stderr); ends plim's whole group when it outlives its limit, or we are stopped."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("PLIM_")}
    out, err = folder / "events.jsonl", folder / "stderr"
    with open(out, "wb") as out_file, open(err, "wb") as err_file, \
            subprocess.Popen(command, cwd=project, stdin=subprocess.DEVNULL, stdout=out_file, stderr=err_file,
                             env=client.environment(folder) | settings | environment,
                             start_new_session=True) as process:
        try:
            code = process.wait(limit_s + GRACE_S)
        except subprocess.TimeoutExpired:
            code = 124
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(10)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return code, out.read_text(errors="replace"), err.read_text(errors="replace")


def make(task, number, flags, plim, limit_s, environment):
    """`environment` is beside PLIM_* what plim gets of the user's, e.g. a server's key."""
    with client.place() as folder:
        project = folder / "project"
        task.copy_to(project)
        command = [str(plim), "run", "--json", "--yes", "--time-limit", str(limit_s), *flags,
                   *(["--read-only"] if task.is_question else []), "--", task.prompt]
        start = time.monotonic()
        code, out, err = run_plim(command, project, folder, limit_s, environment)
        seconds = time.monotonic() - start
        events = Events(out)
        verdict = task.judge(project, events.answer)
        return describe(task, number, code, err, seconds, events, verdict, task.changed(project))


def describe(task, number, code, err, seconds, events, verdict, changed):
    usage = events.usage()
    errors = sum(bool(event.get("is_error")) for event in events.of("tool_finished"))
    attempt = Attempt(
        task=task.name, number=number, passed=verdict.passed, code=code, claimed=code == 0,
        turns=len(events.of("turn_finished")), seconds=round(seconds, 2), prompt=usage["prompt"],
        cached=usage["cached"], generated=usage["completion"],
        context=next((e["context"] for e in events.of("task_started")), 0),
        compactions=len(events.of("compacted")), rescued=events.end.get("rescued", 0),
        tool_errors=errors, files=changed,
        tools=dict(collections.Counter(e["call"]["name"] for e in events.of("tool_started"))))
    if not verdict.passed:
        attempt.cause = cause_of(task, code, events, attempt)
        attempt.detail = (events.end.get("reason") or err.strip()[-200:]) + " | proof: " + verdict.why[-300:]
    return attempt


def cause_of(task, code, events, attempt):
    """The first of these that holds: what would have to change for this attempt to pass."""
    reason = events.end.get("reason", "")
    if code in (2, 70) or not events.all:
        return "plim did not start"
    if code == 4:
        return "the engine failed"
    if code == 130:
        return "interrupted"
    if code == 124 or "time limit" in reason:
        return "out of time"
    if code == 5:
        return "refused"
    if "repeat" in reason or "loop" in reason:
        return "went in circles"
    if "turns" in reason or "replies" in reason:
        return "out of turns"
    if task.is_question:
        return "a wrong answer" if events.answer else "no answer"
    if not attempt.files:
        edits = [e for e in events.of("tool_started") if e["call"]["name"] in ("edit", "write", "apply_patch")]
        return "no edit landed" if edits else "nothing was changed"
    if set(attempt.files) <= set(task.fixed):
        return "changed only the tests"
    return "said done, and it is not" if attempt.code in (0, 3) else "wrong change, and it knew"
