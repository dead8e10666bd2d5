#!/usr/bin/env python3
"""plim and the user's MCP servers behind HTTP, of both eras; and the official ones where they are.

    MCP_SDK=FOLDER mcp_http.py    FOLDER holds node_modules with @modelcontextprotocol/sdk (1.x), and
                                  /server and /node (2.x); without it those two tests say so.
"""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "fakes")]
from harness import Fake, Place, call, check, check_no_orphans, main, say, wait_until  # noqa: E402
from mcp_http_server import Server  # noqa: E402

SDK = os.environ.get("MCP_SDK")


def configure(place, **servers):
    file = place.root / "config/plimsoll/mcp.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"mcpServers": servers}))


def use(entry, texts=("Grüße",), env=None):
    """A task that looks for a tool and calls it with each text; what the model saw, and plim's end."""
    calls = [call("mcp_call", tool="words/echo", arguments={"text": text}) for text in texts]
    with Place() as place, Fake(place, [call("mcp_search", query="again"), *calls, say("Done.")]) as fake:
        configure(place, words=entry)
        done = place.run(["run", "--endpoint", fake.endpoint, "--yes", "--no-verify", "Say it."], env)
        results = [m["content"] for m in fake.requests()[-1]["messages"] if m["role"] == "tool"]
        return results, done


LISTED = "words/echo: Says it again.\n  text: string: what to say"


def a_server_of_today():
    for streams in (False, True):
        with Server("modern", streams=streams) as server:
            results, done = use({"type": "http", "url": server.url}, ["Grüße", " padded", "plain"])
            check(results == [LISTED, "said Grüße", "said  padded", "said plain"], f"{results}\n{done}")
            check(server.log == ["server/discover", "tools/list", *["tools/call"] * 3], server.log)


def a_server_with_sessions():
    for streams in (False, True):
        with Server("legacy", streams=streams) as server:
            results, done = use({"url": server.url})
            check(results == [LISTED, "said Grüße"], f"{results}\n{done}")
            check(server.log[:4] == ["server/discover", "initialize", "notifications/initialized", "tools/list"],
                  server.log)
            check(server.log[-1] == "DELETE" and not server.sessions, "the session was left behind")


def a_session_that_is_forgotten():
    with Server("legacy", forgets=True) as server:
        results, done = use({"url": server.url})
        check(results == [LISTED, "said Grüße"], f"{results}\n{done}")
        check(server.log.count("initialize") == 2, server.log)


def a_key_from_the_environment():
    with Server("modern", token="Bearer k-17") as server:
        entry = {"url": server.url, "headers": {"Authorization": "Bearer ${WORDS_KEY}"}}
        results, done = use(entry, env={"WORDS_KEY": "k-17"})
        check(results == [LISTED, "said Grüße"], f"{results}\n{done}")
        results, done = use(entry, env={"WORDS_KEY": "wrong"})
        check("HTTP 401 who are you?" in done.out and "headers" in done.out, done)
        with Place() as place, Fake(place, []) as fake:
            configure(place, words=entry)
            done = place.run(["run", "--endpoint", fake.endpoint, "--yes", "Say it."])
            check(done.code == 2 and "$WORDS_KEY is not set" in done.err, done)


def a_server_that_is_not_there():
    with Server("modern") as server:
        url = server.url
    results, done = use({"url": url}, [])
    check("the MCP server words cannot be used" in done.out and done.code == 0, done)
    check(results == ["no tool matches; an empty query lists all"], results)


def to_leave_is_to_cancel():
    import signal
    script = [call("mcp_call", tool="words/echo", arguments={"text": "x"})]
    with Server("modern", stalls=True) as server, Place() as place, Fake(place, script) as fake:
        configure(place, words={"url": server.url})
        process = place.start(["run", "--endpoint", fake.endpoint, "--yes", "Say it."])
        check(server.stalling.wait(40), "the call did not come")
        process.send_signal(signal.SIGINT)
        done = place.finish(process)
        check(done.code == 130, done)
        check(server.left.wait(20), "the connection was kept")
        check("notifications/cancelled" not in server.log, server.log)
        check_no_orphans({fake.process.pid})


def a_program_that_dies():
    """Over stdio: it is started again once, and what it was asked is not asked twice."""
    script = """n=0; while read -r line; do n=$((n+1)); case "$line" in
      *server/discover*) echo '{"id":'$n',"result":{}}' ;;
      *tools/list*) echo '{"id":'$n',"result":{"tools":[{"name":"echo"}]}}' ;;
      *tools/call*) echo call >> "$HOME/calls"; [ "$(wc -l < "$HOME/calls")" = 1 ] && exit 1
                    echo '{"id":'$n',"result":{"content":[{"type":"text","text":"said"}]}}' ;;
    esac; done"""
    calls = [call("mcp_call", tool="words/echo", arguments={})] * 2
    with Place() as place, Fake(place, [*calls, say("Done.")]) as fake:
        configure(place, words={"command": "/bin/sh", "args": ["-c", script]})
        done = place.run(["run", "--endpoint", fake.endpoint, "--yes", "--no-verify", "Say it."])
        results = [m["content"] for m in fake.requests()[-1]["messages"] if m["role"] == "tool"]
        check("started again" in results[0] and results[1] == "said", f"{results}\n{done}")
        check("the MCP server words ended and is started again" in done.out, done)
        check((place.root / "home/calls").read_text() == "call\n" * 2, "calls")


@contextlib.contextmanager
def official(script, *args):
    """A server of the official SDK on a port of its own."""
    process = subprocess.Popen(["node", "--input-type=module", "-", *args], cwd=SDK, text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        process.stdin.write(script)
        process.stdin.close()
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/mcp"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def the_official_server_of_today():
    if not SDK:
        return print("     not tried: MCP_SDK is not set")
    for mode in ("stateless", "reject"):
        with official((HERE / "mcp_official_modern.mjs").read_text(), mode) as url:
            results, done = use({"url": url})
            check(results == [LISTED, "said Grüße"], f"{mode}: {results}\n{done}")


def the_official_server_with_sessions():
    if not SDK:
        return print("     not tried: MCP_SDK is not set")
    for mode in ("stream", "json"):
        with official((HERE / "mcp_official_legacy.mjs").read_text(), mode) as url:
            results, done = use({"url": url}, ["Grüße", "forget", "after"])
            check(results == [LISTED, "said Grüße", "said forget", "said after"], f"{mode}: {results}\n{done}")


if __name__ == "__main__":
    main(a_server_of_today, a_server_with_sessions, a_session_that_is_forgotten, a_key_from_the_environment,
         a_server_that_is_not_there, to_leave_is_to_cancel, a_program_that_dies, the_official_server_of_today,
         the_official_server_with_sessions)
