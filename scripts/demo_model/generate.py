"""Writes training and held-out episodes: small broken projects and how an agent repairs them.

    python3 scripts/demo_model/generate.py --out /tmp/demo/train.jsonl --count 20000 --seed 1
    python3 scripts/demo_model/generate.py --out /tmp/demo/held_out.jsonl --count 300 --seed 2 --held-out

Every tool result is produced by really reading, searching, editing and testing the project. One line of
output is one episode: {"language", "family", "kind", "files", "source", "test", "task", "messages"}; an
assistant message with "learn": false is a deliberate mistake that training must not imitate.
"""

import argparse
import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cpp_runner import CppWorkdir
from projects import Mix, Project, make_project, makers
from runner import Workdir, edit_line, numbered, without_time

TASKS = (
    "Fix the failing test.", "Fix the failing test.", "The tests fail, please repair the bug.",
    "Make the tests pass.", "A test fails; find the bug and fix it.", "Please fix the bug in this project.",
    "`{test}` fails; find the bug and fix it.", "Repair the code so that the tests pass.",
    "One of the tests is failing. Fix it.", "There is a bug in the module. Fix it.",
    "`{name}` gives a wrong result. Fix it.", "The test of `{name}` fails, please fix it.",
)
HELD_OUT_TASKS = (
    "Something is broken here, get the tests to pass again.", "Why does the test fail? Please repair it.",
    "Find out what is wrong in this project and fix it.", "`{name}` does not do what it should, repair it.",
    "Run the tests and fix what fails.",
)
SAME = "the new text is the same as the old: nothing to change"  # the edit tool's words
KINDS = {"straight": 66, "wrong first": 18, "too early": 6, "passing": 10}
SEARCHED = 0.08  # share of episodes with several modules, where the right one must be searched for


class Runner:
    """Runs the tests of projects in either language."""

    def __init__(self, folder: Path):
        self.python, self.cpp = Workdir(folder / "python"), CppWorkdir(folder / "cpp")
        self.current: Workdir | CppWorkdir = self.python

    def fill(self, files: dict[str, str]) -> None:
        self.current = self.cpp if "Makefile" in files else self.python
        self.current.fill(files)

    def run(self, command: str) -> str:
        """The run tool's text for the project's test command."""
        return self.current.run(command)

    def run_for_real(self, command: str) -> str:
        return self.current.run_for_real(command)


@dataclass
class Plan:
    """All choices of an episode, before anything is run."""

    project: Project
    kind: str
    task: str
    mistake: tuple[int, str] | None = None  # a wrong edit: line and new text
    restore: bool = False  # the mistake hit a good line, which must be put back
    reread: bool = False

    def states(self) -> list[dict[str, str]]:
        """Every state of the files whose tests the episode runs."""
        states = [self.project.files, self.project.repaired]
        return states + [self.project.edited(*self.mistake)] if self.mistake else states


def plan(rng: Random, mix: Mix, language: str, family: str) -> Plan:
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    modules = rng.choice((2, 3)) if rng.random() < SEARCHED else 1
    project = make_project(rng, mix.held_out, language, family, kind == "passing", modules, mix.real,
                           mix.invented)
    task = rng.choice(HELD_OUT_TASKS if mix.held_out else TASKS).format(test=project.test, name=project.code.name)
    made = Plan(project, kind, task, reread=rng.random() < 0.4)
    if kind == "wrong first" and rng.random() < 0.35 and (hit := damage(rng, project)):
        made.mistake, made.restore = (hit, project.fixed), True
    elif kind in ("wrong first", "too early"):
        made.mistake = wrong_fix(rng, project)
        made.kind = kind if made.mistake else "straight"
    return made


def wrong_fix(rng: Random, project: Project) -> tuple[int, str] | None:
    """A plausible mistake that leaves the rest of the file whole: (line, replacement)."""
    bug = project.bug
    others = [b.wrong[0] for b in project.code.bugs
              if b.line == bug.line and b.right == bug.right and b.wrong and b.wrong != bug.wrong]
    if bug.wrong and others and rng.random() < 0.6:
        return project.line, rng.choice(others)
    lines = project.files[project.path].split("\n")  # some line of a function, as it is
    inner = [n for n, text in enumerate(lines) if text.startswith("  ")]
    if not inner:
        return None
    line = rng.choice(inner)
    return line + 1, lines[line]


def damage(rng: Random, project: Project) -> int | None:
    """A line beside the bug that a careless edit could have hit instead; None if there is none."""
    if not project.bug.wrong or project.language != "python":
        return None
    lines = project.files[project.path].split("\n")
    near = [n for n in range(project.line - 3, project.line + 4)
            if n != project.line and 0 < n <= len(lines) and lines[n - 1].startswith("    ")
            and parses(project.edited(n, project.fixed)[project.path])]
    return rng.choice(near) if near else None


def parses(text: str) -> bool:
    """The agent refuses an edit after which a file no longer parses."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def task_message(task: str, test: str, files: dict[str, str]) -> str:
    """The first user message, as the agent writes it."""
    return f"{task}\n\n[project]\ntest: {test}\nfiles: {' '.join(sorted(files))}"


def search(files: dict[str, str], pattern: str) -> str:
    """The search tool's text."""
    hits = [f"{path}:{number}:{line}" for path, text in sorted(files.items())
            for number, line in enumerate(text.removesuffix("\n").split("\n"), 1) if re.search(pattern, line)]
    return "\n".join(hits) or "no match"


class Episode:
    """A transcript in the making, over a real folder."""

    def __init__(self, made: Plan, runner: Runner):
        self.project, self.runner = made.project, runner
        self.files = dict(made.project.files)
        runner.fill(self.files)
        self.messages: list[dict] = [
            {"role": "user", "content": task_message(made.task, made.project.test, self.files)}]

    def call(self, name: str, arguments: dict, result: str, learn: bool = True) -> str:
        self.messages.append({"role": "assistant", "content": "", "learn": learn,
                              "tool_calls": [{"name": name, "arguments": arguments}]})
        self.messages.append({"role": "tool", "content": result})
        return result

    def run(self) -> bool:
        command = self.project.test
        return self.call("run", {"command": command}, self.runner.run(command)).startswith("exit 0")

    def find(self) -> None:
        """Searches for the function, where its module is not plain to see."""
        if len(self.project.sources) > 1:
            name = self.project.code.name
            pattern = f"def {name}" if self.project.language == "python" else f"inline .* {name}"
            self.call("search", {"pattern": pattern}, search(self.files, pattern))

    def read(self) -> None:
        path = self.project.path
        self.call("read", {"path": path}, numbered(self.files[path]))

    def edit(self, line: int, new: str, learn: bool = True) -> None:
        path = self.project.path
        if self.files[path].split("\n")[line - 1] == new:
            self.call("edit", {"path": path, "line": line, "new": new}, f"error: editing {path}: {SAME}", learn)
            return
        after, shown = edit_line(self.files[path], line, new)
        self.files[path] = after
        self.runner.fill(self.files)
        self.call("edit", {"path": path, "line": line, "new": new}, f"edited {path}\n{shown}", learn)

    def say(self, text: str, learn: bool = True) -> None:
        self.messages.append({"role": "assistant", "content": text, "learn": learn})

    def done(self, learn: bool = True) -> None:
        self.say(f"Fixed `{self.project.code.name}` in {self.project.path}; the tests pass.", learn)


def play(made: Plan, runner: Runner) -> dict | None:
    """The plan's episode; None when its bug makes no test fail, or its mistake none."""
    project, episode = made.project, Episode(made, runner)
    passes = episode.run()
    if passes != (made.kind == "passing"):
        return None
    if len(project.sources) > 1 and not passes and project.code.name not in episode.messages[-1]["content"]:
        return None  # a crash that does not say where: nothing to search for
    if passes:
        episode.say("The tests already pass; nothing to fix.")
    elif not repair(made, episode):
        return None
    family = project.bug.family if project.bug else "none"
    return {"language": project.language, "family": family, "kind": made.kind, "task": made.task,
            "files": project.files, "source": project.path, "test": project.test, "messages": episode.messages}


def repair(made: Plan, episode: Episode) -> bool:
    project = made.project
    episode.find()
    episode.read()
    if made.mistake and not err(made, episode):
        return False
    episode.edit(project.line, project.fixed)
    passes = episode.run()
    episode.done()
    return passes


def err(made: Plan, episode: Episode) -> bool:
    """The plan's mistake and how it shows; False when the tests do not mind it."""
    project, (line, new) = made.project, made.mistake
    before = project.files[project.path].split("\n")[line - 1]
    episode.edit(line, new, learn=False)
    if new == before:
        failed = True  # the edit tool has said so
    elif made.kind == "too early":
        episode.done(learn=False)
        output = episode.runner.run(project.test)
        episode.messages.append({"role": "user", "content": f"The tests still fail.\n\n{output}"})
        failed = not output.startswith("exit 0")
    else:
        failed = not episode.run()
    if made.reread:
        episode.read()
    if made.restore:
        episode.edit(line, before)
    return failed


SURE = ("missing return", "missing base case")  # always break a test
CHUNK = 96  # C++ projects of this many plans are tested together


def mix_pairs(mix: Mix) -> list[tuple[str, str]]:
    return [(language, family) for family in mix.families for language in mix.languages if makers(family, language)]


def episodes(seed: int, count: int, runner: Runner, mix: Mix) -> Iterator[dict]:
    """Families and languages in turn; exactly `count`."""
    rng = Random(f"{seed}-{mix.held_out}")
    pairs, made = mix_pairs(mix), 0
    while made < count:
        plans = [plan(rng, mix, *pairs[(made + n) % len(pairs)]) for n in range(CHUNK)]
        prefetch(plans, runner)
        for one in plans:
            if made < count and (episode := play(one, runner)):
                made += 1
                yield episode


def prefetch(plans: list[Plan], runner: Runner) -> None:
    """Tests the C++ projects of these plans together, except those that do not compile."""
    runner.cpp.prefetch([state for p in plans if p.project.language == "cpp" for state in p.states()
                         if state == p.project.repaired or not fails_to_compile(p.project)])


def fails_to_compile(project: Project) -> bool:
    return bool(project.bug) and project.bug.family == "missing return"


def glimpses(seed: int, count: int, runner: Runner, mix: Mix) -> Iterator[dict]:
    """The heart of an episode alone: a module with a bug, as read, and the edit that repairs it."""
    rng = Random(f"{seed}-{mix.held_out}-glimpse")
    pairs, made = mix_pairs(mix), 0
    while made < count:
        plans = [Plan(make_project(rng, mix.held_out, *pairs[(made + n) % len(pairs)], real=mix.real,
                                   invented=mix.invented), "straight", "")
                 for n in range(CHUNK)]
        prefetch(plans, runner)
        for one in plans:
            project, episode = one.project, Episode(one, runner)
            harmless = project.bug.family not in SURE and runner.run(project.test).startswith("exit 0")
            if made == count or harmless:
                continue
            made += 1
            episode.read()
            episode.edit(project.line, project.fixed)
            yield {"language": project.language, "family": project.bug.family, "messages": episode.messages[2:4]}


def completions(seed: int, count: int, mix: Mix) -> Iterator[dict]:
    """Fill-in-the-middle: {"language", "prefix", "middle", "suffix"}; one line, or what follows a place in it."""
    rng = Random(f"{seed}-{mix.held_out}-completion")
    for number in range(count):
        language = mix.languages[number % len(mix.languages)]
        project = make_project(rng, mix.held_out, language, passing=True, real=mix.real, invented=mix.invented)
        text = project.files[project.path]
        lines = text.split("\n")
        line = rng.choice([n for n, t in enumerate(lines) if t.startswith("  ")])
        places = [m.start() for m in re.finditer(r"\w+|[^\w\s]+", lines[line])]
        at = sum(len(t) + 1 for t in lines[:line]) + (places[0] if rng.random() < 0.5 else rng.choice(places))
        end = text.index("\n", at)
        yield {"language": language, "prefix": text[:at], "middle": text[at:end], "suffix": text[end:]}


def check_equal(episode: dict, runner: Runner) -> None:
    """Compares the test output of a batch or of this process with the real command's."""
    runner.fill(episode["files"])
    here, real = runner.run(episode["test"]), runner.run_for_real(episode["test"])
    if without_time(here) != without_time(real):
        raise SystemExit(f"recorded output differs from `{episode['test']}`:\n{here}\n---\n{real}")


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
    runner = Runner(out.with_suffix(".work"))
    with out.open("w") as file:
        for number, episode in enumerate(episodes(args.seed, args.count, runner, Mix(args.held_out))):
            if number < args.check:
                check_equal(episode, runner)
            file.write(json.dumps(episode) + "\n")


if __name__ == "__main__":
    main()
