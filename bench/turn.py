"""turn: plim's own time between two requests, and the sandbox's start.

From the moment the server has handed the last bytes of a reply to the kernel, until the first
line of the next request is read, less what the called tool took (its tool_finished event). That
holds reading the reply, recording the session, building the next request and the way through
loopback twice; so it errs against plim. The server answers at once: no engine time is in it.
"""

import subprocess

import client
from report import Figure
from script import restore, turns
from server import Server, now

BAR_MS = 5


def between(server, run):
    """Milliseconds per turn outside engine and tools, in order."""
    tools = [event["seconds"] * 1000 for event in run.of("tool_finished")]
    gaps = [(after.arrived - before.answered) / 1e6
            for before, after in zip(server.exchanges, server.exchanges[1:])]
    if len(gaps) != len(tools):
        raise RuntimeError(f"{len(gaps)} turns but {len(tools)} tool calls (exit {run.code}): "
                           f"{run.stderr}")
    return [gap - tool for gap, tool in zip(gaps, tools)], tools


def grep_ms(project):
    """The search tool's peer, for the same kind of pattern."""
    start = now()
    subprocess.run(["grep", "-rnE", r"def value_3_1[0-9]\b", "."], cwd=project, check=True,
                   stdout=subprocess.DEVNULL)
    return (now() - start) / 1e6


def measure(repeat=5):
    own, by_tool, greps = [], {}, []
    with client.place() as folder:
        project = client.large_project(folder)
        for _ in range(repeat):
            restore(project)
            with Server(turns()) as server:
                run = client.Run(folder, project, ["--endpoint", server.url, "--no-verify"])
            gaps, tools = between(server, run)
            own += gaps
            greps.append(grep_ms(project))
            for event, milliseconds in zip(run.of("tool_started"), tools):
                by_tool.setdefault(event["call"]["name"], []).append(milliseconds)
            if any(event["is_error"] for event in run.of("tool_finished")):
                raise RuntimeError("a scripted call failed: " + str(run.of("tool_finished")))
    return [Figure("turn: outside engine and tools", "ms", own, bar=BAR_MS),
            *(Figure(f"turn: the {name} tool itself", "ms", values, note="1000 files, 200 lines each")
              for name, values in sorted(by_tool.items())),
            Figure("turn: grep -rnE of the same project", "ms", greps, note="peer")]
