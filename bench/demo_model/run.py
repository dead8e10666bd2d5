"""The demo model on what it never saw: repairs through the real agent, fewer bits, lines filled in.

    ./dev bench demo-model                              all of it, some minutes
    ./dev bench demo-model --only episodes --count 40   a part, smaller

episodes      --count projects of the generator's held-out words, one `plim run --yes` each with its
              own llama-server, no second try. Repaired: the test passes when run again from outside,
              and no file but the broken one was changed; where nothing was wrong, no file at all
              and plim ends with 0
calls         the same requests to llama-server's plain completion, without a grammar: how many tool
              calls can be made as they stand
quantization  F16, what ships (Q8_0), and llama-quantize's smaller kinds of F16: the first of the same
              projects, and how often a token of F16's most likely reply is the first choice as well
completion    single lines through llama-server's own /infill, right when equal to the last character
"""

import argparse
import dataclasses
import json
import pathlib
import sys
import tempfile

import client
import report
from daily import score
from report import Figure

from . import engine_alone, episodes, held_out, quantization

MODEL = client.REPO / "models/demo/plimsoll-demo.gguf"
F16 = client.REPO / "models/demo/plimsoll-demo-f16.gguf"
PARTS = ("episodes", "calls", "quantization", "completion")
MORE_THAN_75 = 75.01  # the bar is "above 75%"


def arguments(argv):
    parser = argparse.ArgumentParser(prog="./dev bench demo-model", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, default=MODEL, metavar="FILE")
    parser.add_argument("--f16", type=pathlib.Path, default=F16, metavar="FILE", help="the same model in F16")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART",
                        help=", ".join(PARTS))
    parser.add_argument("--count", type=int, default=200, metavar="N", help="projects (default 200)")
    parser.add_argument("--call-count", type=int, default=48, metavar="N", help="runs whose calls are made bare")
    parser.add_argument("--quant-count", type=int, default=48, metavar="N", help="projects for each other kind")
    parser.add_argument("--agreement-count", type=int, default=24, metavar="N", help="runs whose replies are compared")
    parser.add_argument("--fim-count", type=int, default=200, metavar="N", help="lines to complete")
    parser.add_argument("--seed", type=int, default=3, help="of the generator (default 3)")
    parser.add_argument("--jobs", type=int, default=episodes.jobs_here(), metavar="N", help="runs at once")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print so many failed transcripts")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write figures and all runs there")
    parser.add_argument("--svg", type=pathlib.Path, metavar="FILE", help="draw the quantizations there")
    args = parser.parse_args(argv)
    for name in ("model", "f16"):
        file = getattr(args, name).resolve()
        if not file.is_file() and (name == "model" or "quantization" in args.only):
            parser.error(f"there is no file {file}")
        setattr(args, name, file)
    return args


def share(name, good, of, bar=None, note=""):
    """A figure of a count, with its interval."""
    low, high = score.wilson(good, of)
    text = f"{good} of {of}, 95% interval {low:.0%} to {high:.0%}" + (f"; {note}" if note else "")
    return Figure(f"demo-model: {name}", "%", [100 * good / of if of else 0.0], bar, at_least=True, note=text)


def of_episodes(runs):
    yield share("repaired", sum(run.solved for run in runs), len(runs), bar=90)
    for language, counts in episodes.by(runs, "language").items():
        yield share(language, *counts)
    for family, counts in episodes.by(runs, "family").items():
        yield share(family, *counts, bar=MORE_THAN_75)
    tried, invalid = sum(run.calls for run in runs), [call for run in runs for call in run.invalid]
    # What a grammar cannot prevent is that a reply ends at its limit of tokens.
    yield share("tool calls valid, engine's grammar", tried - len(invalid), tried, bar=100,
                note=f"{sum(not episodes.is_json(arguments) for _, arguments in invalid)} broke off at the reply's "
                     f"limit, {sum(run.rescued for run in runs)} rescued by plim")
    yield Figure("demo-model: turns of a run", "", [run.turns for run in runs])
    yield Figure("demo-model: a run", "s", [run.seconds for run in runs])


def of_calls(args, folder, runs, tools):
    with engine_alone.served(folder, args.model) as url:
        asked = list(engine_alone.prompts(url, runs[:args.call_count], tools))
        return share("tool calls valid, no grammar", *engine_alone.bare_calls(url, asked, tools), bar=98)


def of_completion(args, folder):
    holes = held_out.completions(args.seed, args.fim_count)
    with engine_alone.served(folder, args.model) as url:
        right = [engine_alone.filled(url, hole) == hole.middle for hole in holes]
    yield share("lines completed exactly", sum(right), len(right), bar=60)
    for language in sorted({hole.language for hole in holes}):
        mine = [ok for ok, hole in zip(right, holes) if hole.language == language]
        yield share(f"lines completed, {language}", sum(mine), len(mine))


def of_quantization(args, folder, agent, projects, runs):
    """(figures, rows of the table)"""
    rows = list(quantization.measure(agent, args.f16, projects, runs, args, folder))
    q8 = next(row for row in rows if row.kind == "Q8_0")
    return [share("Q8_0's first choice is F16's", q8.agreed, q8.of, bar=99)], rows


def show(run):
    print(f"--- {run.project.number} {run.project.language}, {run.project.family}: {run.why}")
    for message in run.messages[1:]:
        print(f"[{message['role']}] {message['content']}", *map(str, episodes.calls_of(message)), sep="\n")


def measure(args, folder):
    """(figures, runs, rows of quantization); prints each figure as it comes."""
    figures, runs, rows = [], [], []

    def add(more):
        for figure in more:
            figures.append(figure)
            print(report.line(figure), flush=True)

    if set(args.only) - {"completion"}:  # the other parts ask again what the runs asked
        agent = episodes.Agent(args.model, folder / "home", episodes.first_request()["tools"])
        projects = held_out.projects(args.seed, args.count)
        runs = episodes.run_all(agent, projects, args.jobs)
        for run in [run for run in runs if not run.solved][:args.show]:
            show(run)
        add(of_episodes(runs))
        print("\n".join(episodes.table(runs)), flush=True)
        if "calls" in args.only:
            add([of_calls(args, folder, runs, agent.tools)])
    if "completion" in args.only:
        add(of_completion(args, folder))
    if "quantization" in args.only:
        kept, rows = of_quantization(args, folder, agent, projects, runs)
        add(kept)
        print("\n".join(quantization.table(rows)))
    return figures, runs, rows


def main(argv):
    args = arguments(argv)
    report.print_machine()
    try:
        with tempfile.TemporaryDirectory() as folder:
            figures, runs, rows = measure(args, pathlib.Path(folder))
    except (RuntimeError, OSError) as error:
        print(f"demo-model: could not be measured: {error}", file=sys.stderr)
        return 1
    if args.svg and rows:
        args.svg.write_text(quantization.draw(rows))
    if args.json:
        args.json.write_text(json.dumps({
            **json.loads(report.to_json({"demo-model": figures})),
            "quantization": [dataclasses.asdict(row) for row in rows],
            "runs": [dataclasses.asdict(run) for run in runs]}, indent=1) + "\n")
    missed = [figure.name for figure in figures if figure.kept is False]
    print(f"bars missed: {', '.join(missed)}" if missed else "all bars kept")
    return 1 if missed else 0
