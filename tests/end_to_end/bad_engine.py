#!/usr/bin/env python3
"""Engines and model files that cannot work: a clear message, what mends it, and exit code 4; 2 is
for a choice on the command line that contradicts itself."""

import os
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import (Place, check, check_no_orphans, main, say, tree)  # noqa: E402
from local_engine import TINY_MODEL, fake_engine, make_tiny_model, script_engine  # noqa: E402


def check_refused(place, args, code, *texts, env=None):
    place.write("a.txt", "one\n")
    before = tree(place.project)
    done = place.run(["run", "--device", "cpu", "--yes", *args, "Do it."], env)
    check(done.code == code, f"not {code}: {done}")
    for text in texts:
        check(text in done.err, f"{text!r} is not said: {done}")
    check("Sanitizer" not in done.err and "internal error" not in done.err, done)
    check(tree(place.project) == before, "the project changed")
    check_no_orphans()
    return done


def no_engine_anywhere():
    with Place() as place:
        check_refused(place, ["--model", TINY_MODEL], 4, "no llama-server", "install",
                      env={"PATH": f"{place.root}/home"})


def no_engine_where_it_should_be():
    with Place() as place:
        check_refused(place, ["--model", TINY_MODEL, "--engine", f"{place.root}/home"], 4,
                      "no llama-server", f"{place.root}/home")


def an_engine_that_is_too_old():
    with Place() as place:
        engine = script_engine(place, 'echo "version: 0.6.0 (build 9000, commit abc)"')
        check_refused(place, ["--model", TINY_MODEL, "--engine", engine], 4, "0.6.0", "too old",
                      "install")


def an_engine_that_is_something_else():
    with Place() as place:
        engine = script_engine(place, 'echo "I am a teapot"; exit 1')
        check_refused(place, ["--model", TINY_MODEL, "--engine", engine], 4, "I am a teapot")


def an_engine_that_cannot_start():
    for words, said in [("ggml_backend_alloc: out of memory", "out of memory"),
                        ("error: invalid argument: --fit", "flag"),
                        ("llama_model_load: error loading model: unknown model architecture: 'x'",
                         "architecture")]:
        with Place() as place:
            engine = fake_engine(place, ["--fail", words])
            check_refused(place, ["--model", TINY_MODEL, "--engine", engine], 4, said)


def an_engine_that_says_nothing():
    """Connections are taken, no byte comes back: engine.stall_s is how long that is waited for."""
    for flag in ("--deaf", "--mute"):
        with Place() as place:
            engine = fake_engine(place, [flag])
            check_refused(place, ["--model", TINY_MODEL, "--engine", engine], 4,
                          "llama-server hangs", "engine.stall_s",
                          env={"PLIM_ENGINE_STALL_S": "1"})
    with Place() as place:
        engine = script_engine(place, "sleep 1000")
        check_refused(place, ["--model", TINY_MODEL, "--engine", engine], 4,
                      "did not tell its version within 1s", env={"PLIM_ENGINE_STALL_S": "1"})


def a_context_that_the_model_cannot_have():
    with Place() as place:
        check_refused(place, ["--model", TINY_MODEL, "--ctx", "100000000"], 2, "trained for")


def engines_that_die():
    """Once in a reply: it is started again. Each time: it is given up with the reason."""
    with Place() as place:
        engine = fake_engine(place, [], [{"content": "I shall", "die": True}, say("unreached")])
        done = place.run(["run", "--engine", engine, "--device", "cpu", "--model", TINY_MODEL,
                          "--yes", "Do it."])
        # Each new process begins its script again, so it dies of every reply.
        check(done.code == 4, done)
        check("llama-server was killed (SIGKILL)" in done.out, done)
        check("trying again" in done.out, done)
        check_no_orphans()


def model_files():
    with Place() as place:
        models = place.root / "models"
        models.mkdir()
        (models / "folder.gguf").mkdir()
        (models / "text.gguf").write_text("this is not a model\n")
        (models / "empty.gguf").write_bytes(b"")
        tiny = Path(TINY_MODEL).read_bytes()
        (models / "header-cut.gguf").write_bytes(tiny[:1000])
        (models / "data-cut.gguf").write_bytes(tiny[:-5000])
        (models / "future.gguf").write_bytes(b"GGUF" + struct.pack("<I", 99) + tiny[8:])
        (models / "huge-counts.gguf").write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 2**60, 2**60))
        for name, said in [("missing.gguf", "missing.gguf"), ("folder.gguf", "folder"),
                           ("text.gguf", "GGUF"), ("empty.gguf", "empty.gguf"),
                           ("header-cut.gguf", "header-cut.gguf"), ("data-cut.gguf", "truncated"),
                           ("future.gguf", "99"), ("huge-counts.gguf", "huge-counts.gguf")]:
            done = place.run(["run", "--device", "cpu", "--yes", "--model", str(models / name), "x"])
            check(done.code == 4, f"{name}: {done}")
            check(said in done.err, f"{name}: {said!r} is not said: {done}")
            check("Sanitizer" not in done.err, f"{name}: {done}")
        os.mkfifo(models / "fifo.gguf")
        done = place.run(["run", "--device", "cpu", "--yes", "--model", str(models / "fifo.gguf"), "x"])
        check(done.code == 4 and "fifo.gguf" in done.err, f"fifo: {done}")


def a_model_larger_than_memory():
    with Place() as place:
        model = place.root / "large.gguf"
        make_tiny_model(model, "--layers", "1")
        data = bytearray(model.read_bytes())
        # The last tensor's type and size can grow without moving another one's offset.
        name = b"blk.0.attn_k_norm.weight"
        at = data.index(name) + len(name) + 4
        elements = 1 << 40  # 4 TiB of F32
        struct.pack_into("<Q", data, at, elements)
        model.write_bytes(data)
        with model.open("r+b") as file:
            file.truncate(len(data) + 4 * elements)
        done = place.run(["run", "--device", "cpu", "--yes", "--model", str(model), "Do it."])
        check(done.code == 4, done)
        check("TiB" in done.err or "GiB" in done.err, f"no numbers are said: {done}")
        check_no_orphans()


if __name__ == "__main__":
    main(no_engine_anywhere, no_engine_where_it_should_be, an_engine_that_is_too_old,
         an_engine_that_is_something_else, an_engine_that_cannot_start,
         an_engine_that_says_nothing, a_context_that_the_model_cannot_have, engines_that_die, model_files, a_model_larger_than_memory)
