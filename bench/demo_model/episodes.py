"""A held-out project through the real `plim run` and its llama-server, and the proof from outside."""

import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import time

import client
import server
from daily import attempt, score

MAX_TURNS = 16  # of one run; an ordinary one takes 5, and a model that goes in circles is stopped
LIMIT_S = 120
JSON_TYPES = {"string": str, "integer": int, "boolean": bool}


@dataclasses.dataclass
class Run:
    project: object
    why: str  # it does not count as repaired; empty when it does
    turns: int
    seconds: float
    calls: int  # that the model tried
    invalid: list  # of these, in its own words, those that no tool could be called with
    rescued: int  # plim's count of calls that it found in text or had to mend
    messages: list  # the transcript, in the form of Chat Completions

    @property
    def solved(self):
        return not self.why


@dataclasses.dataclass(frozen=True)
class Agent:
    """plim with one model. Runs share a home and plim's state, as those of one user do: what the
    first one measures and compiles is there for the next."""

    model: pathlib.Path
    home: pathlib.Path
    tools: list
    plim: pathlib.Path = client.PLIM

    def run(self, project):
        with client.place() as folder:
            place = folder / "project"
            place.mkdir()
            project.write(place)
            command = [str(self.plim), "run", "--yes", "--json", "--device", "cpu", "--model", str(self.model),
                       "--seed", str(project.number), "--max-turns", str(MAX_TURNS), "--time-limit", str(LIMIT_S),
                       "--", project.task]
            start = time.monotonic()
            code, out, err = attempt.run_plim(command, place, folder, LIMIT_S, client.environment(self.home))
            seconds = time.monotonic() - start
            events = attempt.Events(out)
            if code in (2, 70) or not events.of("task_started"):
                raise RuntimeError(f"plim did not run (exit {code}): {err.strip()[-300:]}")
            why = project.verdict(place)
            if project.is_whole and code != 0:  # one that never understood leaves it as it was, too
                why = why or f"it did not come to an end (exit {code})"
        messages = [as_request(event["message"]) for event in events.of("message")]
        tried = [call for message in messages if message["role"] == "assistant" for call in calls_of(message)]
        return Run(project, why and f"{events.end.get('reason', '')}; {why}", len(events.of("turn_finished")), seconds,
                   len(tried), [call for call in tried if not is_valid(call, self.tools)],
                   events.end.get("rescued", 0), messages)


def run_all(agent, projects, jobs):
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(agent.run, projects))


def jobs_here():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def first_request():
    """The body that plim sends first: system message and tools as the demo model's profile wants them."""
    with server.Server() as quiet, client.place() as folder:
        client.Run(folder, client.small_project(folder), ["--endpoint", quiet.url],
                   settings={"PLIM_AGENT_EDIT_FORMAT": "line"})
        return json.loads(quiet.exchanges[0].body)


def as_request(message):
    """A message of plim's events as Chat Completions has it."""
    calls = [{"id": call["id"], "type": "function",
              "function": {"name": call["name"], "arguments": call["arguments"]}}
             for call in message.get("tool_calls", [])]
    kept = {key: message[key] for key in ("role", "content", "tool_call_id") if key in message}
    return kept | ({"tool_calls": calls} if calls else {})


def calls_of(message):
    """(name, arguments) of each call; of one that stayed text, the text and None."""
    if calls := message.get("tool_calls"):
        return [(call["function"]["name"], call["function"]["arguments"]) for call in calls]
    return [(message["content"], None)] if "<tool_call>" in message["content"] else []


def is_valid(call, tools):
    """Whether the call names a tool and its arguments are JSON as that tool's schema wants it."""
    name, arguments = call
    schema = next((tool["function"]["parameters"] for tool in tools if tool["function"]["name"] == name), None)
    if schema is None or not is_json(arguments):
        return False
    given, known = json.loads(arguments), schema["properties"]
    return (isinstance(given, dict) and set(schema.get("required", [])) <= set(given) <= set(known)
            and all(_fits(value, known[key].get("type")) for key, value in given.items()))


def is_json(text):
    try:
        json.loads(text or "")
    except ValueError:
        return False
    return True


def _fits(value, kind):
    if kind == "integer" and isinstance(value, bool):
        return False
    return isinstance(value, JSON_TYPES.get(kind, object))


def by(runs, field):
    """{value of the projects' field: (repaired, of)}, sorted."""
    solved, of = collections.Counter(), collections.Counter()
    for run in runs:
        of[getattr(run.project, field)] += 1
        solved[getattr(run.project, field)] += run.solved
    return {name: (solved[name], of[name]) for name in sorted(of)}


def table(runs):
    """Families by languages, as Markdown."""
    languages = list(by(runs, "language"))
    yield "| bug family | " + " | ".join(languages) + " | all | 95% interval |"
    yield "|---|" + "---|" * (len(languages) + 2)
    for name, (solved, of) in [*by(runs, "family").items(), ("**all**", (sum(run.solved for run in runs), len(runs)))]:
        mine = by([run for run in runs if name in (run.project.family, "**all**")], "language")
        cells = [f"{good} of {tried}" for good, tried in (mine.get(language, (0, 0)) for language in languages)]
        low, high = score.wilson(solved, of)
        yield f"| {name} | " + " | ".join(cells) + f" | {solved} of {of} | {low:.0%} to {high:.0%} |"
