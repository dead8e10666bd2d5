"""The plan: predicted memory against the engine's own log, predicted speed against published figures.

Memory: tests/architectures/check.py loads a small model of each architecture with llama-server and holds
plim's formulas against what it logs. Speed: scripts/fit_speed predicts each published figure from all
other devices; the peer is the usual rule of thumb, bandwidth times 0.55 over the file's size.
"""

import importlib.machinery
import importlib.util
import pathlib
import re
import shutil
import subprocess
import time

from report import Figure

REPO = pathlib.Path(__file__).resolve().parent.parent


def load_fit():
    loader = importlib.machinery.SourceFileLoader("fit_speed", str(REPO / "scripts/fit_speed"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("fit_speed", loader))
    loader.exec_module(module)
    return module


def percent(values):
    return [100 * abs(value) for value in values]


def speed():
    fit = load_fit()
    rows = list(fit.figures())
    families = {family for _, family, _ in fit.gpus().values()}
    dense = fit.dense_decode(rows)
    unseen = percent(error for _, error in fit.leave_one_out(dense, families))
    model = fit.Model(families).fit(dense)
    deep = [r for r in rows if r["what"] == "decode" and not r["experts"] and r["depth"] > 1024]
    experts = [r for r in rows if r["what"] == "decode" and r["experts"]]
    rule = [0.55 * r["bandwidth"] / r["all_gb"] / r["tokens_per_s"] - 1 for r in dense]
    prompts = [r for r in rows if r["what"] == "prefill" and r["depth"] == 0 and not r["experts"]]
    return [
        Figure("decode, dense, each device left out", "%", unseen, bar=8, note="absolute error"),
        Figure("the same, 95th percentile", "%", [fit.percentile(unseen, 0.95)], bar=20),
        Figure("peer: 0.55 x bandwidth / size", "%", percent(rule)),
        Figure("decode at depth over 1k, dense", "%", percent(fit.errors(deep, model))),
        Figure("decode, mixture of experts", "%", percent(fit.errors(experts, model))),
        Figure("prefill, dense, each device left out", "%", percent(fit.prefill_left_out(prompts))),
    ]


def memory():
    plim = REPO / "build/release/bin/plim"
    server = shutil.which("llama-server")
    if server is None or not plim.exists():
        raise RuntimeError("needs build/release/bin/plim and llama-server")
    ran = subprocess.run(["python3", "tests/architectures/check.py", str(plim), server], cwd=REPO,
                         capture_output=True, text=True, check=False)
    counted = re.search(r"(\d+) architectures, (\d+) differences", ran.stdout)
    if not counted:
        raise RuntimeError(ran.stderr[-300:])
    times = []
    for _ in range(7):
        start = time.monotonic()
        subprocess.run([plim, "plan", "--device", "cpu", "--json"], capture_output=True, check=False)
        times.append(1000 * (time.monotonic() - start))
    return [
        Figure("architectures held against the engine", "", [int(counted[1])], bar=40, at_least=True),
        Figure("weights, KV, state or compute that differ", "", [int(counted[2])], bar=0),
        Figure("plan of a local file, engine asked", "ms", times, bar=1000),
    ]


def measure():
    return speed() + memory()
