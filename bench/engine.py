"""engine: plim's supervised llama-server against one that a user starts by hand.

Two comparisons on the same model file, each in turn so that a busy machine hurts both. Whole runs:
the same task, seed and context, once with plim's own server (planned flags, no network, behind a
UNIX socket) and once with `llama-server -m FILE -c N` as endpoint; the speed is llama-server's own
timing of decoding. And the servers alone, asked the same tokens: a prompt, a reply, and a reply that
repeats a module with one line more, which a grammar of its tokens holds it to, since the demo model
cannot do that by itself. There plim's flags are what `plim plan --calibrate` settles on, and, for the
repeated code, with engine.speculation "on": "auto" leaves it off for a model of thousands of tokens
per second, of whose steps it takes more than 2 %. Each set of servers is started anew several times,
because one start of the same server can be some percent faster than another. And what watching the engine costs while it streams.
"""

import contextlib
import json
import os
import pathlib
import random
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
PLAIN = ["-c", str(CONTEXT)]
# It counts the machine's cores, also those this benchmark was forbidden to use (taskset), and then
# its threads wait for one another.
if len(os.sched_getaffinity(0)) < (os.cpu_count() or 1):
    PLAIN += ["-t", str(len(os.sched_getaffinity(0)))]


@contextlib.contextmanager
def started_server(folder, model, flags=tuple(PLAIN)):
    """A llama-server with its own defaults but for `flags`; yields its URL once it is healthy."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["llama-server", "-m", str(model), "--port", str(port), *flags]
    with open(folder / f"server{port}.log", "wb") as log, \
            subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL) as process:
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def wait_until_healthy(url, process, limit_s=60):
    end = time.monotonic() + limit_s
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError("a llama-server did not come up")


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
        wait_for_the_processor()
        return decode_speed(client.Run(inner, project, [*common, *flags]))


def wait_for_the_processor(seconds=30):
    """The run before must not make this a busy machine, where plim plans fewer threads."""
    pressure = pathlib.Path("/proc/pressure/cpu")
    end = time.monotonic() + seconds
    while pressure.exists() and time.monotonic() < end:
        if float(pressure.read_text().split("avg10=")[1].split()[0]) < 5:
            return
        time.sleep(0.5)


def compare(name, model, folder, repeat):
    ours, plain = [], []
    with started_server(folder, model) as url:
        for _ in range(repeat):
            ours.append(one_run(["--model", str(model), "--device", "cpu"]))
            plain.append(one_run(["--endpoint", f"{url}/v1"]))
    ratios = [own / other for own, other in zip(ours, plain)]
    return [Figure(f"engine: {name}, plim's llama-server", "tokens/s", ours, at_least=True),
            Figure(f"engine: {name}, plain llama-server", "tokens/s", plain, at_least=True,
                   note="peer"),
            Figure(f"engine: {name}, plim's : plain", "×", ratios, bar=0.98, at_least=True)]


def planned_flags(folder, model, speculation):
    """What plim starts its server with, once it has measured this machine."""
    ran = subprocess.run([client.PLIM, "plan", "--device", "cpu", "--ctx", str(CONTEXT), "--json",
                          "--calibrate", model], capture_output=True, text=True, check=True,
                         env=client.environment(folder) | {"PLIM_ENGINE_SPECULATION": speculation})
    return json.loads(ran.stdout)["flags"]


def ask(url, path, body):
    request = urllib.request.Request(f"{url}{path}", data=json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def modules(count):
    """Modules of the demo model's little world, each of some fifty lines."""
    sys.path.insert(0, str(client.REPO / "scripts/demo_model"))
    import projects  # pylint: disable=import-outside-toplevel
    rng = random.Random(11)
    made = [projects.make_project(rng, held_out=True, language="python") for _ in range(4 * count)]
    texts = [project.files[project.path] for project in made]
    return ["\n\n".join(texts[4 * i:4 * i + 4]) for i in range(count)]


def prefill(url, text):
    tokens = ask(url, "/tokenize", {"content": text})["tokens"]
    tokens = (tokens * (1024 // len(tokens) + 1))[:1024]
    answer = ask(url, "/completion", {"prompt": tokens, "n_predict": 1, "cache_prompt": False})
    return answer["timings"]["prompt_per_second"]


def reply(url, text):
    answer = ask(url, "/completion", {"prompt": text, "n_predict": 256, "ignore_eos": True,
                                      "temperature": 0})
    return answer["timings"]["predicted_per_second"]


def rewrite(url, text):
    lines = text.splitlines()
    wanted = "\n".join([*lines[:len(lines) // 2], "    # checked", *lines[len(lines) // 2:]])
    tokens = ask(url, "/tokenize", {"content": wanted})["tokens"]
    prompt = ("<|im_start|>user\nMark the middle.<|im_end|>\n<|im_start|>tool\n" + text +
              "<|im_end|>\n<|im_start|>assistant\n")
    answer = ask(url, "/completion", {
        "prompt": prompt, "n_predict": len(tokens), "temperature": 0,
        "grammar": "root ::= " + " ".join(f"<[{token}]>" for token in tokens)})
    return answer["timings"]["predicted_per_second"]


WORKLOADS = [("prompt", prefill, "auto", 0.98), ("reply", reply, "auto", 0.98),
             ("repeated code", rewrite, "on", 1.5)]


def compare_servers(name, model, folder, starts=4, count=6):
    flags = {choice: planned_flags(folder, model, choice) for choice in ("auto", "on")}
    pairs = {what: [] for what, *_ in WORKLOADS}
    texts = modules(count)
    for _ in range(starts):
        with contextlib.ExitStack() as stack:
            plain = stack.enter_context(started_server(folder, model))
            servers = {choice: stack.enter_context(started_server(folder, model, flags[choice]))
                       for choice in flags}
            for what, measured, choice, _ in WORKLOADS:
                ours = servers[choice]
                for index, text in enumerate(texts):
                    order = [ours, plain] if index % 2 == 0 else [plain, ours]
                    speeds = {url: measured(url, text) for url in order}
                    pairs[what].append((speeds[ours], speeds[plain]))
    figures = []
    for what, _, choice, bar in WORKLOADS:
        figures += [
            Figure(f"engine: {name}, {what}, plim's flags", "tokens/s",
                   [own for own, _ in pairs[what]], at_least=True, note=f"speculation {choice}"),
            Figure(f"engine: {name}, {what}, plain", "tokens/s",
                   [other for _, other in pairs[what]], at_least=True, note="peer"),
            Figure(f"engine: {name}, {what}, plim's : plain", "×",
                   [own / other for own, other in pairs[what]], bar=bar, at_least=True)]
    return figures


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
                for figure in compare(name, model, folder, repeat)] + [
                    figure for name, model in models(folder).items() if name == "demo model"
                    for figure in compare_servers(name, model, folder)] + [supervision()]
