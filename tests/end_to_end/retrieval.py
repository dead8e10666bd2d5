#!/usr/bin/env python3
"""Search by an error log, context within a budget, and the same as tools of the Model Context
Protocol, by the real program. Needs no network and no model."""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import Fake, Place, check, main, say  # noqa: E402

CART = "def price(item):\n    return item['price']\n\n\ndef total(items):\n    return sum(price(i) for i in items)\n"
LOG = """processed 1
Traceback (most recent call last):
  File "/builds/7/shop/main.py", line 3, in <module>
    print(total([{}]))
  File "/builds/7/shop/cart.py", line 6, in total
    return sum(price(i) for i in items)
KeyError: 'price'
"""


def shop(place):
    place.write("shop/cart.py", CART)
    place.write("shop/tax.py", "def rate(country):\n    return 19\n")
    place.write("tests/test_cart.py", "from shop.cart import total\n\n\ndef test_total():\n    assert total([]) == 1\n")


def search_by_a_log():
    with Place() as place:
        shop(place)
        place.write("../outside/build.log", LOG)
        done = place.run(["search", "--files", "--log", str(place.root / "outside/build.log")])
        check(done.code == 0 and done.out.splitlines()[0] == "shop/cart.py", done)


def search_by_a_log_names_the_functions_of_its_frames():
    with Place() as place:
        shop(place)
        place.write("build.log", LOG)
        done = place.run(["search", "--json", "--log", str(place.project / "build.log")])
        found = json.loads(done.out)
        check(found["functions"][0]["name"] == "total", found)
        check("build.log" not in [hit["path"] for hit in found["files"]], found)


def search_by_a_failing_test():
    """The log names only the test; the file it tests comes first."""
    with Place() as place:
        shop(place)
        log = "________ test_total ________\n>   assert total([]) == 1\nE   assert 0 == 1\ntests/test_cart.py:5: AssertionError\n"
        place.write("../outside/test.log", log)
        done = place.run(["search", "--files", "--log", str(place.root / "outside/test.log")])
        check(done.code == 0 and done.out.splitlines()[0] == "shop/cart.py", done)


def companions_of_a_file():
    with Place() as place:
        shop(place)
        done = place.run(["search", "--files", "--companions", "shop/cart.py"])
        check(done.code == 0 and done.out.splitlines() == ["tests/test_cart.py"], done)
        done = place.run(["search", "--json", "--companions", "tests/test_cart.py"])
        check([hit["path"] for hit in json.loads(done.out)["files"]] == ["shop/cart.py"], done)
        done = place.run(["search", "--companions", "shop/absent.py"])
        check(done.code == 1 and "shop/absent.py is no file of the project" in done.err, done)


def context_keeps_its_budget():
    with Place() as place:
        shop(place)
        done = place.run(["context", "total() counts an item without a price", "--budget", "300", "--json"])
        packet = json.loads(done.out)
        check(done.code == 0 and packet["tokens"] <= 300, done)
        check("def total(items):" in packet["text"], packet["text"])
        check(sum(piece["tokens"] for piece in packet["pieces"]) <= 300, packet)


def the_first_turn_gets_what_context_prints():
    with Place() as place:
        shop(place)
        for number in range(12):
            place.write(f"shop/part{number}.py", f"def step_{number}(value):\n    return value + {number}\n")
        task = "total() counts an item without a price"
        packet = place.run(["context", task, "--ctx", "16384"]).out.removesuffix("\n")
        with Fake(place, [say("Done."), say("Done.")], ["--ctx-size", "16384"]) as fake:
            done = place.run(["run", "--endpoint", fake.endpoint, "--no-verify", "--json", task])
            check(done.code == 0, done)
            first = fake.requests()[0]["messages"][1]["content"]
            check(packet.startswith("Files, most likely first:\nshop/cart.py"), packet)
            check(f"\n{packet}\n[end of what was looked up]" in first, f"{packet}\n---\n{first}")
            use = json.loads(done.out.splitlines()[-1])["context"]
            rows = [use[row] for row in ("system", "tools", "project", "retrieved", "history", "reserve", "left")]
            check(sum(rows) == use["size"] == 16384 and use["retrieved"] > 50, use)
            place.run(["run", "--endpoint", fake.endpoint, "--no-verify", task], {"PLIM_AGENT_PACKET": "false"})
            check("looked up" not in fake.requests()[1]["messages"][1]["content"], "agent.packet = false")


def speak(place, *requests):
    process = place.start(["mcp"], stdin=subprocess.PIPE)
    lines = "".join(json.dumps({"jsonrpc": "2.0", **request}) + "\n" for request in requests)
    out, err = process.communicate(lines.encode(), timeout=place.patience_s)
    check(process.returncode == 0, f"exit {process.returncode}\n{err.decode()}")
    return {answer["id"]: answer for answer in map(json.loads, out.decode().splitlines())}


def tools_for_a_client_that_shakes_hands():
    with Place() as place:
        shop(place)
        answers = speak(
            place,
            {"id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25", "capabilities": {},
                                                         "clientInfo": {"name": "test", "version": "1"}}},
            {"method": "notifications/initialized"},
            {"id": 2, "method": "tools/list"},
            {"id": 3, "method": "tools/call", "params": {"name": "search", "arguments": {"query": "price of an item"}}},
            {"id": 4, "method": "tools/call", "params": {"name": "explain_log", "arguments": {"log": LOG}}},
            {"id": 5, "method": "tools/call", "params": {"name": "context", "arguments": {}}})
        check(answers[1]["result"]["protocolVersion"] == "2025-11-25", answers[1])
        check([tool["name"] for tool in answers[2]["result"]["tools"]] == ["search", "context", "explain_log", "companions", "docs"],
              answers[2])
        check("shop/cart.py" in answers[3]["result"]["content"][0]["text"], answers[3])
        explained = answers[4]["result"]["content"][0]["text"]
        check("KeyError: 'price'" in explained and "shop/cart.py (" in explained, explained)
        check(answers[5]["result"]["isError"], answers[5])


def tools_for_a_client_without_handshake():
    with Place() as place:
        shop(place)
        meta = {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {}}
        answers = speak(
            place,
            {"id": 1, "method": "server/discover", "params": {"_meta": meta}},
            {"id": 2, "method": "tools/call",
             "params": {"_meta": meta, "name": "context", "arguments": {"task": "price of an item", "budget": 200}}},
            {"id": 3, "method": "tools/list", "params": {"_meta": {**meta, "io.modelcontextprotocol/protocolVersion": "2040-01-01"}}})
        check("2026-07-28" in answers[1]["result"]["supportedVersions"], answers[1])
        check("def price(item):" in answers[2]["result"]["content"][0]["text"], answers[2])
        check(answers[2]["result"]["resultType"] == "complete", answers[2])
        check(answers[3]["error"]["code"] == -32022, answers[3])


main(search_by_a_log, search_by_a_log_names_the_functions_of_its_frames, search_by_a_failing_test,
     companions_of_a_file, context_keeps_its_budget,
     the_first_turn_gets_what_context_prints,
     tools_for_a_client_that_shakes_hands, tools_for_a_client_without_handshake)
