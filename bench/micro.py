"""micro: the few inner loops whose speed a user could feel, by Google Benchmark (bench/*.cpp)."""

import json
import subprocess

import client
from report import Figure

PROGRAM = client.REPO / "build/release/bin/plim_bench"


def google_benchmarks(repeat):
    out = subprocess.run([PROGRAM, f"--benchmark_repetitions={repeat}", "--benchmark_format=json",
                          "--benchmark_min_time=0.05s"],
                         check=True, capture_output=True, text=True).stdout
    samples = {}
    for entry in json.loads(out)["benchmarks"]:
        if entry["run_type"] == "iteration":
            samples.setdefault(entry["run_name"], []).append(entry)
    for name, entries in samples.items():
        if "bytes_per_second" in entries[0]:
            yield Figure(f"micro: {name}", "MB/s",
                         [entry["bytes_per_second"] / 1e6 for entry in entries], at_least=True)
        else:
            to_ms = {"ns": 1e-6, "us": 1e-3, "ms": 1}[entries[0]["time_unit"]]
            yield Figure(f"micro: {name}", "ms", [entry["cpu_time"] * to_ms for entry in entries])


def measure(repeat=7):
    if not PROGRAM.exists():
        print("  micro: not built (PLIM_BENCH is off)")
        return []
    return list(google_benchmarks(repeat))
