"""retrieval: real issues, and whether `plim search` finds the files their fixes changed.

bench/data/localisation.jsonl holds 181 issues of six repositories: text, base commit, and the files
that were there and not tests which the fix changed. --mirror DIR holds clones of the repositories
(DIR/owner+name/repo, DIR/owner/name or DIR/name, bare or not); without it this is skipped. Each
issue's repository is checked out at its base commit and asked with the issue's text alone, from an
empty cache. any@k: one of the files is among the first k; all@k: all are; MRR: the mean of one over
the first one's place. hit@k: one of the first k functions has a line that the fix changed
(bench/data/localisation_lines.jsonl), of the issues whose fix changes a function
(localisation_functions.txt). --issues FILE asks others instead, which bench/issues.py makes of public data
sets: files alone, for which of them change a function is not known.
Intervals are Wilson's 95%; p is McNemar's exact, of any@5.
"""

import json
import math
import os
import pathlib
import subprocess
import time

import client
import retrieval_peers
from report import Figure

TASKS = pathlib.Path(__file__).parent / "data/localisation.jsonl"
LINES = TASKS.with_name("localisation_lines.jsonl")
IN_FUNCTIONS = TASKS.with_name("localisation_functions.txt")
BARS = {"any@1": 0.60, "any@5": 0.90, "all@10": 0.86, "MRR": 0.73}
FUNCTION_BARS = {1: None, 5: None, 10: 0.65, 20: None}
ABSENT = 999
OPTIONS = {"mirror": None, "tasks": TASKS, "every": 1, "peers": True}


def configure(args):
    OPTIONS.update({key: value for key, value in (("mirror", args.mirror), ("every", args.every),
                                                  ("tasks", args.issues and pathlib.Path(args.issues)))
                    if value is not None})
    OPTIONS["peers"] = not args.alone


def clone_of(mirror, repo):
    owner, name = repo.split("/")
    for place in (f"{owner}+{name}/repo", f"{owner}/{name}", f"{owner}/{name}.git", name, f"{name}.git"):
        if (mirror / place).is_dir():
            return mirror / place
    return None


def check_out(clone, commit, tree):
    """File by file, for clones may lack their largest blobs; no network is asked for them."""
    git = ["git", "-C", str(tree)]
    env = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
    if not tree.exists():
        subprocess.run(["git", "clone", "-q", "--no-checkout", "--shared", str(clone), str(tree)],
                       check=True, env=env)
    subprocess.run([*git, "update-ref", "--no-deref", "HEAD", commit], check=True, env=env)
    subprocess.run([*git, "read-tree", "--reset", commit], check=True, env=env)
    subprocess.run([*git, "checkout-index", "-a", "-f", "-q"], capture_output=True, check=False, env=env)
    subprocess.run([*git, "clean", "-qfdx"], capture_output=True, check=False, env=env)


def plim(folder, tree, text):
    """(what was found, milliseconds of the first answer, of the second)"""
    query = folder / "query.txt"
    query.write_text(text)
    env = {**client.environment(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    command = [str(client.PLIM), "-C", str(tree), "search", "--json", "--limit", "50",
               "--query-file", str(query)]
    times = []
    for _ in range(2):
        started = time.perf_counter()
        done = subprocess.run(command, env=env, capture_output=True, check=True)
        times.append((time.perf_counter() - started) * 1000)
    return json.loads(done.stdout), *times


def paths_of(found):
    return [hit["path"] for hit in found["files"]]


def first_changed(functions, lines):
    """The place of the first function with a changed line."""
    for place, hit in enumerate(functions, 1):
        changed = lines.get(hit["path"], ())
        if any(hit["first_line"] <= last and first <= hit["last_line"] for first, last in changed):
            return place
    return ABSENT


def positions(ranked, files):
    return [ranked.index(file) + 1 if file in ranked else ABSENT for file in files]


METRICS = {
    "any@1": lambda places: min(places) <= 1,
    "any@5": lambda places: min(places) <= 5,
    "all@5": lambda places: max(places) <= 5,
    "all@10": lambda places: max(places) <= 10,
    "MRR": lambda places: 1 / min(places),
}


def mean(metric, results):
    return sum(METRICS[metric](places) for places in results) / len(results)


def wilson(share, n, z=1.96):
    middle = (share + z * z / 2 / n) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / 4 / n / n) / (1 + z * z / n)
    return f"{max(0, middle - half):.2f}–{min(1, middle + half):.2f}"


def mcnemar(ours, theirs):
    """(only we found it, only they did, p)"""
    hit = METRICS["any@5"]
    wins = sum(hit(a) and not hit(b) for a, b in zip(ours, theirs))
    losses = sum(hit(b) and not hit(a) for a, b in zip(ours, theirs))
    n = wins + losses
    tail = sum(math.comb(n, k) for k in range(min(wins, losses) + 1)) / 2 ** n if n else 1
    return wins, losses, min(1, 2 * tail)


def print_row(name, results):
    shares = "  ".join(f"{metric} {mean(metric, results):.3f}" for metric in METRICS)
    interval = wilson(mean("any@5", results), len(results))
    print(f"    {name:<26} n={len(results):<4} {shares}  (any@5 {interval})", flush=True)


def measure():
    if not OPTIONS["mirror"]:
        print("  retrieval: skipped: it needs clones of the repositories, --mirror DIR")
        return []
    mirror = pathlib.Path(OPTIONS["mirror"])
    tasks = [json.loads(line) for line in OPTIONS["tasks"].read_text().splitlines()]
    absent = {task["repo"] for task in tasks if not clone_of(mirror, task["repo"])}
    if absent:
        print(f"  retrieval: no clone here, so left out: {', '.join(sorted(absent))}")
    tasks = sorted((task for task in tasks if task["repo"] not in absent),
                   key=lambda task: (task["repo"], task["base"]))[::OPTIONS["every"]]
    if not tasks:
        return []
    peers, missing = retrieval_peers.found() if OPTIONS["peers"] else ({}, [])
    if missing:
        print(f"  retrieval: not on PATH, so not compared: {', '.join(missing)}")
    results = {name: [] for name in ("plim", "plim, title only", *peers)}
    in_functions = set(IN_FUNCTIONS.read_text().split())
    changed = {row["id"]: row["lines"] for row in map(json.loads, LINES.read_text().splitlines())
               if row["id"] in in_functions}
    first, second, functions = [], [], []
    for task in tasks:
        with client.place() as folder:
            tree = client.REPO / "build/bench/trees" / task["repo"].replace("/", "+")
            tree.parent.mkdir(parents=True, exist_ok=True)
            check_out(clone_of(mirror, task["repo"]), task["base"], tree)
            found, cold, warm = plim(folder, tree, task["query"])
            title, *_ = plim(folder, tree, task["query"].partition("\n")[0])
            results["plim"].append(positions(paths_of(found), task["files"]))
            results["plim, title only"].append(positions(paths_of(title), task["files"]))
            if task["id"] in changed:
                functions.append(first_changed(found["functions"], changed[task["id"]]))
            first.append(cold)
            second.append(warm)
            for name, peer in peers.items():
                results[name].append(positions(peer(tree, task["query"]), task["files"]))
    return report(tasks, results, functions, first, second)


def report(tasks, results, functions, first, second):
    ours = results["plim"]
    for name, got in results.items():
        print_row(name, got)
        if name in ("plim", "plim, title only"):
            continue
        wins, losses, p = mcnemar(ours, got)
        print(f"      plim against {name}: {wins} wins, {losses} losses, p={p:.2g}")
    for label, key in (("language", "lang"), ("repository", "repo")):
        for value in sorted({task[key] for task in tasks}):
            print_row(f"plim, {label} {value}",
                      [got for task, got in zip(tasks, ours) if task[key] == value])
    figures = [Figure(f"retrieval: {metric}", "", [mean(metric, ours)], bar=bar, at_least=True)
               for metric, bar in BARS.items()]
    for most, bar in FUNCTION_BARS.items() if functions else ():
        share = sum(place <= most for place in functions) / len(functions)
        figures.append(Figure(f"retrieval: functions, hit@{most} (n={len(functions)})", "", [share],
                              bar=bar, at_least=True))
    figures += [Figure("retrieval: first answer, nothing indexed", "ms", first),
                Figure("retrieval: next answer", "ms", second)]
    for name, got in results.items():
        if name != "plim":
            figures.append(Figure(f"retrieval: any@5, {name}", "", [mean("any@5", got)], note="peer"))
    return figures
