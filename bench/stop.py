"""stop: from Ctrl-C to the engine's slot being free.

The real llama-server; plim talks to it. The signal comes while the demo model reads a long prompt, and
while the tests' tiny model streams a reply, which never ends; the clock stops when /slots says that
nothing is processed. The engine looks for a client that left between two batches, so a large model on
a slow machine takes as long as the batch at hand; what is plim's own is in the figure.
"""

import json
import signal
import subprocess
import time
import urllib.request

import client
import engine
from report import Figure
from server import now

BAR_MS = 300
LONG_TASK = "Say it. " + "The quick brown fox jumps over the lazy dog. " * 105


def slot(url):
    with urllib.request.urlopen(f"{url.removesuffix('/v1')}/slots", timeout=10) as answer:
        return json.load(answer)[0]


def once(folder, project, url, task, phase):
    """Milliseconds; None when the task was over before the signal came."""
    command = [str(client.PLIM), "run", "--json", "--yes", "--no-verify", "--endpoint", url, task]
    with subprocess.Popen(command, cwd=project, env=client.environment(folder), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        for event in process.stdout:
            if json.loads(event)["type"] == phase:
                break
        start = now()
        process.send_signal(signal.SIGINT)
        while slot(url)["is_processing"]:
            time.sleep(0.001)
        ended = now()
        process.stdout.read()
        code = process.wait(30)
    return (ended - start) / 1e6 if code == 130 else None


def measure(repeat=9):
    figures = []
    with client.place() as folder:
        project = client.small_project(folder)
        models = engine.models(folder)
        for name, model, task, phase in (("reading the prompt", "demo model", LONG_TASK, "prefill"),
                                         ("a reply streams", "tiny model", "Say it.", "text_delta")):
            with engine.started_server(folder, models[model]) as url:
                samples = [once(folder, project, url, f"{n} {task}", phase) for n in range(repeat)]
            taken = [sample for sample in samples if sample is not None]
            if not taken:
                raise RuntimeError(f"{name}: too fast to be stopped")
            figures.append(Figure(f"stop: slot free after Ctrl-C, {name}", "ms", taken, bar=BAR_MS))
    return figures
