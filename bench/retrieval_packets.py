"""packets: whether `plim context` holds the function that an issue's fix changed.

The issues are those of retrieval.py; bench/data/localisation_lines.jsonl says which lines of the base
commit each fix changed. A gold function is the innermost one (by universal-ctags) around such a line.
It is in a packet when the packet shows all of it, or, for one too long to be shown whole, when it
shows a line of it that the fix changed. Counted per issue that has a gold function; --mirror DIR as
for retrieval, --issues FILE too.
"""

import json
import pathlib
import re
import shutil
import subprocess

import client
import retrieval
from report import Figure

LINES = pathlib.Path(__file__).parent / "data/localisation_lines.jsonl"
BUDGETS = (1000, 2000, 4000, 8000)
BARS = {4000: 0.70, 8000: 0.80}
FUNCTIONS = {"function", "member", "method", "func"}


def configure(args):
    retrieval.configure(args)


def functions_of(tree, path):
    """(first line, last line) of each function, as ctags sees them."""
    done = subprocess.run(["ctags", "--output-format=json", "--fields=+ne", "-o", "-", path], cwd=tree,
                          capture_output=True, text=True, errors="replace", check=True)
    tags = [json.loads(line) for line in done.stdout.splitlines()]
    return [(tag["line"], tag["end"]) for tag in tags
            if tag.get("kind") in FUNCTIONS and "end" in tag and tag["end"] > tag["line"]]


def gold_of(tree, lines):
    """{(path, first, last): lines of it that the fix changed}"""
    gold = {}
    for path, ranges in lines.items():
        functions = functions_of(tree, path)
        for line in (line for first, last in ranges for line in range(first, last + 1)):
            around = [span for span in functions if span[0] <= line <= span[1]]
            if around:
                first, last = min(around, key=lambda span: span[1] - span[0])
                gold.setdefault((path, first, last), set()).add(line)
    return gold


LEFT_OUT = re.compile(r"\[lines (\d+)-(\d+) left out\]")


def shown_lines(packet):
    """{path: numbers of the lines whose text the packet holds}"""
    shown = {}
    for piece in packet["pieces"]:
        if piece["zoom"] not in ("body", "window"):
            continue
        here = shown.setdefault(piece["path"], set())
        number = piece["first_line"]
        for line in piece["text"].split("\n")[1:]:  # the first one is the piece's title
            if gap := LEFT_OUT.fullmatch(line):
                number = int(gap[2]) + 1
                continue
            here.add(number)
            number += 1
    return shown


def grade(gold, packet):
    """(a gold function is there, all of it is there)"""
    shown = shown_lines(packet)
    whole = partly = False
    for (path, first, last), changed in gold.items():
        here = shown.get(path, set())
        if here.issuperset(range(first, last + 1)):
            whole = True
        elif here & changed:
            partly = True
    return whole or partly, whole


def packet_of(tree, cache, text, budget):
    done = subprocess.run([str(client.PLIM), "-C", str(tree), "context", "--json", "--budget", str(budget),
                           "--", text], env={**client.environment(cache), "XDG_CACHE_HOME": str(cache)},
                          capture_output=True, text=True, errors="replace", check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"plim context: {done.stderr}")
    return json.loads(done.stdout)


def measure():
    if not retrieval.OPTIONS["mirror"] or not shutil.which("ctags"):
        print("  packets: skipped: they need clones of the repositories, --mirror DIR, and universal-ctags")
        return []
    mirror = pathlib.Path(retrieval.OPTIONS["mirror"])
    lines = {row["id"]: row["lines"] for row in map(json.loads, LINES.read_text().splitlines())}
    tasks = [json.loads(line) for line in retrieval.OPTIONS["tasks"].read_text().splitlines()]
    lines.update((task["id"], task["lines"]) for task in tasks if "lines" in task)
    tasks = sorted((task for task in tasks if task["id"] in lines and retrieval.clone_of(mirror, task["repo"])),
                   key=lambda task: (task["repo"], task["base"]))[::retrieval.OPTIONS["every"]]
    held = {budget: [] for budget in BUDGETS}
    whole = {budget: [] for budget in BUDGETS}
    over = 0
    with client.place() as cache:
        for task in tasks:
            tree = client.REPO / "build/bench/trees" / task["repo"].replace("/", "+")
            tree.parent.mkdir(parents=True, exist_ok=True)
            retrieval.check_out(retrieval.clone_of(mirror, task["repo"]), task["base"], tree)
            gold = gold_of(tree, lines[task["id"]])
            if not gold:
                continue
            for budget in BUDGETS:
                packet = packet_of(tree, cache, task["query"], budget)
                over += packet["tokens"] > budget
                any_held, all_of_it = grade(gold, packet)
                held[budget].append(any_held)
                whole[budget].append(all_of_it)
    return report(held, whole, over)


def report(held, whole, over):
    figures = []
    for budget in BUDGETS:
        n = len(held[budget])
        if n == 0:
            return []
        share = sum(held[budget]) / n
        note = f"n={n}, {retrieval.wilson(share, n)}; all of it {sum(whole[budget]) / n:.2f}"
        figures.append(Figure(f"packets: gold function in {budget} tokens", "", [share],
                              bar=BARS.get(budget), at_least=True, note=note))
    figures.append(Figure("packets: over budget", "", [over], bar=0))
    return figures
