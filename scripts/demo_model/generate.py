"""Writes training and held-out episodes: small broken projects and how an agent repairs them.

    python3 scripts/demo_model/generate.py --out /tmp/demo/train.jsonl --count 20000 --seed 1
    python3 scripts/demo_model/generate.py --out /tmp/demo/held_out.jsonl --count 300 --seed 2 --held-out

Every tool result is produced by really reading, editing and testing the project. One line of
output is one episode: {"family", "kind", "files", "test", "task", "messages"}; an assistant
message with "learn": false is a deliberate mistake that training must not imitate.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import functions
import words
from functions import Bug, Function
from runner import Workdir, edit_line, numbered, without_time

TASKS = (
    "Fix the failing test.", "Fix the failing test.", "The tests fail, please repair the bug.",
    "Make the tests pass.", "A test fails; find the bug and fix it.", "Please fix the bug in this project.",
    "`python3 -m unittest` fails; find the bug and fix it.", "Repair the code so that the tests pass.",
    "One of the tests is failing. Fix it.", "There is a bug in the module. Fix it.",
)


@dataclass
class Project:
    module: str
    files: dict[str, str]
    test: str
    broken: Function
    bug: Bug | None
    bug_line: int = 0  # 1-based; for a missing line: the line before it
    fixed_line: str = ""
    wrong_line: str = ""

    @property
    def source(self) -> str:
        return f"{self.module}.py"


def call_results(function: Function) -> list[tuple[str, object]]:
    scope: dict = {}
    exec("\n".join(function.lines), scope)
    return [(f"{function.name}({a})", eval(f"{function.name}({a})", scope)) for a in function.arguments]


def assertion(call: str, value: object) -> str:
    if isinstance(value, bool):
        return f"        self.assert{value}({call})"
    return f"        self.assertEqual({call}, {value:g})" if isinstance(value, float) else \
        f"        self.assertEqual({call}, {value})"


def test_file(module: str, parts: list[Function]) -> str:
    lines = ["import unittest", "", f"from {module} import {', '.join(f.name for f in parts)}", "", "",
             f"class {module.capitalize()}Test(unittest.TestCase):"]
    for f in parts:
        lines.append(f"    def test_{f.name}(self):")
        lines += [assertion(call, value) for call, value in call_results(f)]
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def make_project(rng: Random, held_out: bool, family: str | None, passing: bool = False,
                 real: float = 0.5) -> Project:
    module, *nouns = words.draw(rng, 3, held_out, real)
    count = rng.choices((1, 2, 3), (5, 4, 1))[0]
    made = [make(rng.choice(nouns), rng) for make in rng.sample(functions.TEMPLATES, 8)]
    target = next((f for f in made if family is None or any(b.family == family for b in f.bugs)), None)
    parts = ([target] if target else []) + [f for f in made if f is not target][: count - 1]
    if target is None or len({f.name for f in parts}) < len(parts):
        return make_project(rng, held_out, family, passing, real)
    rng.shuffle(parts)
    bug = None if passing else rng.choice([b for b in target.bugs if family in (None, b.family)])
    project = Project(module, {}, test_command(rng, module), target, bug)
    lines = [f'"""{rng.choice(("Helpers for", "Work with", "Functions for"))} {words.plural(nouns[0])}."""', "", ""] \
        if rng.random() < 0.25 else []
    for f in parts:
        start, body = len(lines), list(f.lines)
        if f is target and bug:
            if bug.wrong is None:
                project.bug_line, project.wrong_line = start + bug.line, body[bug.line - 1]
                project.fixed_line = f"{body[bug.line - 1]}\n{body[bug.line]}"
                del body[bug.line]
            else:
                project.bug_line, project.fixed_line = start + bug.line + 1, body[bug.line]
                body[bug.line] = project.wrong_line = body[bug.line].replace(bug.right, bug.wrong, 1)
        lines += body + ["", ""]
    project.files[project.source] = "\n".join(lines[:-2]) + "\n"
    project.files[f"test_{module}.py"] = test_file(module, parts)
    if rng.random() < 0.4:
        project.files["README.md"] = f"# {module}\n"
    return project


def test_command(rng: Random, module: str) -> str:
    return "python3 -m unittest" if rng.random() < 0.85 else f"python3 -m unittest test_{module}"


def task_message(task: str, test: str, files: dict[str, str]) -> str:
    """The first user message, as the agent writes it."""
    return f"{task}\n\n[project]\ntest: {test}\nfiles: {' '.join(sorted(files))}"


class Episode:
    """A transcript in the making, over a real folder."""

    def __init__(self, project: Project, work: Workdir, task: str):
        self.project, self.work = project, work
        self.files = dict(project.files)
        self.command = project.test
        work.fill(self.files)
        self.messages: list[dict] = [{"role": "user", "content": task_message(task, project.test, self.files)}]

    def call(self, name: str, arguments: dict, result: str, learn: bool = True) -> str:
        self.messages.append({"role": "assistant", "content": "", "learn": learn,
                              "tool_calls": [{"name": name, "arguments": arguments}]})
        self.messages.append({"role": "tool", "content": result})
        return result

    def run(self) -> bool:
        return self.call("run", {"command": self.command}, self.work.run(self.command)).startswith("exit 0")

    def read(self) -> None:
        path = self.project.source
        self.call("read", {"path": path}, numbered(self.files[path]))

    def edit(self, line: int, new: str, learn: bool = True) -> None:
        path = self.project.source
        after, shown = edit_line(self.files[path], line, new)
        self.files[path] = after
        self.work.fill(self.files)
        self.call("edit", {"path": path, "line": line, "new": new}, f"edited {path}\n{shown}", learn)

    def say(self, text: str, learn: bool = True) -> None:
        self.messages.append({"role": "assistant", "content": text, "learn": learn})

    def done(self) -> None:
        self.say(f"Fixed `{self.project.broken.name}` in {self.project.source}; the tests pass.")


def wrong_fix(rng: Random, project: Project, unchanged: bool) -> tuple[int, str] | None:
    """A plausible mistake that leaves the rest of the file whole: (line, replacement)."""
    bug = project.bug
    if unchanged and rng.random() < 0.5:  # some line of the file, as it is
        lines = project.files[project.source].split("\n")
        line = rng.choice([n for n, text in enumerate(lines) if text.startswith("    ")])
        return line + 1, lines[line]
    if bug.wrong is None:
        return None
    others = [b.wrong for b in project.broken.bugs
              if b.line == bug.line and b.right == bug.right and b.wrong not in (None, bug.wrong)]
    if not others:
        return None
    return project.bug_line, project.fixed_line.replace(bug.right, rng.choice(others), 1)


def damage(rng: Random, project: Project) -> int | None:
    """A line beside the bug that a careless edit could have hit instead; None if there is none."""
    if project.bug.wrong is None:
        return None
    lines = project.files[project.source].split("\n")
    near = [n for n in range(project.bug_line - 3, project.bug_line + 4)
            if n != project.bug_line and 0 < n <= len(lines) and lines[n - 1].startswith("    ")]
    return rng.choice(near) if near else None


def repair_damage(rng: Random, project: Project, episode: "Episode") -> bool:
    """Puts the repair on the wrong line, sees the tests fail, and restores that line."""
    hit = damage(rng, project)
    if hit is None:
        return False
    before = project.files[project.source].split("\n")[hit - 1]
    episode.edit(hit, project.fixed_line, learn=False)
    if episode.run():
        return False
    if rng.random() < 0.3:
        episode.read()
    episode.edit(hit, before)
    return True


def make_episode(rng: Random, work: Workdir, held_out: bool, family: str | None,
                 varied_mistakes: bool = True, real: float = 0.5, damages: bool = True) -> dict | None:
    """None when the drawn bug does not make a test fail."""
    kind = rng.choices(("straight", "wrong first", "too early", "passing"), (78, 12, 6, 4))[0]
    project = make_project(rng, held_out, family, kind == "passing", real)
    episode = Episode(project, work, task := rng.choice(TASKS))
    if kind == "passing":
        if not episode.run():
            return None
        episode.say("The tests already pass; nothing to fix.")
    else:
        if episode.run():
            return None
        episode.read()
        damaged = damages and kind == "wrong first" and rng.random() < 0.5 and repair_damage(rng, project, episode)
        mistake = wrong_fix(rng, project, varied_mistakes) if kind != "straight" and not damaged else None
        if mistake and kind == "wrong first":
            episode.edit(*mistake, learn=False)
            if episode.run():
                return None
            if rng.random() < 0.5:
                episode.read()
        elif mistake:
            episode.edit(*mistake, learn=False)
            episode.say(f"Fixed `{project.broken.name}` in {project.source}; the tests pass.", learn=False)
            output = work.run(project.test)
            if output.startswith("exit 0"):
                return None
            episode.messages.append({"role": "user", "content": f"The tests still fail.\n\n{output}"})
            if rng.random() < 0.5:
                episode.read()
        elif not damaged:
            kind = "straight"
        episode.edit(project.bug_line, project.fixed_line)
        if not episode.run():
            return None
        episode.done()
    return {"family": project.bug.family if project.bug else "none", "kind": kind, "task": task,
            "files": project.files, "test": project.test, "messages": episode.messages}


def episodes(seed: int, count: int, held_out: bool, work: Workdir, varied_mistakes: bool = True,
             real: float = 0.5, damages: bool = True) -> Iterator[dict]:
    rng = Random(f"{seed}-{held_out}")
    made = 0
    while made < count:
        family = functions.FAMILIES[made % len(functions.FAMILIES)]
        if episode := make_episode(rng, work, held_out, family, varied_mistakes, real, damages):
            made += 1
            yield episode


def glimpses(seed: int, count: int, work: Workdir, real: float) -> Iterator[dict]:
    """The heart of an episode alone: a module with a bug, as read, and the edit that repairs it."""
    rng = Random(f"{seed}-glimpse")
    made = 0
    while made < count:
        project = make_project(rng, False, functions.FAMILIES[made % len(functions.FAMILIES)], real=real)
        episode = Episode(project, work, "")
        if work.run(project.test).startswith("exit 0"):
            continue
        made += 1
        episode.read()
        episode.edit(project.bug_line, project.fixed_line)
        yield {"messages": episode.messages[2:4]}


def check_equal(episode: dict, work: Workdir) -> None:
    """Compares the in-process test output with the real command's."""
    work.fill(episode["files"])
    here, real = work.run(episode["test"]), work.run_for_real(episode["test"])
    if without_time(here) != without_time(real):
        raise SystemExit(f"in-process output differs from `{episode['test']}`:\n{here}\n---\n{real}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", action="store_true", help="use only words that training never sees")
    parser.add_argument("--check", type=int, default=10, help="how many episodes to compare with the real command")
    args = parser.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    out = args.out.resolve()
    work = Workdir(out.with_suffix(".work"))
    with out.open("w") as file:
        for number, episode in enumerate(episodes(args.seed, args.count, args.held_out, work)):
            if number < args.check:
                check_equal(episode, work)
            file.write(json.dumps(episode) + "\n")


if __name__ == "__main__":
    main()
