#!/usr/bin/env python3
"""The real llama-server with a tiny model that talks nonsense: what is tested is its life.

    real_engine.py DEVICE [TEST…]      DEVICE as --device takes it: cpu, Vulkan0
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import TINY_MODEL, Place, check, check_no_orphans, main, wait_until  # noqa: E402
from local_engine import engines  # noqa: E402

DEVICE = sys.argv.pop(1)
# The model never ends a reply, so each is as long as the limit: a sixth of the context.
FLAGS = ["--model", TINY_MODEL, "--device", DEVICE, "--yes", "--seed", "1"]
# ggml passes over Vulkan devices that are processors, unless they are asked for by number; on
# lavapipe 16-bit arithmetic is also the slower one.
LAVAPIPE = {} if DEVICE == "cpu" else {
    "VK_DRIVER_FILES": "/usr/share/vulkan/icd.d/lvp_icd.json", "GGML_VK_VISIBLE_DEVICES": "0",
    "GGML_VK_DISABLE_F16": "1",
    # Compiling shaders for a processor takes half a minute of it: once, not in each test.
    "XDG_CACHE_HOME": str(Path(TINY_MODEL).parent / "cache")}


def start(place, *flags):
    place.write("a.txt", "one\n")
    return place.start(["run", *FLAGS, *flags, "Do it."], LAVAPIPE)


def read_until(process, text):
    seen = b""
    while text.encode() not in seen:
        seen += (piece := os.read(process.stdout.fileno(), 4096))
        check(piece, f"plim ended before {text!r}: {seen.decode(errors='replace')}")
    return seen.decode(errors="replace")


def check_left_clean(place):
    check_no_orphans()
    check(not list((place.root / "runtime/plimsoll").glob("*")), "the runtime folder is not empty")
    log = place.root / "state/plimsoll/engine.log"
    check(log.exists() and "load_model" in log.read_text(errors="replace"), "no engine.log")
    check(place.events()[-1]["type"] == "task_finished", "the session has no end")


def a_whole_life():
    with Place() as place:
        process = start(place, "--ctx", "3328", "--max-turns", "1")
        done = place.finish(process)
        check(done.code in (1, 3), done)
        for text in ("plan: tiny on ", "load: measured ", "generated tokens"):
            check(text in done.out, f"{text!r} is not said: {done}")
        # Where it runs is said either way; tests of engine/ prove each way.
        check(("engine: llama-server without a network, on a UNIX socket" in done.out)
              != ("note: llama-server runs on 127.0.0.1" in done.out), done)
        check("Sanitizer" not in done.err, done)
        if LAVAPIPE:
            shaders = Path(LAVAPIPE["XDG_CACHE_HOME"]) / "plimsoll/shaders"
            check(any(file.is_file() for file in shaders.rglob("*")), "no compiled shader is kept")
        finished = place.events()[-1]
        check(finished["usage"]["completion"] > 0 and finished["turns"] == 1, finished)
        check_left_clean(place)


def interrupted():
    with Place() as place:
        process = start(place, "--ctx", "3328")
        read_until(process, "session ")
        wait_until(lambda: os.read(process.stdout.fileno(), 100), "the reply")
        process.send_signal(signal.SIGINT)
        done = place.finish(process)
        check(done.code == 130, done)
        check_left_clean(place)


def plim_is_killed():
    with Place() as place:
        process = start(place, "--ctx", "3328")
        read_until(process, "session ")
        process.kill()
        place.finish(process)
        check_no_orphans()


def the_engine_is_killed():
    """It is started again and the request goes on; killed over and over, it is given up."""
    with Place() as place:
        # Long enough to be met alive: an engine that dies between replies is started again in silence.
        process = start(place, "--ctx", "4096", "--max-turns", "1")
        read_until(process, "session ")
        wait_until(lambda: os.read(process.stdout.fileno(), 100), "the reply")
        for pid in engines(process.pid):
            os.kill(pid, signal.SIGKILL)
        done = place.finish(process)
        check(done.code in (1, 3, 4), done)
        check("the engine died while it answered" in done.out, done)
        # The engine asks again by itself while nothing of the reply was shown, the agent does else.
        check("asked again" in done.out or "trying again" in done.out, done)
        check_left_clean(place)


if __name__ == "__main__":
    main(a_whole_life, interrupted, plim_is_killed, the_engine_is_killed)
