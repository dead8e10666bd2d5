"""engine: plim's supervised llama-server against one that a user starts by hand.

The same task, seed and context on the same model file, once with plim's own server (planned
flags, no network, behind a UNIX socket) and once with `llama-server -m FILE -c N` as endpoint, in
turn, so that a busy machine hurts both. The speeds are llama-server's own timings of decoding;
prefill is not compared, since the plain server outlives each run and has most of it cached. The
tiny model of the tests never ends a reply, so there is much to time; the demo model is timed as
people run it. And what watching the engine costs while it streams.
"""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import client
import spill
import spill_trial
from report import Figure

CONTEXT = 4096


@contextlib.contextmanager
def plain_server(folder, model):
    """A llama-server with its own defaults; yields its URL once it is healthy."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["llama-server", "-m", str(model), "-c", str(CONTEXT), "--port", str(port)]
    with open(folder / "plain.log", "wb") as log, \
            subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL) as process:
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def wait_until_healthy(url, process, limit_s=60):
    end = time.monotonic() + limit_s
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError("the plain llama-server did not come up")


def decode_speed(run):
    """Tokens per second over all turns of a run."""
    usages = [event["usage"] for event in run.of("turn_finished")]
    if not usages:
        raise RuntimeError(f"no reply came (exit {run.code}): {run.stderr}")
    return (sum(usage["completion"] for usage in usages)
            / sum(usage["decode_ms"] for usage in usages) * 1000)


def models(folder):
    tiny = folder / "tiny.gguf"
    subprocess.run([sys.executable, client.REPO / "tests/tiny_gguf/make_tiny_gguf.py", tiny],
                   check=True, stdout=subprocess.DEVNULL)
    demo = client.REPO / "models/demo/plimsoll-demo.gguf"
    return {"tiny model": tiny} | ({"demo model": demo} if demo.exists() else {})


def one_run(flags):
    with client.place() as inner:
        project = client.small_project(inner)
        common = ["--seed", "1", "--temperature", "0", "--ctx", str(CONTEXT), "--max-turns", "6"]
        # The demo model's own profile says so, but an endpoint does not hand a profile on.
        settings = {"PLIM_AGENT_EDIT_FORMAT": "line"}
        return decode_speed(client.Run(inner, project, [*common, *flags], settings=settings))


def compare(name, model, folder, repeat):
    ours, plain = [], []
    with plain_server(folder, model) as url:
        for _ in range(repeat):
            ours.append(one_run(["--model", str(model), "--device", "cpu"]))
            plain.append(one_run(["--endpoint", url]))
    ratios = [own / other for own, other in zip(ours, plain)]
    return [Figure(f"engine: {name}, plim's llama-server", "tokens/s", ours, at_least=True),
            Figure(f"engine: {name}, plain llama-server", "tokens/s", plain, at_least=True,
                   note="peer"),
            Figure(f"engine: {name}, plim's : plain", "×", ratios, bar=0.98, at_least=True)]


def supervision():
    """The processor time of plim, all threads, while a reply of ten seconds streams."""
    with tempfile.TemporaryDirectory() as folder:
        trial = spill_trial.Trial(spill.make_models(folder), seed=1)
        try:
            trial.start(replies=[{"content": "word " * 20, "delay_ms": 500}])
            trial.begun()
            return Figure("engine: supervision, of one processor", "%",
                          [busy_share(trial.process.pid, 8)], bar=1)
        finally:
            trial.close()


def busy_share(pid, seconds):
    def ticks():
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    before = ticks()
    time.sleep(seconds)
    return 100 * (ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds


def measure(repeat=5):
    with client.place() as folder:
        return [figure for name, model in models(folder).items()
                for figure in compare(name, model, folder, repeat)] + [supervision()]
