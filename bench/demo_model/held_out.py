"""What training never saw: projects to repair and lines to complete, from the generator itself."""

import contextlib
import dataclasses
import pathlib
import subprocess
import sys
import tempfile

import client
from daily import task as daily

sys.path.append(str(client.REPO / "scripts/demo_model"))
import generate  # noqa: E402  (needs the path above)
from projects import Mix  # noqa: E402

NOTHING_WRONG = "none"  # the family of projects whose tests pass already
PROOF_LIMIT_S = 60


@dataclasses.dataclass(frozen=True)
class Project:
    number: int  # from 1; the seed of its run as well
    language: str
    family: str
    task: str
    test: str  # command
    source: str  # the one file that may change
    files: dict

    @property
    def is_whole(self):
        return self.family == NOTHING_WRONG

    def write(self, folder):
        """As a user would have it: under git, all committed."""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        who = ["-c", "user.name=plim", "-c", "user.email=plim@localhost"]
        for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "start"]):
            subprocess.run(["git", *words], cwd=folder, check=True)

    def verdict(self, folder):
        """Why the project in `folder` is not repaired; empty when it is."""
        changed = [name for name, text in self.files.items() if _text(folder / name) != text]
        if self.is_whole and changed:
            return f"nothing was wrong, yet {changed[0]} was changed"
        if not self.is_whole and self.source not in changed:
            return f"{self.source} is as it was"
        if others := [name for name in changed if name != self.source]:
            return f"{others[0]} was changed"
        code, output = daily.confined(self.test, folder, PROOF_LIMIT_S)
        return "" if code == 0 else f"the tests fail: {output[-200:]}"


@dataclasses.dataclass(frozen=True)
class Completion:
    """A line with a hole: `middle` stood between prefix and suffix."""

    language: str
    prefix: str
    suffix: str
    middle: str


def _text(path):
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError):
        return None


def projects(seed, count):
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # the generator leaves its folder
        made = list(generate.episodes(seed, count, generate.Runner(pathlib.Path(folder) / "work"), Mix(held_out=True)))
    return [Project(number, one["language"], one["family"], one["task"], one["test"], one["source"], one["files"])
            for number, one in enumerate(made, 1)]


def completions(seed, count):
    return [Completion(**one) for one in generate.completions(seed, count, Mix(held_out=True))]
