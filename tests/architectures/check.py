#!/usr/bin/env python3
"""Holds plim's memory formulas against the engine's own log, for each architecture in models.jsonl.

    check.py PLIM LLAMA_SERVER [--quick] [--vulkan] [-v] [NAME…]

Each line of models.jsonl is a small model of one architecture; it is written as a header with a
sparse file behind it, which the engine loads as if it were whole. Weights, attention cache and
recurrent state must agree to the last digit the engine prints (0.01 MiB of a few MiB), compute
buffers to 1 MiB. Each takes two turns, one plain; with --quick one, plain or not; when named, all.
With --vulkan a few of them on Mesa's lavapipe, the device's and the host's buffers together.
"""

import functools
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from engine_log import measure

MIB = 1 << 20
U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
CONTEXT = 16384  # beyond the widest fixed window
# Beside the plain one, each architecture takes its turn with one of these.
VARIANTS = [
    ([], []),
    (["-np", "4", "--no-kv-unified"], ["--slots", "4"]),
    (["-np", "4", "--kv-unified"], ["--slots", "4", "--kv-unified"]),
    (["-ctk", "q8_0", "-ctv", "q8_0"], ["--kv", "q8_0"]),
    (["-ub", "1024"], ["--ubatch", "1024"]),
    (["--swa-full"], ["--swa-full"]),
]


VULKAN = "--vulkan" in sys.argv
DEVICE = "Vulkan0" if VULKAN else "cpu"
PLACE = ["--device", DEVICE] if VULKAN else []
# A gated, a mixture-of-experts, a windowed, a recurrent and a latent one. Shaders that are compiled
# for a processor take their time.
ON_VULKAN = ["llama", "qwen3moe", "gemma3", "lfm2", "deepseek2"]
if VULKAN:
    # ggml passes over Vulkan devices that are processors, unless they are asked for by number.
    os.environ |= {"VK_DRIVER_FILES": "/usr/share/vulkan/icd.d/lvp_icd.json",
                   "GGML_VK_VISIBLE_DEVICES": "0"}


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def typed(value):
    if isinstance(value, bool):
        return struct.pack("<I?", BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", U32, value)
    if isinstance(value, float):
        return struct.pack("<If", F32, value)
    if isinstance(value, str):
        return struct.pack("<I", STRING) + text(value)
    kind, code = {bool: (BOOL, "?"), int: (I32, "i"), float: (F32, "f")}[type(value[0])]
    return struct.pack(f"<IIQ{len(value)}{code}", ARRAY, kind, len(value), *value)


def write(path, model):
    """The header, and a hole as large as the tensors."""
    tensors = [(name, dims) for name, dims in model["tensors"].items()]
    for suffix, groups in model["layers"].items():
        tensors += [(f"blk.{i}.{suffix}", dims) for dims, layers in groups for i in layers]
    infos, offset = b"", 0
    for name, dims in tensors:
        infos += text(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, 0, offset)
        elements = 1
        for dim in dims:
            elements *= dim
        offset += -(-4 * elements // 32) * 32
    values = b"".join(text(key) + typed(value) for key, value in model["keys"].items())
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(model["keys"])) + values + infos
    head += bytes(-len(head) % 32)
    with open(path, "wb") as file:
        file.write(head)
        file.truncate(len(head) + offset)


def planned(plim, model, arguments, speculation="off"):
    ran = subprocess.run([plim, "plan", model, "--device", DEVICE, "--ctx", str(CONTEXT), "--json", *arguments],
                         capture_output=True, text=True, timeout=200, check=False,
                         env=os.environ | {"PLIM_ENGINE_SPECULATION": speculation})
    if ran.returncode not in (0, 6):
        return {"error": ran.stderr.strip()}
    plan = json.loads(ran.stdout)
    if plan["compute_estimated"]:
        return {"error": f"the scratch memory is an estimate: {plan['warnings']}"}
    rows = [plan["devices"][0], plan["host"]]
    sums = {kind: sum(row[name] for row in rows) / MIB for kind, name in
            {"model": "weights", "kv": "kv", "rs": "recurrent", "compute": "compute"}.items()}
    return sums


def compare(ours, theirs):
    """What differs, as text; "" when nothing does."""
    if "error" in theirs:
        return f"engine: {theirs['error']}"
    if "error" in ours:
        return f"plim: {ours['error']}"
    # Each of the engine's figures is rounded; two caches give two roundings.
    limits = {"model": 0.0105, "kv": 0.0105, "rs": 0.0105, "compute": 1}
    return "; ".join(f"{kind}: {ours[kind]:.3f} planned, {theirs[kind]:.2f} MiB by the engine"
                     for kind, limit in limits.items() if abs(ours[kind] - theirs[kind]) > limit)


# With the model's own further layers guessing, in a context of their own.
GUESSING = (["--spec-type", "draft-mtp", "-ctkd", "f16", "-ctvd", "f16"], [])


def turns_of(index, model, named):
    if VULKAN:
        return VARIANTS[:1]
    guessing = [GUESSING] if "nextn.eh_proj.weight" in model["layers"] else []
    if named:
        return [*VARIANTS, *guessing]
    if "--quick" in sys.argv:
        return [VARIANTS[index % len(VARIANTS)], *guessing]
    return [VARIANTS[0], VARIANTS[1 + index % (len(VARIANTS) - 1)], *guessing]


def check(plim, server, folder, model, turns):
    """The lines to print of one model, and how many of its turns differ."""
    path, lines, wrong = f"{folder}/{model['name']}.gguf", [], 0
    write(path, model)
    for engine_arguments, our_arguments in turns:
        slots = [] if "-np" in engine_arguments else ["-np", "1"]
        guesses = engine_arguments == GUESSING[0]
        theirs = measure(server, path, [*PLACE, "-c", str(CONTEXT), *slots, *engine_arguments],
                         contexts=1 + guesses)
        ours = planned(plim, path, our_arguments, "on" if guesses else "off")
        fault = compare(ours, theirs)
        wrong += bool(fault)
        if fault or "-v" in sys.argv:
            fault = fault or f"ok  compute {ours['compute']:.2f} planned, {theirs['compute']:.2f}"
            lines.append(f"{model['name']:<18} {' '.join(our_arguments) or '-':<24} {fault}")
    pathlib.Path(path).unlink()
    return lines, wrong


def main():
    plim, server, *names = [argument for argument in sys.argv[1:] if argument[0] != "-"]
    names = names or (ON_VULKAN if VULKAN else [])
    lines = pathlib.Path(__file__).with_name("models.jsonl").read_text().splitlines()
    models = [model for model in map(json.loads, lines) if not names or model["name"] in names]
    turns = [turns_of(index, model, bool(names)) for index, model in enumerate(models)]
    wrong = 0
    # Most of a turn is one program waiting for another: two at a time keep two cores busy.
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        for said, differences in pool.map(functools.partial(check, plim, server, folder), models, turns):
            wrong += differences
            for line in said:
                print(line, flush=True)
    architectures = {model["keys"]["general.architecture"] for model in models}
    print(f"{len(architectures)} architectures, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
