"""engine: plim's supervised llama-server against one that a user starts by hand.

The same task, seed and context on the same model file, once with plim's own server (planned
flags, no network, behind a UNIX socket) and once with `llama-server -m FILE -c N` as endpoint, in
turn, so that a busy machine hurts both. The speeds are llama-server's own timings. The tiny model
of the tests never ends a reply, so there is much to time; the demo model is timed as people run it.
"""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request

import client
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


def speeds(run):
    """(prefill, decode) in tokens per second over all turns of a run."""
    usages = [event["usage"] for event in run.of("turn_finished")]
    if not usages:
        raise RuntimeError(f"no reply came (exit {run.code}): {run.stderr}")
    total = {key: sum(usage[key] for usage in usages) for key in usages[0]}
    return ((total["prompt"] - total["cached"]) / total["prefill_ms"] * 1000,
            total["completion"] / total["decode_ms"] * 1000)


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
        return speeds(client.Run(inner, project, [*common, *flags], settings=settings))


def compare(name, model, folder, repeat):
    ours, plain = [], []
    with plain_server(folder, model) as url:
        for _ in range(repeat):
            ours.append(one_run(["--model", str(model), "--device", "cpu"]))
            plain.append(one_run(["--endpoint", url]))
    ratios = [own[1] / other[1] for own, other in zip(ours, plain)]
    figures = []
    for index, what in ((1, "decode"), (0, "prefill")):
        for side, runs in (("plim's", ours), ("plain", plain)):
            figures.append(Figure(f"engine: {name}, {what}, {side}", "tokens/s",
                                  [run[index] for run in runs], at_least=True,
                                  note="" if side == "plim's" else "peer"))
    return [*figures, Figure(f"engine: {name}, decode, plim's : plain", "×", ratios, at_least=True)]


def measure(repeat=5):
    with client.place() as folder:
        return [figure for name, model in models(folder).items()
                for figure in compare(name, model, folder, repeat)]
