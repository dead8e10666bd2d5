"""What llama-server says it allocates for a model file, read from its log while it starts."""

import os
import re
import signal
import subprocess
import threading

BUFFER = re.compile(r"(\S+)\s+(model|KV|RS|compute|output) buffer size =\s*([\d.]+) MiB")
CACHE = re.compile(r"llama_kv_cache\w*: size =\s*([\d.]+) MiB")
STATE = re.compile(r"llama_memory_recurrent: size =\s*([\d.]+) MiB")
DONE = "graph: nodes"
END = re.compile(DONE + "|error loading model|failed to|GGML_ASSERT|GGML_ABORT")


def measure(server, model, arguments, contexts=1, limit_s=200):
    """MiB by kind ("model", "kv", "rs", "compute"), to the two decimals the engine prints, of as
    many contexts; or the engine's last words under "error"."""
    command = [server, "-m", model, "--fit", "off", "-fa", "on", "-lv", "4", "--no-warmup", "--no-repack",
               "--load-mode", "none", "--offline", "--no-ui", "--port", "0", *arguments]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             errors="replace", start_new_session=True,
                             env={**os.environ, "GGML_NO_BACKTRACE": "1"})
    timer = threading.Timer(limit_s, child.kill)
    timer.start()
    found, last = {"model": 0.0, "kv": 0.0, "rs": 0.0, "compute": 0.0}, ""
    for line in child.stdout:
        last = line.strip() or last
        if match := BUFFER.search(line):
            if match[2] in ("model", "compute"):
                found[match[2]] += float(match[3])
        if match := CACHE.search(line):
            found["kv"] += float(match[1])
        if match := STATE.search(line):
            found["rs"] += float(match[1])
        contexts -= DONE in line
        if END.search(line) and (contexts == 0 or DONE not in line):
            break
    timer.cancel()
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return found if DONE in last else {"error": last[-200:]}
