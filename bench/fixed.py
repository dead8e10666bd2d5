"""fixed: tokens of what every request of a session begins with, at its largest.

System message, the five tools, the environment (test command, file list) and AGENTS.md of the first
request, in a project of 1000 files with an AGENTS.md of 64 kB; then what has caps of its own: the names
of 40 skills, and the two tools for MCP servers. Counted by o200k, the tokenizer of gpt-oss, where
GPT_TOKENIZER names a folder with node_modules/gpt-tokenizer; else by plim's own estimate for prose and
code, 3.3 bytes a token, which errs towards too many. What a model's template says about tools by itself
(Qwen3 some 100 tokens) is not in it: plim cannot change that.
"""

import json
import os
import subprocess

import client
from report import Figure
from server import Server

BARS = {8192: 1200, 16384: 1800, 32768: 3000}
MOST_SKILLS = 300
TASK = "Fix the bug in module7"
COUNT = ("import { encode } from 'gpt-tokenizer/encoding/o200k_base'; import fs from 'node:fs';"
         "console.log(encode(fs.readFileSync(0, 'utf8'), { allowedSpecial: 'all' }).length)")


def demanding_project(folder):
    project = client.large_project(folder, files=1000, lines=4)
    (project / "AGENTS.md").write_text("".join(
        f"- Rule {n}: keep functions of package{n % 20} small, and test what they promise.\n" for n in range(800)))
    for n in range(40):
        skill = project / f".agents/skills/skill-{n}/SKILL.md"
        skill.parent.mkdir(parents=True)
        skill.write_text(f"---\nname: skill-{n}\ndescription: How to do the work number {n} of this project.\n---\nBody.\n")
    (project / "Makefile").write_text("test:\n\techo ok\n")
    return project


def first_request(folder, project, window):
    config = folder / "XDG_CONFIG_HOME/plimsoll/mcp.json"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(json.dumps({"mcpServers": {"s": {"command": "/bin/false"}}}))
    with Server() as server:
        client.Run(folder, project, ["--endpoint", server.url, "--no-verify", "--ctx", str(window)], TASK)
    return json.loads(server.exchanges[0].body)


def parts(body):
    """(what every session begins with, the skills, the MCP tools), as templates write them."""
    system, first = (message["content"] for message in body["messages"])
    tools = [json.dumps(tool, ensure_ascii=False) for tool in body["tools"]]
    project, mark, skills = first.removeprefix(TASK).partition("\n\n[skills")
    ours = [tool for tool in tools if '"mcp_' not in tool]
    return "\n".join([system, *ours, project]), mark + skills, "\n".join(t for t in tools if t not in ours)


def tokens(text):
    folder = os.environ.get("GPT_TOKENIZER")
    if not folder:
        return len(text.encode()) / 3.3
    done = subprocess.run(["node", "--input-type=module", "-e", COUNT], cwd=folder, input=text, text=True,
                          capture_output=True, check=True)
    return int(done.stdout)


def measure():
    note = "o200k" if os.environ.get("GPT_TOKENIZER") else "estimate, 3.3 bytes a token"
    figures = []
    with client.place() as folder:
        project = demanding_project(folder)
        for window, bar in BARS.items():
            begin, skills, mcp = parts(first_request(folder, project, window))
            at = f"at {window // 1024}k"
            figures += [Figure(f"fixed: {name} {at}", "tokens", [round(tokens(text))], bar=most, note=note)
                        for name, text, most in (("system, tools, project", begin, bar),
                                                 ("names of skills", skills, MOST_SKILLS),
                                                 ("MCP servers' tools", mcp, window // 10))]
    return figures
