"""The small-window suite for plim and for the agents on PATH, in windows of 8k, 16k and 32k tokens.

    ./dev bench peers [--window N…] [--only AGENT…] [--json FILE]

Each agent reads eight files of 19 kB (small_window/suite.py says how) from a server whose window is
true: what is larger is answered with llama-server's own 400. The agent is told the size where it can
be. An agent that is not on PATH is named and left out. What the columns count:

  first     bytes of the first request of the agent's own conversation
  requests  of that conversation; beside: titles, summaries
  over      requests over the window
  cut       times the history was rewritten: compactions, prunings, restarts
  again     reads that began with lines the model had been shown before
  facts     of the 24 marks in the files, how many ever reached the model
  task      requests that still held the user's words, word for word
  prefill   tokens the engine had to compute: those not at the start of the request before
"""

import argparse
import dataclasses
import functools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import client
import peers
import report
from small_window import suite
from small_window.server import Window

WINDOWS = (8192, 16384, 32768)
LIMIT_S = 180
OURS = "plim"


@dataclasses.dataclass
class Result:
    agent: str
    window: int
    version: str
    ended: str  # "answered", or what happened instead
    code: int
    first: int
    requests: int
    beside: int
    over: int
    cut: int
    again: int
    files: int  # of the eight, of which the model saw something
    facts: int
    with_task: int
    prefill: int
    largest: int  # tokens
    seconds: float
    said: str  # the end of what it printed


def plim_command(_home, url, task, _window, plim=client.PLIM):
    # Most others have no limit of turns; at 8k eight files take more than the default.
    return [str(plim), "run", "--yes", "--no-verify", "--max-turns", str(suite.MAX_REQUESTS),
            "--endpoint", url, task], {}


def agents(only, plim):
    """{name: (program, prepare)} of what is here, and the names of what is not."""
    every = {OURS: (str(plim), functools.partial(plim_command, plim=plim)), **peers.AGENTS}
    wanted = {name: agent for name, agent in every.items()
              if not only or name.lower().split()[0] in [o.lower().split()[0] for o in only]}
    here = {name: agent for name, agent in wanted.items() if shutil.which(agent[0])}
    return here, [name for name in wanted if name not in here]


def contained(command):
    """In a process namespace of its own, so that daemons which agents leave behind end with it."""
    if shutil.which("bwrap") is None:
        return command
    return ["bwrap", "--dev-bind", "/", "/", "--unshare-pid", "--die-with-parent", "--", *command]


def run_agent(command, environment, project, log):
    """(exit code, None when it had to be ended)"""
    with open(log, "wb") as out, \
            subprocess.Popen(command, cwd=project, env=environment, stdin=subprocess.DEVNULL, stdout=out,
                             stderr=out, start_new_session=True) as process:
        try:
            return process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def measure(name, program, prepare, window, version):
    with client.place() as folder:
        project = folder / "project"
        suite.fill(project)
        # Its own repository: an agent must not find the one around it.
        subprocess.run(["git", "init", "-q", str(project)], check=True)
        reader = suite.Reader(project)
        with Window(window, reader) as server:
            environment = client.environment(folder)
            command, more = prepare(folder, server.url, suite.TASK, window)
            start = time.monotonic()
            code = run_agent(command if name == OURS else contained(command), environment | more, project,
                             folder / "log")
            seconds = time.monotonic() - start
        said = (folder / "log").read_text(errors="replace").strip()
    return describe(name, window, version, code, seconds, server.asked, reader, said)


def ending(code, asked, reader):
    if code is None:
        return f"ended after {LIMIT_S} s"
    if not asked:
        return "sent nothing"
    if any(entry.kind == "end" for entry in asked):
        return "answered" if reader.finished else f"in circles, {suite.MAX_REQUESTS} requests"
    return "gave up at a 400" if asked[-1].over else "gave up by itself"


def describe(name, window, version, code, seconds, asked, reader, said):
    own = [entry for entry in asked if entry.main]
    return Result(
        agent=name, window=window, version=version, ended=ending(code, asked, reader),
        code=-1 if code is None else code, first=own[0].bytes if own else 0, requests=len(own),
        beside=len(asked) - len(own), over=sum(entry.over for entry in asked),
        cut=sum(entry.rewritten for entry in own),
        again=reader.again, files=len({n for n, _ in reader.seen}),
        facts=len(reader.seen), with_task=sum(entry.has_task for entry in own),
        prefill=sum((entry.bytes - entry.kept) // 4 for entry in asked if not entry.over),
        largest=max((entry.tokens for entry in asked), default=0), seconds=round(seconds, 1), said=said[-600:])


def version_of(program):
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    words = (done.stdout + done.stderr).split()
    return next((word for word in words if word[:1].isdigit()), "?")


HEADING = (f"  {'agent':<10} {'window':>6} {'first':>7} {'requests':>8} {'over':>4} {'cut':>4} {'again':>5} "
           f"{'files':>5} {'facts':>5} {'task':>7} {'prefill':>8} {'s':>6} {'exit':>4}  how it ended")


def line(r):
    requests = f"{r.requests}+{r.beside}" if r.beside else str(r.requests)
    return (f"  {r.agent:<10} {r.window:>6} {r.first:>7,} {requests:>8} {r.over:>4} {r.cut:>4} {r.again:>5} "
            f"{r.files}/{suite.COUNT:<3} {r.facts:>2}/{suite.COUNT * 3} {r.with_task:>3}/{r.requests:<3} "
            f"{r.prefill:>8,} {r.seconds:>6.1f} {r.code:>4}  {r.ended}")


def main(argv):
    parser = argparse.ArgumentParser(prog="./dev bench peers", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--window", type=int, nargs="+", default=WINDOWS, metavar="N")
    parser.add_argument("--only", nargs="+", default=[], metavar="AGENT")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--plim", type=pathlib.Path, default=client.PLIM, metavar="PROGRAM")
    args = parser.parse_args(argv)
    report.print_machine()
    here, absent = agents(args.only, args.plim.resolve())
    if absent:
        print(f"  not here, so not compared: {', '.join(absent)}")
    versions = {name: version_of(program) for name, (program, _) in here.items()}
    print("  " + ", ".join(f"{name} {version}" for name, version in versions.items()))
    print(HEADING)
    results = []
    for window in args.window:
        for name, (program, prepare) in here.items():
            results.append(measure(name, program, prepare, window, versions[name]))
            print(line(results[-1]), flush=True)
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(
            {"machine": report.machine(), "results": [dataclasses.asdict(r) for r in results]}, indent=2) + "\n")
    return 0
