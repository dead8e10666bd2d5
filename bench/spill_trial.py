"""One plim on one machine that misbehaves: what spill.py's cases are made of.

The engine is the fake one or the real llama-server. The machine is this one, but for what a case
replaces: /proc/meminfo by a file it writes (bubblewrap binds it there), NVIDIA's library by the
fake one, the control group by one of its own.
"""

import contextlib
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

REPO = pathlib.Path(__file__).resolve().parent.parent
os.environ.setdefault("PLIM", str(REPO / "build/release/bin/plim"))
BIN = pathlib.Path(os.environ["PLIM"]).parent
os.environ.setdefault("FAKE_LLAMA_SERVER", str(BIN / "fake_llama_server"))
sys.path[:0] = [str(REPO / "tests"), str(REPO / "tests/end_to_end")]

import harness  # noqa: E402  (needs the path and the programs above)
import local_engine  # noqa: E402

MIB = 1 << 20
TOTAL_MIB = 32768
RESERVE_MIB = 2048  # of the host: a sixteenth of TOTAL_MIB
WORDS = "All of it is read. " * 8
REPLIES = [harness.call("read", path="a.txt"), harness.call("read", path="b.txt"),
           harness.say(WORDS)]
BWRAP = ["bwrap", "--dev-bind", "/", "/"]


class Trial:
    """A plim with its place; every line of its log and every event carries the time it came."""

    def __init__(self, models, seed):
        self.random = random.Random(seed)
        self.place = harness.Place()
        self.models = models
        self.model = models["small"]
        self.meminfo = self.place.root / "meminfo"
        self.gpu_state = self.place.root / "gpu"
        self.wrap = []
        self.env = {}
        self.flags = []
        self.events, self.log = [], []
        self.process = None
        self.place.write("a.txt", "one\n")
        self.place.write("b.txt", "two\n")

    # ---- the machine

    def set_available(self, mib):
        text = f"MemTotal:       {TOTAL_MIB * 1024} kB\nMemAvailable:   {int(mib * 1024)} kB\n"
        # In place: what is bound is this very file. One write, so nobody sees half of it.
        with open(self.meminfo, "r+b" if self.meminfo.exists() else "wb") as file:
            file.write(text.ljust(120).encode())

    def own_memory(self, mib=20000):
        self.set_available(mib)
        self.wrap = [*BWRAP, "--bind", str(self.meminfo), "/proc/meminfo", "--"]

    def set_gpu(self, free_mib, pid=0, own_mib=0):
        text = f"{int(free_mib)} {pid} {int(own_mib)}".ljust(60)
        with open(self.gpu_state, "r+b" if self.gpu_state.exists() else "wb") as file:
            file.write(text.encode())

    def own_gpu(self):
        folder = self.place.root / "nvml"
        folder.mkdir()
        (folder / "libnvidia-ml.so.1").symlink_to(BIN / "libfake_nvml.so")
        self.set_gpu(23010)
        self.env |= {"LD_LIBRARY_PATH": str(folder), "FAKE_NVML_STATE": str(self.gpu_state)}
        self.flags += ["--device", "CUDA0"]
        return ["--gpu", "CUDA0: NVIDIA GeForce RTX 4090 (24564 MiB, 23010 MiB free)"]

    # ---- the run

    def start(self, engine_args=(), replies=None, real=False, chunk_ms=(5, 25), **every):
        if not real:
            script = [{"delay_ms": self.random.randint(*chunk_ms), **every, **reply}
                      for reply in replies or REPLIES]
            engine = local_engine.fake_engine(
                self.place, [*engine_args, "--by-turn"], script)
            self.flags += ["--engine", engine]
        if "--device" not in self.flags:
            self.flags += ["--device", "cpu"]
        self.started = time.monotonic()
        self.process = self.place.start(
            ["run", "--json", "--yes", "--model", str(self.model), *self.flags, "Do it."],
            self.env, self.wrap)
        for reader in (self._read_events, self._read_log):
            threading.Thread(target=reader, daemon=True).start()

    def _read_events(self):
        for line in self.process.stdout:
            self.events.append((time.monotonic(), json.loads(line)))

    def _read_log(self):
        path = self.place.root / "state/plimsoll/plim.log"
        at = 0
        while self.process.poll() is None:
            with contextlib.suppress(OSError), open(path, encoding="utf-8", errors="replace") as file:
                file.seek(at)
                for line in file:
                    self.log.append((time.monotonic(), line))
                at = file.tell()
            time.sleep(0.02)

    def begun(self):
        """Waits until the task has begun; False when plim ended before."""
        while not any(event["type"] == "task_started" for _, event in list(self.events)):
            if self.process.poll() is not None:
                return False
            time.sleep(0.01)
        return True

    def sleep(self, least, most):
        time.sleep(self.random.uniform(least, most))

    def engine_pid(self):
        # Not one that is only asked for its version or for a dry run.
        found = [pid for pid in local_engine.engines(self.process.pid)
                 if "--api-key-file" in harness.command_line(pid)]
        return found[-1] if found else 0

    def kill_engine(self, how=signal.SIGKILL):
        pid = self.engine_pid()
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        return time.monotonic()

    def finish(self, patience=90):
        try:
            self.code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.code = None
            self.process.kill()
            self.process.wait()
        time.sleep(0.05)  # the readers' last lines
        self.stderr = self.process.stderr.read().decode(errors="replace")
        self.process.stdout.close()
        self.process.stderr.close()

    # ---- what came of it

    def seen(self, *words, after=0.0):
        """When the first log line with one of `words` came, in seconds after `after`."""
        times = [when for when, line in self.log
                 if when >= after and any(word in line for word in words)]
        return times[0] - after if times else None

    def next_sign(self, after):
        """Seconds until the engine streamed again."""
        times = [when for when, event in self.events
                 if when > after and event["type"] in ("text_delta", "message", "turn_finished")]
        return times[0] - after if times else None

    def whole(self):
        """Whether every reply arrived, once and in order."""
        messages = [event["message"] for _, event in self.events if event["type"] == "message"]
        calls = [json.loads(call["arguments"])["path"] for message in messages
                 for call in message.get("tool_calls", [])]
        said = [message["content"] for message in messages if message["role"] == "assistant"]
        return self.code == 0 and calls == ["a.txt", "b.txt"] and said[-1:] == [WORDS]

    def tail(self):
        return " | ".join(line.strip()[21:] for _, line in self.log[-6:])

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.place.__exit__()


def kills_for_memory():
    """A control group of this campaign's own, where one can be made; else None."""
    try:
        text = pathlib.Path("/proc/self/cgroup").read_text()
    except OSError:
        return None
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            group = pathlib.Path(f"/sys/fs/cgroup/memory{path}/plim-spill-{os.getpid()}")
            break
    else:
        path = text.splitlines()[-1].split(":", 2)[2]
        group = pathlib.Path(f"/sys/fs/cgroup{path}/plim-spill-{os.getpid()}")
    try:
        group.mkdir()
    except OSError:
        return None
    limit = next((group / name for name in ("memory.limit_in_bytes", "memory.max")
                  if (group / name).exists()), None)
    if limit is None:
        group.rmdir()
        return None
    return group, limit
