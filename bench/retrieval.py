"""retrieval: real issues, and whether `plim search` finds the files their fixes changed.

bench/data/localisation.jsonl holds 181 issues of six repositories: text, base commit, and the files
that were there and not tests which the fix changed. --mirror DIR holds clones of the repositories
(DIR/owner+name/repo, DIR/owner/name or DIR/name, bare or not); without it this is skipped. Each
issue's repository is checked out at its base commit and asked with the issue's text alone, from an
empty cache. any@k: one of the files is among the first k; all@k: all are; MRR: the mean of one over
the first one's place. The constants of ranking were set on the half of the issues whose id has an
even SHA-1; both halves are reported. Intervals are Wilson's 95%; p is McNemar's exact, of any@5.
"""

import hashlib
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
BARS = {"any@1": 0.60, "any@5": 0.90, "all@10": 0.86, "MRR": 0.73}
ABSENT = 999
OPTIONS = {"mirror": None, "tasks": TASKS, "every": 1, "peers": True}


def configure(args):
    OPTIONS.update({key: value for key, value in (("mirror", args.mirror), ("every", args.every))
                    if value is not None})


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
    """(paths, milliseconds of the first answer, of the second)"""
    query = folder / "query.txt"
    query.write_text(text)
    env = {**client.environment(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    command = [str(client.PLIM), "-C", str(tree), "search", "--files", "--limit", "50",
               "--query-file", str(query)]
    times = []
    for _ in range(2):
        started = time.perf_counter()
        done = subprocess.run(command, env=env, capture_output=True, text=True, errors="replace",
                              check=True)
        times.append((time.perf_counter() - started) * 1000)
    return done.stdout.splitlines(), *times


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


def is_tuning(task):
    return hashlib.sha1(task["id"].encode()).digest()[-1] % 2 == 0


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
    first, second = [], []
    for task in tasks:
        with client.place() as folder:
            tree = client.REPO / "build/bench/trees" / task["repo"].replace("/", "+")
            tree.parent.mkdir(parents=True, exist_ok=True)
            check_out(clone_of(mirror, task["repo"]), task["base"], tree)
            ranked, cold, warm = plim(folder, tree, task["query"])
            title, *_ = plim(folder, tree, task["query"].partition("\n")[0])
            results["plim"].append(positions(ranked, task["files"]))
            results["plim, title only"].append(positions(title, task["files"]))
            first.append(cold)
            second.append(warm)
            for name, peer in peers.items():
                results[name].append(positions(peer(tree, task["query"]), task["files"]))
    return report(tasks, results, first, second)


def report(tasks, results, first, second):
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
    for label, chosen in (("plim, tuning half", True), ("plim, other half", False)):
        half = [got for task, got in zip(tasks, ours) if is_tuning(task) == chosen]
        if half:
            print_row(label, half)
    figures = [Figure(f"retrieval: {metric}", "", [mean(metric, ours)], bar=bar, at_least=True)
               for metric, bar in BARS.items()]
    figures += [Figure("retrieval: first answer, nothing indexed", "ms", first),
                Figure("retrieval: next answer", "ms", second)]
    for name, got in results.items():
        if name != "plim":
            figures.append(Figure(f"retrieval: any@5, {name}", "", [mean("any@5", got)], note="peer"))
    return figures
