"""Running plim against a Server: a place of its own for project and state, and its events."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from server import now

REPO = pathlib.Path(__file__).resolve().parent.parent
PLIM = REPO / "build/release/bin/plim"


@contextlib.contextmanager
def place():
    """A new folder beside the build, so on a disk: what is synced must cost what it costs."""
    parent = REPO / "build/bench"
    parent.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def small_project(folder):
    """One module and its test, as the demo has."""
    project = folder / "project"
    shutil.copytree(REPO / "examples/basket", project, ignore=shutil.ignore_patterns("__pycache__"))
    return project


def large_project(folder, files=1000, lines=200):
    """Many modules of ordinary length: what a real repository makes the agent walk and search."""
    project = folder / "project"
    for index in range(files):
        module = project / f"package{index % 20}" / f"module{index}.py"
        module.parent.mkdir(parents=True, exist_ok=True)
        module.write_text("".join(f"def value_{index}_{n}():\n    return {n}\n"
                                  for n in range(lines // 2)))
    return project


def environment(folder):
    """Nothing of the user's configuration, sessions or colours."""
    own = {name: str(folder / name) for name in
           ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "HOME")}
    for path in own.values():
        os.makedirs(path, exist_ok=True)
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **own}


class Run:
    """A finished `plim run`: when it was started, its exit code, its events. `settings` are PLIM_*
    variables."""

    def __init__(self, folder, project, flags, task="Fix the failing test.", settings=None):
        output = folder / "events.jsonl"
        command = [str(PLIM), "run", "--json", "--yes", *flags, task]
        with open(output, "wb") as out, open(folder / "stderr", "wb") as err:
            self.started = now()
            with subprocess.Popen(command, cwd=project, env=environment(folder) | (settings or {}),
                                  stdout=out, stderr=err, stdin=subprocess.DEVNULL) as process:
                self.code = process.wait()
        self.ended = now()
        self.stderr = (folder / "stderr").read_text(errors="replace")
        self.events = [json.loads(entry) for entry in output.read_text().splitlines()]

    def of(self, kind):
        return [event for event in self.events if event["type"] == kind]
