"""Figures of benchmarks: what was measured, how it spreads, and whether it keeps its bar."""

import dataclasses
import json
import os
import platform
import statistics


@dataclasses.dataclass
class Figure:
    """One measured quantity, in `unit`; smaller is better unless `at_least`."""

    name: str
    unit: str
    samples: list
    bar: float | None = None  # what the project promises of the median; None: nothing
    at_least: bool = False
    note: str = ""

    @property
    def median(self):
        return statistics.median(self.samples)

    @property
    def spread(self):
        """Median absolute deviation: half of the samples lie this close to the median."""
        return statistics.median(abs(sample - self.median) for sample in self.samples)

    @property
    def bad_case(self):
        """What 95% of the samples are at least as good as."""
        return sorted(self.samples, reverse=self.at_least)[-(-len(self.samples) * 95 // 100) - 1]

    @property
    def kept(self):
        if self.bar is None:
            return None
        return self.median >= self.bar if self.at_least else self.median <= self.bar

    def as_dict(self):
        return {"name": self.name, "unit": self.unit, "median": self.median, "mad": self.spread,
                "bad_case": self.bad_case, "best": (max if self.at_least else min)(self.samples),
                "n": len(self.samples), "bar": self.bar, "kept": self.kept, "note": self.note}


def number(value):
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:,.1f}"


def line(figure):
    d = figure.as_dict()
    text = f"  {d['name']:<42} {number(d['median']):>9} {d['unit']}"
    if d["n"] > 1:
        text += (f" ± {number(d['mad'])} (best {number(d['best'])}, 95% within "
                 f"{number(d['bad_case'])}, n={d['n']})")
    if d["bar"] is not None:
        sign = "≥" if figure.at_least else "≤"
        text += f"  {'PASS' if d['kept'] else 'FAIL'} {sign} {number(d['bar'])}"
    return text + (f"  [{d['note']}]" if d["note"] else "")


def machine():
    """What the figures depend on: processor, cores, memory, kernel, and how busy it was."""
    def first(path, key):
        with open(path, encoding="ascii", errors="replace") as file:
            for entry in file:
                if entry.startswith(key):
                    return entry.split(":", 1)[1].strip()
        return "?"

    memory = int(first("/proc/meminfo", "MemTotal").split()[0]) / 2**20
    return {"cpu": first("/proc/cpuinfo", "model name"), "cores": os.cpu_count(),
            "memory_gib": round(memory, 1), "kernel": platform.release(),
            "load_1min": round(os.getloadavg()[0], 1)}


def print_machine():
    m = machine()
    print(f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']} GiB, Linux {m['kernel']}, "
          f"load {m['load_1min']}")
    if m["load_1min"] > m["cores"] / 2:
        print("this machine is busy: what counts wall-clock time is stretched by it")


def to_json(results):
    return json.dumps({"machine": machine(),
                       "figures": {name: [figure.as_dict() for figure in figures]
                                   for name, figures in results.items()}}, indent=2)
