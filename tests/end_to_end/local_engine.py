"""Engines of our own for end-to-end tests: the fake one as a llama-server, tiny real models."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from harness import FAKE, TINY_MODEL, command_line, descendants  # noqa: F401

TESTS = Path(__file__).resolve().parent.parent


def fake_engine(place, args=(), script=()):
    """A folder whose llama-server is the fake one, started with `args`; for --engine."""
    folder = place.root / "engine"
    folder.mkdir(exist_ok=True)
    if not (folder / "llama-server").exists():
        shutil.copy2(FAKE, folder / "llama-server")
    args = list(args)
    if script:
        (folder / "model.jsonl").write_text("".join(json.dumps(r) + "\n" for r in script))
        args += ["--script", str(folder / "model.jsonl")]
    (folder / "fake.args").write_text("".join(f"{arg}\n" for arg in args))
    return str(folder)


def script_engine(place, text):
    """A folder whose llama-server is a shell script."""
    folder = place.root / "script-engine"
    folder.mkdir()
    (folder / "llama-server").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "llama-server").chmod(0o755)
    return str(folder)


def make_tiny_model(path, *args):
    subprocess.run([sys.executable, TESTS / "tiny_gguf/make_tiny_gguf.py", path, *args], check=True)


def engines(plim):
    """Those that this plim has started: llama-server itself, without the bubblewrap around it."""
    return [pid for pid in descendants(plim)
            if command_line(pid).split(" ")[0].endswith("llama-server")]
