"""What plim is compared with: the least a Python agent needs, and agents found on PATH.

The agents are run as their users run them headless, with a fresh home that names the loopback
server as an OpenAI-compatible provider. For `start` and `request` only their first request counts;
then they are ended. peers/window.py lets them finish the small-window suite.
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


# Each: (command, more environment) for a task at an endpoint. With `window`, the agent is told the
# context where its settings can say it, and to leave a quarter of it for replies, as a user would
# who knows the size; None leaves its defaults.

def _python(home, url, task, window=None):
    return [sys.executable, "-c", MINIMAL_AGENT, url, task], {}


def _codex(home, url, task, window=None):
    provider = "model_providers.bench"
    settings = [f'{provider}.name="bench"', f'{provider}.base_url="{url}"',
                f'{provider}.wire_api="responses"', 'model_provider="bench"', 'model="bench"']
    settings += [f"model_context_window={window}"] if window else []
    flags = [part for setting in settings for part in ("-c", setting)]
    # Its sandbox needs what a benchmark inside another one does not get; without one it may read.
    flags += ["--dangerously-bypass-approvals-and-sandbox"] if window else []
    return ["codex", "exec", "--skip-git-repo-check", *flags, task], {}


def _opencode(home, url, task, window=None):
    config = home / "XDG_CONFIG_HOME/opencode/opencode.json"
    model = {"name": "bench"} | ({"limit": {"context": window, "output": window // 4}} if window else {})
    _write(config, {"provider": {"bench": {"npm": "@ai-sdk/openai-compatible", "name": "bench",
                                           "options": {"baseURL": url, "apiKey": "x"},
                                           "models": {"bench": model}}}})
    return ["opencode", "run", "-m", "bench/bench", task], {}


def _pi(home, url, task, window=None):
    model = {"id": "bench"} | ({"contextWindow": window, "maxTokens": window // 4} if window else {})
    _write(home / "HOME/.pi/agent/models.json",
           {"providers": {"bench": {"baseUrl": url, "api": "openai-completions", "apiKey": "x",
                                    "models": [model]}}})
    return ["pi", "-p", "--provider", "bench", "--model", "bench", task], {}


def _qwen(home, url, task, window=None):
    if window:
        limits = {"contextWindowSize": window, "samplingParams": {"max_tokens": window // 4}}
        _write(home / "HOME/.qwen/settings.json",
               {"model": {"name": "bench", "generationConfig": limits},
                "modelProviders": {"openai": [{"id": "bench", "name": "bench", "baseUrl": url,
                                               "envKey": "OPENAI_API_KEY", "generationConfig": limits}]}})
    return ["qwen", "--auth-type", "openai", *(["--yolo"] if window else []), "-p", task], {
        "OPENAI_BASE_URL": url, "OPENAI_API_KEY": "x", "OPENAI_MODEL": "bench"}


def _cline(home, url, task, window=None):
    environ = {"PATH": os.environ["PATH"], "HOME": str(home / "HOME")}
    subprocess.run(["cline", "auth", "-p", "openai", "-k", "x", "-m", "bench", "-b", url], env=environ,
                   stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    return ["cline", "-P", "openai", "-m", "bench", task], {}


def _continue(home, url, task, window=None):
    limits = ({"contextLength": window, "maxTokens": window // 4} if window else {})
    model = {"name": "bench", "provider": "openai", "model": "bench", "apiBase": url, "apiKey": "x",
             "roles": ["chat", "edit", "apply"], "capabilities": ["tool_use"],
             "defaultCompletionOptions": limits}
    config = home / "HOME/continue.yaml"  # JSON is YAML
    _write(config, {"name": "bench", "version": "1.0.0", "schema": "v1", "models": [model]})
    return ["cn", "-p", "--auto", "--config", str(config), task], {}


PEERS = {"python3 + urllib, one request": _python, "codex": _codex, "opencode": _opencode,
         "pi": _pi, "qwen": _qwen}
# Those of the small-window suite: name, program, how it is started.
AGENTS = {"pi": ("pi", _pi), "OpenCode": ("opencode", _opencode), "Codex": ("codex", _codex),
          "Qwen Code": ("qwen", _qwen), "Cline": ("cline", _cline), "Continue": ("cn", _continue)}


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
