"""The same model in fewer bits: how much of it is left, and the picture of where it falls."""

import concurrent.futures
import dataclasses
import subprocess

import curve  # scripts/demo_model, on the path by held_out
from daily import score

from . import engine_alone, episodes

KINDS = ("F16", "Q8_0", "Q4_K_M", "Q3_K_M", "Q2_K", "TQ1_0")
REPAIRED, FIRST_CHOICE = "#c8553d", "#1f6f8b"


@dataclasses.dataclass
class Row:
    kind: str
    size: int  # bytes
    agreed: int  # tokens that are its first choice…
    of: int  # …of F16's most likely replies
    solved: int
    runs: int

    @property
    def agreement(self):
        return self.agreed / self.of

    @property
    def rate(self):
        return self.solved / self.runs


def written(f16, kind, folder):
    """F16's file as `kind`."""
    if kind == "F16":
        return f16
    out = folder / f"{kind}.gguf"
    subprocess.run(["llama-quantize", str(f16), str(out), kind], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return out


def references(folder, f16, runs, tools):
    with engine_alone.served(folder, f16) as url:
        return list(engine_alone.references(url, list(engine_alone.prompts(url, runs, tools))))


def agreement(folder, model, wanted):
    """(tokens agreed on, tokens) over (prompt, reply) pairs."""
    with engine_alone.served(folder, model) as url:
        def choose(tokens, limit):
            return engine_alone.greedy(url, tokens, limit)
        return sum(engine_alone.agreed(choose, *pair) for pair in wanted), sum(len(reply) for _, reply in wanted)


def measure(agent, f16, projects, runs, args, folder):
    """A row per kind. `runs`: those of the agent's own model, which is the Q8_0 that ships; the other
    kinds try the first of the same projects."""
    models = {kind: agent.model if kind == "Q8_0" else written(f16, kind, folder) for kind in KINDS}
    wanted = references(folder, f16, runs[:args.agreement_count], agent.tools)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        agreed = dict(zip(KINDS, pool.map(lambda kind: agreement(folder, models[kind], wanted), KINDS)))
    for kind, model in models.items():
        mine = runs if kind == "Q8_0" else episodes.run_all(
            dataclasses.replace(agent, model=model), projects[:args.quant_count], args.jobs)
        yield Row(kind, model.stat().st_size, *agreed[kind], sum(run.solved for run in mine), len(mine))


def table(rows):
    yield "| | size | repaired | 95% interval | first choice as F16's |"
    yield "|---|---|---|---|---|"
    for row in rows:
        low, high = score.wilson(row.solved, row.runs)
        yield (f"| {row.kind} | {row.size / 1e6:.2f} MB | {row.solved} of {row.runs}, {row.rate:.0%} | "
               f"{low:.0%} to {high:.0%} | {row.agreement:.2%} of {row.of:,} |")


def draw(rows):
    """The rows as SVG: files from the largest to the smallest, what they repair and how they agree."""
    left, right = 0.06, 0.94
    at = {row.kind: left + (right - left) * i / (len(rows) - 1) for i, row in enumerate(rows)}
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {curve.WIDTH} {curve.HEIGHT}" '
             f'font-family="sans-serif" font-size="12">',
             f'<rect width="{curve.WIDTH}" height="{curve.HEIGHT}" fill="white"/>',
             curve.label(0.5, 1.09, "Demonstration model in fewer bits, on held-out projects")]
    for i in range(5):
        parts.append(curve.line([(0, i / 4), (1, i / 4)], "#ddd").replace('"2"', '"1"'))
        parts.append(curve.label(-0.015, i / 4 - 0.01, f"{i / 4:.0%}", "end"))
    for row in rows:
        parts.append(curve.label(at[row.kind], -0.07, row.kind))
        parts.append(curve.label(at[row.kind], -0.13, f"{row.size / 1e6:.1f} MB", colour="#777"))
        parts.append(curve.line([(at[row.kind], end) for end in score.wilson(row.solved, row.runs)], REPAIRED))
    parts.append(curve.label(0.0, 1.02, "projects repaired, 95% interval", "start", REPAIRED))
    parts.append(curve.label(1.0, 1.02, "tokens that F16 would choose as well", "end", FIRST_CHOICE))
    parts.append(curve.line([(at[row.kind], row.agreement) for row in rows], FIRST_CHOICE))
    parts.append(curve.line([(at[row.kind], row.rate) for row in rows], REPAIRED))
    return "\n".join([*parts, "</svg>"]) + "\n"
