"""Drives the GGUF through llama-server exactly as the agent does, on words training never saw.

    python3 scripts/demo_model/evaluate.py --model models/demo/plimsoll-demo.gguf --count 200
    python3 scripts/demo_model/evaluate.py --model models/demo/plimsoll-demo.gguf --example examples/basket

A run counts as solved when the project's tests pass at the end. Prints JSON: per family the
solved runs with a 95 % Wilson interval, and how many tool calls were valid.
"""

import argparse
import contextlib
import hashlib
import json
import math
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

import generate
from runner import Workdir, edit_line, numbered

MAX_TURNS = 16
MAX_NUDGES = 3


def schema(name: str, required: dict[str, str], **optional: str) -> dict:
    properties = {k: {"type": t} for k, t in (required | optional).items()}
    return {"type": "function", "function": {"name": name, "description": f"The {name} tool.", "parameters": {
        "type": "object", "properties": properties, "required": list(required)}}}


TOOLS = [
    schema("read", {"path": "string"}, start="integer", end="integer"),
    schema("search", {"pattern": "string"}, path="string", glob="string"),
    schema("edit", {"path": "string", "line": "integer", "new": "string"}),
    schema("write", {"path": "string", "content": "string"}),
    schema("run", {"command": "string"}, timeout="integer"),
]


class Server:
    """llama-server for the length of a `with` block."""

    def __init__(self, model: Path, binary: str, threads: int):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [binary, "-m", str(model), "--port", str(self.port), "--host", "127.0.0.1", "-c", "4096", "-np", "1",
             "-t", str(threads)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self) -> "Server":
        for _ in range(200):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health")
                return self
            time.sleep(0.1)
        raise SystemExit("llama-server did not become ready")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def chat(self, messages: list[dict], temperature: float, seed: int) -> dict:
        """One streamed reply, put together as the agent does it."""
        body = {"messages": messages, "tools": TOOLS, "temperature": temperature, "seed": seed, "stream": True,
                "max_tokens": 400}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/v1/chat/completions",
                                         json.dumps(body).encode(), {"Content-Type": "application/json"})
        reply: dict = {"role": "assistant", "content": ""}
        calls: list[dict] = []
        with urllib.request.urlopen(request) as stream:
            for line in stream:
                if not line.startswith(b"data: {"):
                    continue
                delta = (json.loads(line[6:]).get("choices") or [{"delta": {}}])[0]["delta"]
                reply["content"] += delta.get("content") or ""
                for part in delta.get("tool_calls", []):
                    if part["index"] == len(calls):
                        calls.append({"id": part["id"], "type": "function", "function": {"name": "", "arguments": ""}})
                    for key, value in part["function"].items():
                        calls[part["index"]]["function"][key] += value
        return reply | ({"tool_calls": calls} if calls else {})


class Agent:
    def __init__(self, server: Server, work: Workdir, files: dict[str, str], test: str):
        self.server, self.work, self.files, self.test = server, work, dict(files), test
        self.calls = self.bad_calls = 0
        work.fill(self.files)

    def run(self, task: str, temperature: float, seed: int) -> tuple[bool, list[dict]]:
        """(do the tests pass at the end, transcript)."""
        messages = [
            {"role": "system", "content": "You are a coding agent." * 50},
            {"role": "user", "content": generate.task_message(task, self.test, self.files)},
        ]
        nudges = 0
        for _ in range(MAX_TURNS):
            reply = self.server.chat(messages, temperature, seed)
            messages.append(reply)
            for call in reply.get("tool_calls", []):
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": self.tool(call["function"])})
            if "tool_calls" not in reply:
                result = self.work.run(self.test)
                if result.startswith("exit 0"):
                    return True, messages
                if (nudges := nudges + 1) > MAX_NUDGES:
                    break
                messages.append({"role": "user", "content": f"The tests still fail.\n\n{result}"})
        return self.work.run(self.test).startswith("exit 0"), messages

    def tool(self, call: dict) -> str:
        self.calls += 1
        try:
            arguments = json.loads(call["arguments"])
            return {"read": self.read, "edit": self.edit, "run": self.shell}[call["name"]](**arguments)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.bad_calls += 1
            return f"error: {error}"

    def read(self, path: str, start: int = 1, end: int | None = None) -> str:
        return numbered(self.files[path], start, end)

    def edit(self, path: str, line: int, new: str) -> str:
        edited = edit_line(self.files[path], line, new)
        if edited is None:
            raise ValueError(f"{path} has no line {line}")
        self.files[path] = edited[0]
        self.work.fill(self.files)
        return f"edited {path}\n{edited[1]}"

    def shell(self, command: str, timeout: int = 0) -> str:
        if command != self.test:
            raise ValueError("not the test command")
        return self.work.run(command)


def wilson(solved: int, runs: int) -> list[float]:
    if not runs:
        return [0.0, 1.0]
    z, share = 1.96, solved / runs
    middle = (share + z * z / (2 * runs)) / (1 + z * z / runs)
    half = z * math.sqrt(share * (1 - share) / runs + z * z / (4 * runs * runs)) / (1 + z * z / runs)
    return [round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)]


def show(messages: list[dict]) -> str:
    return "\n".join(f"--- {m['role']}: {m['content']} " + " ".join(
        f"{c['function']['name']} {c['function']['arguments']}" for c in m.get("tool_calls", [])) for m in messages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--temperature", type=float, default=0.2)
    parser.add_argument("--example", type=Path, help="run five seeds on this project instead")
    parser.add_argument("--server", default="llama-server")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path("/tmp/plimsoll-demo-eval"))
    parser.add_argument("--out", type=Path, help="write the report here too")
    parser.add_argument("--show", type=int, default=0, help="print this many failed transcripts")
    args = parser.parse_args()
    model = args.model.resolve()
    args.out = args.out and args.out.resolve()
    example = {f.name: f.read_text() for f in sorted(args.example.iterdir()) if f.is_file()} if args.example else None
    work = Workdir(args.work)
    solved, runs, calls, bad, failures, shown = Counter(), Counter(), 0, 0, 0, 0
    with Server(model, args.server, args.threads) as server:
        if example:
            cases = [{"family": "example", "files": example, "test": "python3 -m unittest",
                      "task": "Fix the failing test."}] * 5
        else:
            cases = list(generate.episodes(args.seed, args.count, True, work))
        for number, case in enumerate(cases):
            agent = Agent(server, work, case["files"], case["test"])
            try:
                good, messages = agent.run(case["task"], args.temperature, seed=number + 1)
            except urllib.error.HTTPError as error:  # the server could not make sense of a reply
                good, messages, failures = False, [{"role": "server", "content": error.read().decode()}], failures + 1
            runs[case["family"]] += 1
            solved[case["family"]] += good
            calls, bad = calls + agent.calls, bad + agent.bad_calls
            if not good and shown < args.show:
                shown += 1
                print(f"=== {case['family']}\n{show(messages)}\n", flush=True)
    total_solved, total_runs = sum(solved.values()), sum(runs.values())
    report = {"model_sha256": hashlib.sha256(model.read_bytes()).hexdigest(), "temperature": args.temperature,
              "episodes_seed": args.seed, "solved": total_solved, "runs": total_runs,
              "wilson": wilson(total_solved, total_runs),
              "tool_calls": calls, "invalid_tool_calls": bad, "server_errors": failures,
              "families": {f: {"solved": solved[f], "runs": n, "wilson": wilson(solved[f], n)}
                           for f, n in sorted(runs.items())}}
    text = json.dumps(report, indent=1)
    print(text)
    if args.out:
        args.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
