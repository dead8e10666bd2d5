"""The daily suite on your own model: how much of a developer's small work it gets done.

    ./dev bench daily --model FILE                     plim runs the model itself
    ./dev bench daily --endpoint URL --model NAME      a server that is there
    ./dev bench daily                                  the demo model, on its own families only

Each task is tried --passes times in a fresh copy of its workspace with `plim run --json --yes`, and
judged from outside with the author's own tests. Results are kept (--results) as they come: the same
command goes on where it was stopped; a changed task, model or flag starts anew. Ctrl-C prints what
is known. Flags after -- go to plim as they are: -- --ctx 16384 --temperature 0.2
"""

import argparse
import dataclasses
import hashlib
import json
import os
import pathlib
import sys

import client
import report
from daily import attempt as attempts
from daily import score
from daily import task as suite

DEMO_MODEL = client.REPO / "models/demo/plimsoll-demo.gguf"


def arguments(argv):
    argv, more = (argv[:argv.index("--")], argv[argv.index("--") + 1:]) if "--" in argv else (argv, [])
    parser = argparse.ArgumentParser(prog="./dev bench daily", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", metavar="FILE", help="GGUF file; with --endpoint, the model's name there")
    parser.add_argument("--endpoint", metavar="URL", help="an OpenAI-compatible server")
    parser.add_argument("--api-key-env", metavar="NAME", help="variable that holds the endpoint's key")
    parser.add_argument("--passes", type=int, default=3, metavar="K", help="tries per task (default 3)")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME",
                        help="tasks, or languages, kinds, demo, or the start of a name")
    parser.add_argument("--limit", type=int, default=900, metavar="S", help="seconds per try (default 900)")
    parser.add_argument("--results", metavar="FILE", help="default: build/daily/MODEL.jsonl")
    parser.add_argument("--fresh", action="store_true", help="forget earlier results")
    parser.add_argument("--json", metavar="FILE", help="write figures and all tries there")
    parser.add_argument("--plim", type=pathlib.Path, default=client.PLIM, metavar="PROGRAM")
    parser.add_argument("--list", action="store_true", help="print the tasks and end")
    args = parser.parse_args(argv)
    if args.passes < 1 or args.limit < 1:
        parser.error("--passes and --limit are 1 or more")
    args.more, args.plim = more, args.plim.resolve()
    args.uses_demo = not args.model and not args.endpoint
    if args.uses_demo:
        args.model = str(DEMO_MODEL)
        args.only = args.only or ["demo"]
    elif args.model and not args.endpoint:
        if not pathlib.Path(args.model).is_file():
            parser.error(f"there is no file {args.model}")
        args.model = str(pathlib.Path(args.model).resolve())  # plim runs elsewhere
    return args


def choose(tasks, wanted):
    if not wanted:
        return tasks
    def is_meant(task):
        return any(name in (task.language, task.kind) or task.name.startswith(name)
                   or (name == "demo" and task.demo) for name in wanted)
    return [task for task in tasks if is_meant(task)]


def plim_flags(args, number):
    flags = ["--model", args.model] if args.model else []
    if args.endpoint:
        flags += ["--endpoint", args.endpoint]
    if args.api_key_env:
        flags += ["--api-key-env", args.api_key_env]
    if "--seed" not in args.more:  # tries must differ, and the same ones must come again
        flags += ["--seed", str(number)]
    return flags + args.more


def setup_of(args):
    """What results depend on beside the task. The program's bytes are left out: a build that only
    differs in its build folder is the same plim; --fresh is for measuring another one."""
    model = args.model or ""
    if model and not args.endpoint:
        model += f":{pathlib.Path(model).stat().st_size}"
    text = json.dumps([model, args.endpoint, args.limit, args.more])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class Results:
    """A file of one line per try, written as they come. Lines of other setups stay untouched."""

    def __init__(self, path, fresh, setup):
        self.path, self.setup, self.known = path, setup, {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if fresh:
            path.unlink(missing_ok=True)
        for line in path.read_text().splitlines() if path.exists() else []:
            try:
                entry = json.loads(line)
                self.known[tuple(entry["key"])] = attempts.Attempt(**entry["attempt"])
            except (ValueError, KeyError, TypeError):
                print(f"  {path}: a line is not a result, and does not count")

    def key(self, task, number):
        return (self.setup, task.name, task.fingerprint, number)

    def add(self, task, attempt):
        self.known[self.key(task, attempt.number)] = attempt
        with open(self.path, "a", encoding="utf-8") as file:
            entry = {"key": self.key(task, attempt.number), "attempt": dataclasses.asdict(attempt)}
            file.write(json.dumps(entry) + "\n")

    def of(self, tasks, passes):
        keys = [self.key(task, number) for task in tasks for number in range(1, passes + 1)]
        return [self.known[key] for key in keys if key in self.known]


def try_all(args, tasks, results):
    """All tries of one task before the next, so that a stopped run knows some tasks well."""
    key = {args.api_key_env: os.environ.get(args.api_key_env, "")} if args.api_key_env else {}
    for task in tasks:
        for number in range(1, args.passes + 1):
            if results.key(task, number) in results.known:
                continue
            done = attempts.make(task, number, plim_flags(args, number), args.plim, args.limit, key)
            if done.cause == "plim did not start":
                raise RuntimeError(f"plim did not start: {done.detail}")
            if done.code == 130:
                raise KeyboardInterrupt
            results.add(task, done)
            print(f"  {task.name} {number}/{args.passes}: {'pass' if done.passed else done.cause} "
                  f"({done.turns} turns, {done.seconds:.1f} s)", flush=True)


def print_results(args, tasks, found):
    groups = score.by_task(found)
    print(score.HEADING)
    for task in tasks:
        if task.name in groups:
            print(score.task_line(task, groups[task.name]))
    for field in ("language", "kind", "level"):
        print("\n".join(score.split(tasks, found, args.passes, field)))
    print("\n".join(score.totals(found, args.passes)))
    if args.uses_demo:
        print("  The demo model only knows twelve families of bugs in small Python and C++ projects; the other "
              "tasks\n  are for real models and are left out here unless --only names them.")


def main(argv):
    args = arguments(argv)
    tasks = choose(suite.all_tasks(), args.only)
    if not tasks:
        print(f"no task is meant by {' '.join(args.only)}; --list shows them", file=sys.stderr)
        return 2
    if args.list:
        for task in tasks:
            print(f"{task.name:<28} {task.language:<10} {task.kind:<10} level {task.level}")
        return 0
    report.print_machine()
    name = pathlib.Path(args.model or "endpoint").stem
    path = pathlib.Path(args.results or client.REPO / f"build/daily/{name}.jsonl")
    results = Results(path, args.fresh, setup_of(args))
    stopped = ""
    print(f"  {len(tasks)} tasks, {args.passes} tries each; {len(results.of(tasks, args.passes))} known from {path}")
    try:
        try_all(args, tasks, results)
    except KeyboardInterrupt:
        stopped = "stopped; the same command goes on from here"
    except RuntimeError as error:
        stopped = str(error)
    found = results.of(tasks, args.passes)
    print_results(args, tasks, found)
    if args.json:
        figures = {"machine": report.machine(), "model": args.model, "endpoint": args.endpoint,
                   "summary": score.summary(found, args.passes),
                   "attempts": [dataclasses.asdict(attempt) for attempt in found]}
        pathlib.Path(args.json).write_text(json.dumps(figures, indent=2) + "\n")
    if stopped:
        print(f"  {stopped}", file=sys.stderr)
        return 130 if "same command" in stopped else 1
    return 0
