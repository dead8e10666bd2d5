"""A task of the suite: what the model is given, and the proof that it is done.

    tasks/NAME/task.json     what it is; the fields are Task's
    tasks/NAME/prompt.md     as a user would write it
    tasks/NAME/workspace/    the project before
    tasks/NAME/verify/       files that only the proof has: hidden tests
    tasks/NAME/solution.patch, or answer.md for a question: a reference, never shown to the model

The proof runs in a copy of the project, with the author's tests in it as they were and with the
hidden ones, so what an agent did to the tests does not count. It runs in bubblewrap: no network,
nothing writable but the copy, no home.
"""

import contextlib
import dataclasses
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent / "tasks"
# Ran at all and said no. What a shell says when it could not even start is no verdict.
COULD_NOT_RUN = (124, 126, 127)


@dataclasses.dataclass(frozen=True)
class Verdict:
    passed: bool
    code: int
    why: str


@dataclasses.dataclass(frozen=True)
class Task:
    name: str
    language: str
    kind: str  # bug, feature, refactor, test, multi-file, config, question
    level: int  # 1: one obvious place; 2: some looking around; 3: several files or a subtle cause
    verify: str = ""  # shell command, in the project
    says: str = ""  # must stand in its output: a program that only exits 0 has proved nothing
    fixed: tuple = ()  # files of the author's that the proof needs as they were
    answer: tuple = ()  # of a question: expressions that each must match the last message
    demo: bool = False  # of the demo model's families
    limit_s: int = 120  # for the proof

    @property
    def folder(self):
        return FOLDER / self.name

    @property
    def prompt(self):
        return (self.folder / "prompt.md").read_text().strip()

    @property
    def workspace(self):
        return self.folder / "workspace"

    @property
    def is_question(self):
        return self.kind == "question"

    @property
    def fingerprint(self):
        """Of everything that decides a result: results of another version do not count."""
        digest = hashlib.sha256()
        for path in sorted(p for p in self.folder.rglob("*") if p.is_file()):
            if "__pycache__" in path.parts:
                continue
            digest.update(f"{path.relative_to(self.folder)}\0".encode() + path.read_bytes() + b"\0")
        return digest.hexdigest()[:12]

    def copy_to(self, project):
        shutil.copytree(self.workspace, project, ignore=shutil.ignore_patterns("__pycache__"))

    def judge(self, project, answer):
        """Whether `project` as it now is, or `answer`, is what was asked for."""
        return self._judge_answer(project, answer) if self.is_question else self._judge_work(project)

    def _judge_answer(self, project, answer):
        if changed := self.changed(project):
            return Verdict(False, 1, f"a question, yet {changed[0]} was changed")
        said = re.sub(r"[`*]", "", answer)
        missing = [want for want in self.answer if not re.search(want, said, re.I | re.S)]
        return Verdict(not missing, int(bool(missing)), f"lacks /{missing[0]}/" if missing else "")

    def _judge_work(self, project):
        with tempfile.TemporaryDirectory(prefix="daily-") as folder:
            copy = pathlib.Path(folder) / "project"
            shutil.copytree(project, copy, symlinks=True, ignore=shutil.ignore_patterns(
                ".git", "__pycache__", "build", "node_modules"))
            for name in self.fixed:
                _replace(copy / name, self.workspace / name)
            if (self.folder / "verify").is_dir():
                for path in sorted(p for p in (self.folder / "verify").rglob("*") if p.is_file()):
                    _replace(copy / path.relative_to(self.folder / "verify"), path)
            code, output = confined(self.verify, copy, self.limit_s)
        if code == 0 and self.says not in output:
            return Verdict(False, code, f"the proof did not say {self.says!r}: {output[-400:]}")
        return Verdict(code == 0, code, output[-1500:] if code else "")

    def changed(self, project):
        """Paths that differ from the workspace, but for caches and builds."""
        before, after = _files(self.workspace), _files(project)
        return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def _files(root):
    skipped = {"__pycache__", ".git", "build", "node_modules"}
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*")
            if path.is_file() and not path.is_symlink()
            and not skipped & set(path.relative_to(root).parts)}


def _replace(target, source):
    """Also where the agent made something else of it, or of a folder above."""
    for above in reversed(target.parents):
        if above.is_symlink() or above.is_file():
            above.unlink()
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    with contextlib.suppress(FileNotFoundError):
        target.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def confined(command, folder, limit_s):
    """(exit code, output) of a shell command that can write `folder` and reach nothing else."""
    wrap = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session",
            *(part for path in ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc")
              for part in ("--ro-bind-try", path, path)),
            "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--bind", str(folder), "/project",
            "--chdir", "/project", "--clearenv", "--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin",
            "--setenv", "HOME", "/tmp", "--setenv", "LANG", "C.UTF-8",
            "--setenv", "PYTHONDONTWRITEBYTECODE", "1"]
    try:
        done = subprocess.run([*wrap, "timeout", "-k", "1", str(limit_s), "sh", "-c", command],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=limit_s + 10, check=False)
    except subprocess.TimeoutExpired:
        return 124, f"took longer than {limit_s} s"
    return done.returncode, done.stdout.decode("utf-8", "replace")


def load(name):
    fields = json.loads((FOLDER / name / "task.json").read_text())
    for key in ("fixed", "answer"):
        fields[key] = tuple(fields.get(key, ()))
    return Task(name=name, **fields)


def all_tasks():
    return [load(path.parent.name) for path in sorted(FOLDER.glob("*/task.json"))]
