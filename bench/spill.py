"""spill: a campaign of faults against the promise that memory never spills in silence.

Seeded random cases, each a whole `plim run`: engines that lie in their log about weights, cache,
scratch, layers, pieces of the graph; others that take host or GPU memory, a little or nearly all;
a driver that moves the engine's memory out of the GPU; engines killed while loading, between
replies and in the middle of one; hung ones; killed for memory by a control group; the real
llama-server with contexts and cache types, and on a software GPU whose largest buffer is too small
for a tensor. A case fails when memory was not as planned and nobody said so, when a reply was
lost, or when an alarm was raised over nothing. `PLIM_SPILL_CASES` sets how many (default 220).
"""

import collections
import concurrent.futures
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import spill_cases
from report import Figure
from spill_trial import REPO, Trial

SEED = 20261122
AT_ONCE = 4


def make_models(folder):
    """small; heavy: some 200 MiB; wide: a tensor over lavapipe's 128 MiB."""
    models = {}
    for name, args in (("small", []), ("heavy", ["--embd", "2048", "--blank"]),
                       ("wide", ["--embd", "4352", "--layers", "1", "--blank"])):
        models[name] = pathlib.Path(folder, f"{name}.gguf")
        subprocess.run([sys.executable, REPO / "tests/tiny_gguf/make_tiny_gguf.py", models[name],
                        "--context", "65536", *args], check=True, stdout=subprocess.DEVNULL)
    return models


def run_case(models, number, case):
    trial = Trial(models, SEED + number)
    try:
        verdict = case(trial)
    except Exception as error:  # a broken case must not pass for a kept promise
        verdict = {"lost": True, "why": f"{type(error).__name__}: {error}"}
    finally:
        trial.close()
    if verdict.get("silent") or verdict.get("lost") or verdict.get("false_alarm"):
        print(f"    case {number} {case.__name__}: {verdict}", flush=True)
        print("      " + trial.tail(), flush=True)
    return case.__name__, verdict


def run_all(total):
    with tempfile.TemporaryDirectory() as folder:
        models = make_models(folder)
        chosen = spill_cases.choose(total, SEED)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            jobs = [pool.submit(run_case, models, number, case)
                    for number, case in enumerate(chosen) if case not in spill_cases.ALONE]
            results = [job.result() for job in jobs]
        results += [run_case(models, number, case)
                    for number, case in enumerate(chosen) if case in spill_cases.ALONE]
    return results


def worst(results, kind):
    times = [verdict[kind] for _, verdict in results if verdict.get(kind) is not None]
    return times or [0.0]


def measure():
    results = run_all(int(os.environ.get("PLIM_SPILL_CASES", "220")))
    counts = collections.Counter(name for name, _ in results)
    print("  spill: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))

    def count(key):
        return [sum(bool(verdict.get(key)) for _, verdict in results)]

    memory = worst(results, "memory_s")
    return [
        Figure("spill: cases", "", [len(results)], bar=min(200, len(results)), at_least=True),
        Figure("spill: silent spills", "", count("silent"), bar=0),
        Figure("spill: lost turns", "", count("lost"), bar=0),
        Figure("spill: false alarms", "", count("false_alarm"), bar=1),
        Figure("spill: memory seen after, worst", "s", [max(memory)], bar=2,
               note=f"of {len(memory)}, median {statistics.median(memory):.2f}"),
        Figure("spill: hang seen after, worst", "s", [max(worst(results, "hang_s"))], bar=10),
        Figure("spill: next token after a death", "s", worst(results, "revived_s"), bar=3),
    ]
