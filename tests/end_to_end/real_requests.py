#!/usr/bin/env python3
"""What the real llama-server makes of our requests: the tools' schemas, and how long may be thought.

tests/tool_schemas.jsonl holds the schemas that tools/lint.cpp knows, one a line; lint_test.cpp reads the same lines. What the
engine does with each:
  keeps      a grammar of it
  refuses    HTTP 400, and so every request of a session
  takes for  the grammar of another schema, "as", without a word
  takes      some grammar that lets other things pass than the schema, or nothing at all
  dies       it takes all memory there is; known, and not tried here
"""

import json
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from harness import TINY_MODEL, Fake, Place, check, main, say  # noqa: E402
from plain_server import PlainServer  # noqa: E402

ROWS = [json.loads(line) for line in (HERE.parent / "tool_schemas.jsonl").read_text().splitlines()]


# A template whose replies begin with a thought, as those of reasoning models do.
THINKING = """{% for m in messages %}<|im_start|>{{ m.role }}
{% if m.reasoning_content %}<think>
{{ m.reasoning_content }}
</think>

{% endif %}{{ m.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
<think>
{% endif %}"""


class Server(PlainServer):
    """Tells the grammar of each request. `more` flags."""

    def __init__(self, *more):
        super().__init__(TINY_MODEL, "--threads", "1", "--verbose", *more)

    def ask(self, tools):
        """(status, grammar or what is wrong) of a request with these tools."""
        body = {"messages": [{"role": "user", "content": "x"}], "max_tokens": 1, "tools": tools, "verbose": True}
        request = urllib.request.Request(f"{self.url}/v1/chat/completions", json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)["__verbose"]["generation_settings"]["grammar"]
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())["error"]["message"]

    def grammar_of(self, schema):
        return self.ask([{"type": "function", "function": {"name": "t", "description": "d", "parameters": schema}}])


def plain(grammar):
    """Its rules, without those that only give another one a second name, nor those of no use."""
    rules = dict(line.split(" ::= ", 1) for line in grammar.splitlines() if " ::= " in line)
    for name in [name for name, rule in rules.items() if rule in rules]:
        rules = {n: re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", rules[name], rule)
                 for n, rule in rules.items() if n != name}
    used, new = set(), {"root"}
    while new:
        used |= new
        new = {name for name in rules for rule in used
               if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", rules[rule])} - used
    return {name: rules[name] for name in used}


def the_schemas_that_the_lint_knows():
    wrong = []
    with Server() as server:
        for row in ROWS:
            if row["engine"] == "dies":
                continue
            status, grammar = server.grammar_of(row["schema"])
            expected = 400 if row["engine"] == "refuses" else 200
            if status != expected:
                wrong.append(f"{row['name']}: HTTP {status}, not {expected}: {grammar}")
            elif "as" in row and plain(grammar) != plain(server.grammar_of(row["as"])[1]):
                wrong.append(f"{row['name']}: is not taken for {row['as']}:\n{grammar}")
    check(not wrong, "\n".join(wrong))


def our_own_tools():
    """As a request has them, in each way to edit, and with the two for MCP servers."""
    with Server() as server:
        for form in ("replace", "line", "patch", "whole"):
            with Place() as place, Fake(place, [say("Done.")]) as fake:
                config = place.root / "config/plimsoll"
                config.mkdir(parents=True)
                (config / "mcp.json").write_text(json.dumps({"mcpServers": {"s": {"command": "/bin/false"}}}))
                place.run(["run", "--endpoint", fake.endpoint, "--yes", "--no-verify", "Do it."],
                          {"PLIM_AGENT_EDIT_FORMAT": form})
                tools = fake.requests()[0]["tools"]
            check(len(tools) >= 6, f"{form}: {len(tools)} tools")
            status, grammar = server.ask(tools)
            check(status == 200, f"{form}: {grammar}")
            for tool in tools:
                name = tool["function"]["name"]
                check(f'"{name}"' in grammar, f"{form}: {name} is not in the grammar")


def a_thought_ends_before_the_reply_does():
    """The tiny model would never end one: the engine does, and what follows is an answer."""
    with Place() as place:
        template = place.root / "thinking.jinja"
        template.write_text(THINKING)
        with Server("--chat-template-file", template) as server:
            done = place.run(["run", "--endpoint", f"{server.url}/v1", "--read-only", "--max-turns", "1", "Say it."])
        replies = [e["message"] for e in place.events() if e["type"] == "message" and e["message"]["role"] == "assistant"]
        check(len(replies) == 1 and replies[0].get("reasoning") and replies[0]["content"], f"{replies}\n{done}")
        check("thought for too long" not in done.out, done)


if __name__ == "__main__":
    main(the_schemas_that_the_lint_knows, our_own_tools, a_thought_ends_before_the_reply_does)
