"""Runs a project's unittests in this process, printing what `python3 -m unittest` would print.

A fresh interpreter per run costs 100 ms and a training set needs 10^5 runs. `check_equal` in
generate.py compares a sample with the real command.
"""

import contextlib
import importlib
import io
import linecache
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path


class Workdir:
    """One project folder, reused; the process's working directory while in use."""

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        os.chdir(self.folder)
        sys.dont_write_bytecode = True

    def fill(self, files: dict[str, str]) -> None:
        for old in self.folder.iterdir():
            old.unlink()
        for name, text in files.items():
            (self.folder / name).write_text(text)

    def run(self, command: str) -> str:
        """The run tool's text for a `python3 -m unittest [module]` command."""
        for module in [m for m, v in sys.modules.items()
                       if (getattr(v, "__file__", None) or "").startswith(str(self.folder))]:
            del sys.modules[module]
        linecache.clearcache()
        importlib.invalidate_caches()
        path = list(sys.path)
        sys.path[0] = str(self.folder)
        output = io.StringIO()
        try:
            with contextlib.redirect_stderr(output), contextlib.redirect_stdout(output):
                program = unittest.main(module=None, argv=command.split()[2:], exit=False)
        except Exception:  # a module named in the command that does not even parse
            return self.run_for_real(command)
        finally:
            sys.path[:] = path
        if "RecursionError" in output.getvalue():  # it counts the frames, and here are more of them
            return self.run_for_real(command)
        return shown(0 if program.result.wasSuccessful() else 1, output.getvalue(), self.folder)

    def run_for_real(self, command: str) -> str:
        return run_for_real(command, self.folder)


def run_for_real(command: str, folder: Path) -> str:
    """The run tool's text for a command."""
    # A compile of a third of a second has been seen to wait for 20 beside a busy machine's work, which
    # must not end a training of hours.
    limit_s = 600
    environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, shell=True, cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=limit_s, env=environment)
    return shown(done.returncode, done.stdout, folder)


def shown(code: int, output: str, folder: Path) -> str:
    return f"exit {code}\n{output.replace(f'{folder}/', '')}".rstrip()


def numbered(text: str, first: int = 1, last: int | None = None) -> str:
    """The read tool's text."""
    lines = text.removesuffix("\n").split("\n")
    last = len(lines) if last is None else min(last, len(lines))
    return "\n".join(f"{n}\t{lines[n - 1]}" for n in range(max(first, 1), last + 1))


def edit_line(text: str, line: int, new: str) -> tuple[str, str] | None:
    """(new text, what the edit tool shows), or None when there is no such line."""
    lines = text.removesuffix("\n").split("\n")
    if not 1 <= line <= len(lines):
        return None
    added = new.split("\n")
    lines[line - 1 : line] = added
    after = "\n".join(lines) + "\n"
    return after, numbered(after, line - 2, line + len(added) + 1)


def without_time(output: str) -> str:
    return re.sub(r"in \d+\.\d+s", "in 0.000s", output)
