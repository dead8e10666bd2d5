#!/usr/bin/env python3
"""Runs one scenario: the real plim on a copy of its repository, with scripted model replies.

    PLIM=… FAKE_LLAMA_SERVER=… run.py NAME [--keep]

A scenario is a folder beside this file:
  task.md        the task, word for word
  model.jsonl    the model's replies, as tests/fakes/fake_llama_server.cpp describes them
  repo/          the project before
  expect/        the files that differ afterwards; all others must be as before, byte for byte
  scenario.json  what else is asked:
    why             one sentence: what this scenario is for
    args            more flags for plim run
    yes             whether --yes is given (default true)
    env             more environment
    eight_files     true: the project also holds the eight files of bench/small_window
    setup           odd files: [{"path", one of "text" "latin1" "hex" "link" "parts" ([[text, times]…]),
                    and "mode"?, "repeat"?}]
    expect_files    the same, for files afterwards that expect/ cannot hold
    removed         paths that are gone afterwards
    server          more flags for the fake engine
    endpoint        used instead of the fake's
    mcp             servers of the user's mcp.json
    then            more runs of plim resume, each a list of arguments (SESSION is its id); exit,
                    stdout and stderr are the last one's, requests are all of them
    exit            plim's exit code
    stdout_has, stderr_has, not_has   texts in (or in neither of) what plim prints
    results_have    texts that each must stand in some tool result that the model saw
    results_lack    texts that stand in none
    nudges_have     the same for user messages after the first
    requests        the exact number of chat requests
    first_max_bytes a cap on the first request's body
    first_has, first_lacks   texts in (or not in) the first request's body
    window          tokens of context: no request may be longer, as the fake counts
    max_compactions how often room may be made
    task_stays      the task stands word for word in every request
    together        texts that one request must hold all at once
    compacts        true: where room was made, a request need not extend the one before
    tests           outcomes of the verifications in order, e.g. [false, true]
    changed         the files that the last event names as changed

Whatever the scenario says, these hold: each request's bytes extend the one before; the session
file is whole and each call has its result; nothing is written outside the project; no draft of a
file and no process is left; and `plim undo` takes everything back.
"""

import json
import shutil
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2] / "bench")]
from harness import (Failure, Fake, Place, adopt_orphans, check, check_no_orphans,  # noqa: E402
                     check_tree, tree)
from small_window import suite  # noqa: E402
from small_window.server import common  # noqa: E402

HERE = Path(__file__).resolve().parent
KNOWN = {"why", "args", "yes", "env", "eight_files", "setup", "expect_files", "removed", "server", "endpoint", "mcp", "then",
         "exit", "stdout_has", "stderr_has", "not_has", "results_have", "results_lack",
         "nudges_have", "requests",
         "first_max_bytes", "first_has", "first_lacks", "window", "max_compactions", "task_stays", "together",
         "compacts", "tests", "changed"}
CLOSING = b"]}"  # ends the messages and the request


def put_file(root, entry):
    path = root / entry["path"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if "link" in entry:
        path.symlink_to(entry["link"])
        return
    data = (bytes.fromhex(entry["hex"]) if "hex" in entry
            else entry["latin1"].encode("latin-1") if "latin1" in entry
            else "".join(text * times for text, times in entry["parts"]).encode() if "parts" in entry
            else entry["text"].encode())
    path.write_bytes(data * entry.get("repeat", 1))
    if "mode" in entry:
        path.chmod(int(entry["mode"], 8))


def prepare(folder, scenario, place):
    """Fills the project; returns what is there before and what is to be there after."""
    if (folder / "repo").is_dir():
        shutil.copytree(folder / "repo", place.project, dirs_exist_ok=True)
    if scenario.get("eight_files"):
        suite.fill(place.project)
    for entry in scenario.get("setup", []):
        put_file(place.project, entry)
    if "mcp" in scenario:
        file = place.root / "config/plimsoll/mcp.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"mcpServers": scenario["mcp"]}))
    (place.root / "outside/secret.txt").write_text("plim-secret-7\n")
    before = tree(place.project)
    after = place.root / "expected"
    shutil.copytree(place.project, after, symlinks=True)
    for file in sorted((folder / "expect").rglob("*")):
        if file.is_file():
            target = after / file.relative_to(folder / "expect")
            target.parent.mkdir(parents=True, exist_ok=True)
            mode = target.stat().st_mode if target.exists() else None
            target.write_bytes(file.read_bytes())
            if mode is not None:
                target.chmod(mode)
    for entry in scenario.get("expect_files", []):
        put_file(after, entry)
    for path in scenario.get("removed", []):
        (after / path).unlink()
    return before, tree(after)


def check_window(bodies, scenario, task):
    window = scenario.get("window")
    together = [json.dumps(text)[1:-1].encode() for text in scenario.get("together", [])]
    check(any(all(text in body for text in together) for body in bodies),
          f"no request holds all of {together}")
    for number, body in enumerate(bodies, start=1):
        check(window is None or len(body) // 4 <= window,
              f"request {number} has {len(body) // 4} tokens, over {window}")
        check(not scenario.get("task_stays") or json.dumps(task)[1:-1].encode() in body,
              f"request {number} lacks the task")


def check_prefixes(bodies, compactions):
    """Only making room may change what a request begins with; the engine's cache depends on it."""
    kept = [common(one, two) / (len(one) - len(CLOSING)) for one, two in zip(bodies, bodies[1:])]
    rewritten = sum(share < 0.99 for share in kept)
    check(rewritten <= compactions, f"{rewritten} requests begin otherwise, but room was made {compactions} times")
    least = min((share for share in kept if share >= 0.99), default=1)
    print(f"prefix: {len(kept)} requests follow one, {rewritten} of them rewritten; the others hold at least "
          f"{min(least, 1):.2%} of the one before")


def check_requests(bodies, scenario, task, compactions):
    if "requests" in scenario:
        check(len(bodies) == scenario["requests"],
              f"{len(bodies)} requests were made, not {scenario['requests']}")
    if not bodies:
        return
    print(f"first request: {len(bodies[0])} bytes; requests: {len(bodies)}")
    if "first_max_bytes" in scenario:
        check(len(bodies[0]) <= scenario["first_max_bytes"],
              f"the first request has {len(bodies[0])} bytes, over {scenario['first_max_bytes']}")
    first = bodies[0].decode()
    for wanted in scenario.get("first_has", []):
        check(wanted in first, f"first_has: {wanted!r} is not in {first[:3000]}")
    for unwanted in scenario.get("first_lacks", []):
        check(unwanted not in first, f"first_lacks: {unwanted!r} is there")
    check_window(bodies, scenario, task)
    check_prefixes(bodies, compactions)
    for number, (one, two) in enumerate(zip(bodies, bodies[1:]), start=1):
        check(one.endswith(CLOSING), f"request {number} does not end with its messages")
        check(json.loads(one)["tools"] == json.loads(two)["tools"],
              f"request {number + 1} has other tools than request {number}")
        if scenario.get("compacts") or two.startswith(one[:-len(CLOSING)]):
            continue
        same = next((i for i, (a, b) in enumerate(zip(one, two)) if a != b), min(len(one), len(two)))
        raise Failure(f"request {number + 1} does not extend request {number}; from byte {same}:\n"
                      f"  {one[same - 40:same + 120]!r}\n  {two[same - 40:same + 120]!r}")


def check_session(place, scenario):
    events = place.events()
    check(events[-1]["type"] == "task_finished", f"the session ends with {events[-1]['type']}")
    messages = [event["message"] for event in events if event["type"] == "message"]
    called = [c["id"] for m in messages for c in m.get("tool_calls", [])]
    answered = [m["tool_call_id"] for m in messages if m["role"] == "tool"]
    check(called == answered, f"calls {called} have the results {answered}")
    check(len(set(called)) == len(called), f"calls share an id: {called}")
    results = [m["content"] for m in messages if m["role"] == "tool"]
    # What replaced the transcript may hold words of the agent's own, too.
    replaced = [m for event in events if event["type"] == "compacted" for m in event["messages"]]
    nudges = [m["content"] for m in messages + replaced if m["role"] == "user"][1:]
    for key, texts in (("results_have", results), ("nudges_have", nudges)):
        for wanted in scenario.get(key, []):
            check(any(wanted in text for text in texts),
                  f"{key}: {wanted!r} is in none of\n" + "\n---\n".join(texts))
    for unwanted in scenario.get("results_lack", []):
        check(not any(unwanted in text for text in results), f"results_lack: {unwanted!r} is there")
    if "changed" in scenario:
        check(events[-1]["files"] == scenario["changed"], f"changed: {events[-1]['files']}")
    if "max_compactions" in scenario:
        count = sum(event["type"] == "compacted" for event in events)
        check(count <= scenario["max_compactions"], f"room was made {count} times")
    if "tests" in scenario:
        passed = [event["passed"] for event in events if event["type"] == "verify_finished"]
        check(passed == scenario["tests"], f"tests passed: {passed}")


def check_printed(done, scenario):
    check(done.code == scenario["exit"], f"plim ended with {done.code}, not {scenario['exit']}")
    for key, text in (("stdout_has", done.out), ("stderr_has", done.err)):
        for wanted in scenario.get(key, []):
            check(wanted in text, f"{key}: {wanted!r} is not there")
    for unwanted in scenario.get("not_has", []):
        check(unwanted not in done.out + done.err, f"not_has: {unwanted!r} is there")
    check("Sanitizer" not in done.err, "a sanitizer reported")
    if "--json" in scenario.get("args", []):
        events = [json.loads(line) for line in done.out.splitlines()]
        check([e["type"] for e in events][:1] == ["task_started"], "--json: no task_started first")
        check(events[-1]["type"] == "task_finished", "--json: no task_finished at the end")


def check_undo(place, before):
    """Takes every session's changes back: each plim undo undoes the newest one left."""
    done = place.run(["undo"])
    check(done.code == 0, f"plim undo: {done}")
    check_tree(before, tree(place.project), "after plim undo")


def run(folder, place):
    scenario = json.loads((folder / "scenario.json").read_text())
    check(set(scenario) <= KNOWN, f"unknown keys: {set(scenario) - KNOWN}")
    before, expected = prepare(folder, scenario, place)
    outside = tree(place.root / "outside")
    task = (folder / "task.md").read_text().rstrip("\n")
    script = folder / "model.jsonl"
    with Fake(place, script.read_bytes() if script.exists() else b"",
              scenario.get("server", [])) as fake:
        start = time.monotonic()
        done = place.run(
            ["run", "--endpoint", scenario.get("endpoint", fake.endpoint), "--model", "M",
             *(["--yes"] if scenario.get("yes", True) else []), *scenario.get("args", []), task],
            scenario.get("env"))
        for further in scenario.get("then", []):
            print(done)
            session = place.events()[0]["session"]
            done = place.run(["resume", "--endpoint", fake.endpoint, "--model", "M", "--yes",
                              *(session if arg == "SESSION" else arg for arg in further)])
        print(done, f"\n{time.monotonic() - start:.2f} s")
        check_no_orphans({fake.process.pid})
        check_printed(done, scenario)
        check_tree(expected, tree(place.project), "after plim run")
        check_tree(outside, tree(place.root / "outside"), "afterwards, outside of it")
        check_tree({}, tree(place.root / "home"), "afterwards, in the home folder")
        compactions = sum(e["type"] == "compacted" for e in place.events()) if fake.bodies() else 0
        check_requests(fake.bodies(), scenario, task, compactions)
        if fake.bodies():
            check_session(place, scenario)
    if expected != before:
        check_undo(place, before)


def main():
    adopt_orphans()
    name, *flags = sys.argv[1:]
    with Place() as place:
        try:
            run(HERE / name, place)
        except Failure as failure:
            print(f"FAIL {name}: {failure}")
            if flags == ["--keep"]:
                shutil.copytree(place.root, f"/tmp/{name}-kept", symlinks=True, dirs_exist_ok=True)
            sys.exit(1)
    print(f"ok {name}")


if __name__ == "__main__":
    main()
