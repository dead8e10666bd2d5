"""What plim is compared with at start: the least a Python agent needs, and agents found on PATH.

The agents are run as their users run them headless, with a fresh home that names the loopback
server as an OpenAI-compatible provider. Only their first request counts; then they are ended.
"""

import json
import os
import shutil
import signal
import subprocess
import sys

from client import environment
from server import Server, now

TASK = "Fix the failing test."

# An agent that is nothing but a request: interpreter, JSON, HTTP. No Python agent starts faster.
MINIMAL_AGENT = """
import json, sys, urllib.request
body = json.dumps({"model": "bench", "stream": True, "messages": [{"role": "user", "content": sys.argv[2]}]})
urllib.request.urlopen(urllib.request.Request(
    sys.argv[1] + "/chat/completions", body.encode(), {"Content-Type": "application/json"})).read()
"""


def _write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def _python(home, url, task):
    return [sys.executable, "-c", MINIMAL_AGENT, url, task], {}


def _codex(home, url, task):
    provider = "model_providers.bench"
    settings = [f'{provider}.name="bench"', f'{provider}.base_url="{url}"',
                f'{provider}.wire_api="responses"', 'model_provider="bench"', 'model="bench"']
    flags = [part for setting in settings for part in ("-c", setting)]
    return ["codex", "exec", "--skip-git-repo-check", *flags, task], {}


def _opencode(home, url, task):
    config = home / "XDG_CONFIG_HOME/opencode/opencode.json"
    _write(config, {"provider": {"bench": {"npm": "@ai-sdk/openai-compatible", "name": "bench",
                                           "options": {"baseURL": url, "apiKey": "x"},
                                           "models": {"bench": {"name": "bench"}}}}})
    return ["opencode", "run", "-m", "bench/bench", task], {}


def _pi(home, url, task):
    _write(home / "HOME/.pi/agent/models.json",
           {"providers": {"bench": {"baseUrl": url, "api": "openai-completions", "apiKey": "x",
                                    "models": [{"id": "bench"}]}}})
    return ["pi", "-p", "--provider", "bench", "--model", "bench", task], {}


def _qwen(home, url, task):
    return ["qwen", "--auth-type", "openai", "-p", task], {
        "OPENAI_BASE_URL": url, "OPENAI_API_KEY": "x", "OPENAI_MODEL": "bench"}


PEERS = {"python3 + urllib, one request": _python, "codex": _codex, "opencode": _opencode,
         "pi": _pi, "qwen": _qwen}


def found():
    """(name, prepare) of each peer that is here, and the names of those that are not."""
    here = {name: prepare for name, prepare in PEERS.items()
            if prepare is _python or shutil.which(name)}
    return here, [name for name in PEERS if name not in here]


def first_request(prepare, folder, project, task=TASK, wanted=b"", limit_s=90):
    """Starts a peer and ends it after its first request that holds `wanted`: (milliseconds from
    start, bytes of the body); None when none came."""
    with Server(wanted=wanted) as server:
        command, extra = prepare(folder, server.url, task)
        with open(folder / "peer.log", "wb") as log:
            started = now()
            with subprocess.Popen(command, cwd=project, env={**environment(folder), **extra},
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  start_new_session=True) as process:
                asked = server.asked.wait(limit_s)
                os.killpg(process.pid, signal.SIGKILL)
        for exchange in server.exchanges:
            if asked and wanted in exchange.body:
                return (exchange.arrived - started) / 1e6, len(exchange.body)
    return None
