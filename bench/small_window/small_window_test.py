#!/usr/bin/env python3
"""Tests of the small-window suite: the model without weights, the engine's window, and plim in it."""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True

from peers import window  # noqa: E402  (needs the path above)
from small_window import suite  # noqa: E402
from small_window.server import Window, common  # noqa: E402

PLIM = pathlib.Path(os.environ.get("PLIM", window.client.PLIM))
PLACE = pathlib.Path("/place")


def tool(name, required=(), **properties):
    return {"type": "function", "function": {"name": name, "parameters": {
        "type": "object", "properties": properties, "required": list(required)}}}


TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
READ = [tool("read", ["path"], path=TEXT, start=NUMBER, end=NUMBER)]


def request(*messages, tools=READ):
    return {"model": "bench", "tools": tools,
            "messages": [{"role": "user", "content": suite.TASK}, *messages]}


def said(text):
    return {"role": "assistant", "content": text}


def shown(text):
    return {"role": "tool", "tool_call_id": "x", "content": text}


class Model(unittest.TestCase):
    def setUp(self):
        self.reader = suite.Reader(PLACE)

    def test_files_are_as_large_as_promised_and_hold_their_facts(self):
        for number in range(1, suite.COUNT + 1):
            text = suite.source(number)
            self.assertEqual(len(text.encode()), suite.SIZE)
            self.assertEqual(suite.Sight(text).facts, {(number, place) for place in suite.FACTS})

    def test_reads_one_file_after_the_other_and_writes_down_what_it_saw(self):
        self.assertEqual(self.reader.reply(request()).call, ("read", {"path": "/place/part1.py"}))
        reply = self.reader.reply(request(shown(suite.source(1))))
        self.assertEqual(reply.call, ("read", {"path": "/place/part2.py"}))
        self.assertIn(suite.fact(1, "tail"), reply.text)

    def test_goes_on_where_a_read_was_cut(self):
        half = suite.source(1)[: suite.SIZE // 2]
        reply = self.reader.reply(request(shown(half)))
        start = reply.call[1]["start"]
        self.assertLess(abs(start - half.count("\n")), 7)
        self.assertIn("def part1_step", "".join(suite.source(1).splitlines()[start - 1:start + 4]))
        self.assertEqual(self.reader.again, 0)

    def test_reads_again_what_is_gone_and_not_what_is_noted(self):
        first = self.reader.reply(request(shown(suite.source(1))))
        self.assertEqual(self.reader.reply(request(said(first.text))).call[1]["path"], "/place/part2.py")
        self.assertEqual(self.reader.again, 0)
        self.assertEqual(self.reader.reply(request()).call[1]["path"], "/place/part1.py")
        self.assertEqual(self.reader.again, 1)

    def test_ends_when_all_is_known(self):
        everything = "".join(suite.source(n) for n in range(1, suite.COUNT + 1))
        reply = self.reader.reply(request(shown(everything)))
        self.assertEqual((reply.kind, reply.call), ("end", None))
        self.assertEqual(len(self.reader.seen), suite.COUNT * 3)

    def test_gives_its_notes_and_not_the_task_when_a_summary_is_ordered(self):
        for order in ("Create a detailed summary of the conversation above.",
                      "You are performing a CONTEXT CHECKPOINT. Create a handoff summary for another model.",
                      "The context is nearly full. Write notes for yourself, at most 150 words."):
            reply = self.reader.reply(request(shown(suite.source(3)), {"role": "user", "content": order}))
            self.assertEqual(reply.kind, "summary", order)
            self.assertIn(suite.fact(3, "tail"), reply.text)
            self.assertNotIn(suite.TASK, reply.text)
        for no_order in ("Continue if you have next steps. The conversation was compacted.",
                         "Another model produced a summary: part1.py: " + suite.fact(1, "head")):
            reply = self.reader.reply(request({"role": "user", "content": no_order}))
            self.assertEqual(reply.kind, "step", no_order)

    def test_a_request_without_tools_is_beside_the_work(self):
        self.assertEqual(self.reader.reply({"messages": [{"role": "user", "content": "A title, please"}]}).kind, "aside")

    def test_speaks_to_the_tools_of_many_agents(self):
        files = {"type": "array", "items": {"type": "object", "properties": {"path": TEXT, "start_line": NUMBER},
                                            "required": ["path"]}}
        for tools, expected in (
                ([tool("Read", ["filepath"], filepath=TEXT)], ("Read", {"filepath": "/p"})),
                ([tool("read_file", ["absolute_path"], absolute_path=TEXT, offset=NUMBER)],
                 ("read_file", {"absolute_path": "/p"})),
                ([tool("read_files", ["files"], files=files)], ("read_files", {"files": [{"path": "/p"}]})),
                ([tool("exec_command", ["cmd"], cmd=TEXT)], ("exec_command", {"cmd": "cat /p"})),
                ([tool("shell", ["command"], command={"type": "array", "items": TEXT})],
                 ("shell", {"command": ["sh", "-c", "cat /p"]})),
                ([tool("bash", ["command", "description"], command=TEXT, description=TEXT)],
                 ("bash", {"command": "cat /p", "description": "reads the file"})),
                ([tool("write", ["path"], path=TEXT)], None)):
            self.assertEqual(suite.read_call(suite.tools_of({"tools": tools}), "/p", 1), expected)
        both = suite.tools_of({"tools": [tool("Read", ["filepath"], filepath=TEXT), tool("Bash", command=TEXT)]})
        self.assertEqual(suite.read_call(both, "/p", 9), ("Bash", {"command": "tail -n +9 /p"}))


class Engine(unittest.TestCase):
    def ask(self, url, path, body):
        data = json.dumps(body).encode()
        with contextlib.closing(urllib.request.urlopen(urllib.request.Request(url + path, data))) as answer:
            return answer.read().decode()

    def test_what_does_not_fit_is_answered_as_llama_server_does(self):
        with Window(1000, suite.Reader(PLACE)) as server:
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.ask(server.url, "/chat/completions", request(said("x" * 4000)))
            with caught.exception as answer:
                error = json.loads(answer.read())["error"]
        self.assertEqual((caught.exception.code, error["type"], error["n_ctx"]), (400, "exceed_context_size_error", 1000))
        self.assertEqual(error["message"], f"request ({error['n_prompt_tokens']} tokens) exceeds the available "
                         "context size (1000 tokens), try increasing it")
        self.assertEqual([(entry.over, entry.main) for entry in server.asked], [(True, True)])

    def test_speaks_both_apis(self):
        with Window(9000, suite.Reader(PLACE)) as server:
            chat = self.ask(server.url, "/chat/completions", {**request(), "stream": True})
            whole = self.ask(server.url, "/chat/completions", request())
            responses = self.ask(server.url, "/responses", {
                "input": [{"role": "user", "content": suite.TASK}],
                "tools": [{"type": "function", "name": "read", "parameters": {"properties": {"path": TEXT}}}]})
        self.assertTrue(chat.endswith("data: [DONE]\n\n"))
        self.assertEqual(json.loads(whole)["choices"][0]["finish_reason"], "tool_calls")
        self.assertIn("event: response.completed", responses)
        self.assertEqual([entry.has_task for entry in server.asked], [True, True, True])

    def test_sees_a_history_that_was_rewritten(self):
        with Window(9000, suite.Reader(PLACE)) as server:
            for messages in ([said("a" * 900)], [said("a" * 900), said("b" * 900)], [said("b" * 900)]):
                self.ask(server.url, "/chat/completions", request(*messages))
        self.assertEqual([entry.rewritten for entry in server.asked], [False, False, True])
        self.assertEqual(common(b"abcd", b"abxd"), 2)


class Agents(unittest.TestCase):
    def test_one_that_is_not_here_is_named_and_left_out(self):
        path, os.environ["PATH"] = os.environ["PATH"], "/nowhere"
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        with contextlib.redirect_stdout(io.StringIO()) as out, tempfile.NamedTemporaryFile() as figures:
            code = window.main(["--only", "pi", "Qwen", "--json", figures.name])
            results = json.loads(pathlib.Path(figures.name).read_text())["results"]
        self.assertEqual((code, results), (0, []))
        self.assertIn("not here, so not compared: pi, Qwen Code", out.getvalue())

    def test_plim_gets_through_every_window(self):
        here, _ = window.agents(["plim"], PLIM)
        for size in window.WINDOWS:
            result = window.measure("plim", *here["plim"], size, "")
            self.assertEqual((result.ended, result.code, result.over, result.again, result.files),
                             ("answered", 0, 0, 0, suite.COUNT), f"{size}: {result.said}")
            self.assertEqual(result.with_task, result.requests)
            self.assertLessEqual(result.largest, size)


if __name__ == "__main__":
    unittest.main()
