"""What scenarios and end-to-end tests share: the real plim in a temporary place, the fake engine,
trees of files as values, and the certainty that no process is left. Python's library only.

Programs come from the environment, as CTest sets it: PLIM, FAKE_LLAMA_SERVER, TINY_MODEL.
"""

import ctypes
import difflib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUILD = Path(__file__).resolve().parent.parent / "build/dev"
PLIM = os.environ.get("PLIM", f"{BUILD}/bin/plim")
FAKE = os.environ.get("FAKE_LLAMA_SERVER", f"{BUILD}/bin/fake_llama_server")
TINY_MODEL = os.environ.get("TINY_MODEL", f"{BUILD}/tests/tiny.gguf")
PR_SET_CHILD_SUBREAPER = 36


class Failure(Exception):
    """A test's expectation that did not hold; the text is for people."""


def check(holds, text):
    if not holds:
        raise Failure(text)


def wait_until(holds, what, seconds=20):
    """Polls; a test never sleeps for a guess."""
    deadline = time.monotonic() + seconds
    while not (value := holds()):
        check(time.monotonic() < deadline, f"waited {seconds} s in vain: {what}")
        time.sleep(0.005)
    return value


class Finished:
    """A program that ended: exit code (128+signal as a shell says it) and what it printed."""

    def __init__(self, code, out, err):
        self.code = code if code >= 0 else 128 - code
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace")

    def __str__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}---"


class Place:
    """A temporary folder with a project, a home and plim's own folders."""

    patience_s = 280  # for one plim, on a busy machine too; CTest's own limit is above it

    def __init__(self):
        self.root = Path(tempfile.mkdtemp(prefix="plim-test-")).resolve()
        self.project = self.root / "project"
        for name in ("project", "home", "state", "config", "runtime", "outside"):
            (self.root / name).mkdir()
        os.chmod(self.root / "runtime", 0o700)
        self.env = {
            "HOME": f"{self.root}/home", "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
            "XDG_STATE_HOME": f"{self.root}/state", "XDG_CONFIG_HOME": f"{self.root}/config",
            "XDG_RUNTIME_DIR": f"{self.root}/runtime"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["chmod", "-R", "u+rwX", str(self.root)], check=False)
        shutil.rmtree(self.root, ignore_errors=True)

    def write(self, path, data, mode=None):
        file = self.project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        if mode is not None:
            file.chmod(mode)

    def start(self, args, env=None, wrap=(), **kwargs):
        """Starts plim in the project; `wrap` is a command line that runs it."""
        options = dict(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return subprocess.Popen([*wrap, PLIM, *args], cwd=self.project,
                                env={**self.env, **(env or {})}, **{**options, **kwargs})

    def run(self, args, env=None, wrap=()):
        return self.finish(self.start(args, env, wrap))

    def finish(self, process):
        try:
            out, err = process.communicate(timeout=self.patience_s)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise Failure(f"plim did not end within {self.patience_s} s:\n"
                          f"{Finished(137, out, err)}") from None
        return Finished(process.returncode, out, err)

    def session_files(self):
        return sorted((self.root / "state/plimsoll/sessions").glob("*.jsonl"))

    def events(self):
        """The latest session's events. Every line must be JSON, the first one the session's own."""
        files = self.session_files()
        check(files, "there is no session file")
        lines = files[-1].read_text().splitlines()
        try:
            parsed = [json.loads(line) for line in lines]
        except json.JSONDecodeError as error:
            raise Failure(f"the session file holds a line that is no JSON: {error}") from None
        check(parsed, "the session file is empty")
        return parsed[1:]


class Fake:
    """tests/fakes/fake_llama_server on a port of the system's choice."""

    def __init__(self, place, script, args=()):
        self.record = place.root / "requests.jsonl"
        self.script = place.root / "model.jsonl"
        self.script.write_bytes(
            script if isinstance(script, bytes)
            else "".join(json.dumps(reply) + "\n" for reply in script).encode())
        self.process = subprocess.Popen(
            [FAKE, "--script", self.script, "--record", self.record, "--alias", "M", *args],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = self.process.stdout.readline().decode()
        check(line.startswith("listening on "), f"the fake engine did not start: {line!r}")
        self.endpoint = f"http://127.0.0.1:{line.split()[-1]}/v1"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def bodies(self):
        return self.record.read_bytes().splitlines() if self.record.exists() else []

    def requests(self):
        return [json.loads(body) for body in self.bodies()]


def call(name, **arguments):
    """A scripted reply that calls one tool."""
    return {"tool_calls": [{"name": name, "arguments": arguments}]}


def say(text):
    return {"content": text}


# ---- trees ----------------------------------------------------------------------------------

def tree(root):
    """{path: (mode, bytes)} of files, {path: ("link", target)} of links. Folders do not count."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in [*files, *[f for f in folders if os.path.islink(os.path.join(folder, f))]]:
            path = Path(folder, name)
            status = path.lstat()
            key = str(path.relative_to(root))
            if stat.S_ISLNK(status.st_mode):
                found[key] = ("link", os.readlink(path))
            elif stat.S_ISREG(status.st_mode):
                found[key] = (stat.S_IMODE(status.st_mode), path.read_bytes())
            else:
                found[key] = (stat.S_IFMT(status.st_mode), b"")
    return found


def describe_change(path, expected, actual):
    if actual is None:
        return f"{path}: missing"
    if expected is None:
        return f"{path}: should not be there: {actual[1][:300]!r}"
    if expected[1] == actual[1]:
        return f"{path}: mode is {actual[0]:o}, not {expected[0]:o}"
    if not isinstance(expected[1], bytes) or not isinstance(actual[1], bytes):
        return f"{path}: is {actual!r:.300}, not {expected!r:.300}"
    lines = [data.decode("latin-1").splitlines(keepends=True) for data in (expected[1], actual[1])]
    return f"{path}:\n" + "\n".join(
        repr(line)[1:-1] for line in difflib.unified_diff(*lines, "expected", "actual"))


def check_tree(expected, actual, when):
    wrong = [describe_change(path, expected.get(path), actual.get(path))
             for path in sorted({*expected, *actual}) if expected.get(path) != actual.get(path)]
    check(not wrong, f"{when}, files differ:\n" + "\n".join(wrong))


# ---- processes ------------------------------------------------------------------------------

def adopt_orphans():
    """From here on whatever our children leave behind becomes our child, and can be seen."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def children(pid):
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def orphans(known=()):
    """Live children of ours but the `known` ones; the dead are reaped."""
    left = []
    for pid in children(os.getpid()):
        if pid in known:
            continue
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == 0:
                left.append(pid)
        except ChildProcessError:
            pass
    return left


def check_no_orphans(known=(), seconds=20):
    """Those of a killed parent may take a moment to go; then none may be left."""
    try:
        wait_until(lambda: not orphans(known), "all processes gone", seconds)
    except Failure:
        left = orphans(known)
        text = "\n".join(f"  {pid}: {command_line(pid)[:300]}" for pid in left)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        raise Failure(f"processes were left behind:\n{text}") from None


def descendants(pid):
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def main(*tests):
    """Runs test functions, all of them, and exits 1 when one failed."""
    adopt_orphans()
    chosen = [t for t in tests if not sys.argv[1:] or t.__name__ in sys.argv[1:]]
    failed = 0
    for test in chosen:
        start = time.monotonic()
        try:
            test()
            print(f"ok   {test.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
        except Failure as failure:
            failed += 1
            print(f"FAIL {test.__name__}: {failure}", flush=True)
    sys.exit(1 if failed or not chosen else 0)
