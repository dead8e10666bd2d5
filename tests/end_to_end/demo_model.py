#!/usr/bin/env python3
"""The main job with nothing faked: the demo model on the real engine repairs examples/basket.

    demo_model.py DEVICE SEED…         DEVICE as --device takes it: cpu, Vulkan0
"""

import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from harness import (TINY_MODEL, Place, check, check_no_orphans, check_tree, main, tree)  # noqa: E402
from plain_server import PlainServer  # noqa: E402

REPOSITORY = Path(__file__).resolve().parent.parent.parent
MODEL = REPOSITORY / "models/demo/plimsoll-demo.gguf"
DEVICE, SEEDS = sys.argv[1], sys.argv[2:]
# ggml passes over Vulkan devices that are processors, unless they are asked for by number. In the
# 16-bit arithmetic of lavapipe this small model says something else than on the CPU.
LAVAPIPE = {} if DEVICE == "cpu" else {
    "VK_DRIVER_FILES": "/usr/share/vulkan/icd.d/lvp_icd.json", "GGML_VK_VISIBLE_DEVICES": "0",
    "GGML_VK_DISABLE_F16": "1",
    # Compiling shaders for a processor takes half a minute of it: once, not in each test.
    "XDG_CACHE_HOME": str(Path(TINY_MODEL).parent / "cache")}
TESTS = [sys.executable, "-B", "-m", "unittest"]


def repair(seed, engine):
    """`engine`: the flags that say who answers."""
    with Place() as place:
        shutil.copytree(REPOSITORY / "examples/basket", place.project, dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns("__pycache__"))
        before = tree(place.project)
        quiet = dict(cwd=place.project, capture_output=True, check=False)
        check(subprocess.run(TESTS, **quiet).returncode != 0, "the example's test does not fail")
        done = place.run(["run", *engine, "--yes", "--seed", seed,
                          "Fix the failing test."], LAVAPIPE)
        check(done.code == 0, f"seed {seed}: {done}")
        check(subprocess.run(TESTS, **quiet).returncode == 0, f"seed {seed}: tests fail: {done}")
        changed = [path for path, entry in tree(place.project).items() if before.get(path) != entry]
        check(changed == ["basket.py"], f"seed {seed} changed {changed}")
        check(place.run(["undo"]).code == 0, "plim undo")
        check_tree(before, tree(place.project), "after plim undo")


def each_seed_repairs_the_example():
    for seed in SEEDS:
        repair(seed, ["--model", str(MODEL), "--device", DEVICE])
        check_no_orphans()
        print(f"seed {seed} repaired it", flush=True)


def the_same_model_repairs_it_behind_an_endpoint():
    if DEVICE != "cpu":
        return  # who computes makes no difference to the wire
    with PlainServer(MODEL, "--alias", "demo") as server:
        repair(SEEDS[0], ["--endpoint", f"{server.url}/v1", "--model", "demo"])
    check_no_orphans()


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    main(each_seed_repairs_the_example, the_same_model_repairs_it_behind_an_endpoint)
