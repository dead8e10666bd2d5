"""The cases of spill.py: each takes a Trial, lets something happen, and returns what came of it.

A verdict's members: silent (memory was not as planned and nobody said so), lost (a reply did not
arrive, or not in order), false_alarm, and how long it took: memory_s, hang_s, revived_s.
"""

import pathlib
import random
import signal
import time

from spill_trial import MIB, RESERVE_MIB, kills_for_memory

# Replies that last several looks, so that what happens meanwhile has to be seen.
SLOW = (60, 110)
ALARMS = ("SPILL", "PRESSURE", "OOM", "HUNG", "DEGRADED")


def refused(trial):
    """The engine was found out before a task began."""
    trial.finish()
    caught = trial.code == 4 and "not as planned" in trial.stderr
    return {"silent": not caught, "why": f"exit {trial.code}: {trial.stderr[-300:]}"}


def undisturbed(trial):
    trial.finish()
    alarm = trial.seen(*ALARMS)
    return {"lost": not trial.whole(), "false_alarm": alarm is not None,
            "why": f"exit {trial.code}, alarm {alarm}"}


# ---- engines that lie -------------------------------------------------------------------------

def lie(trial, device, host):
    """A line of the log that contradicts the plan, by 1.2 MiB up to gigabytes."""
    mib = round(10 ** trial.random.uniform(0.3, 3.8), 2)
    return trial.random.choice([
        ["--no-buffers"],
        ["--say", f"load_tensors: {host} model buffer size = {mib + 1} MiB"],
        ["--say", f"load_tensors: CPU_REPACK model buffer size = {mib + 2} MiB"],
        ["--say", f"llama_kv_cache: {device} KV buffer size = {mib} MiB"],
        ["--say", f"llama_kv_cache: Vulkan7 KV buffer size = {mib} MiB"],
        ["--say", f"llama_memory_recurrent: {device} RS buffer size = {mib} MiB"],
        ["--say", f"sched_reserve: {device} compute buffer size = {mib + 900} MiB"]])


def engine_lies_on_cpu(trial):
    args = trial.random.choice([
        lie(trial, "CPU", "CPU"), ["--say", "load_tensors: offloaded 2/3 layers to GPU"]])
    trial.start(args)
    return refused(trial)


def engine_lies_on_gpu(trial):
    gpu = trial.own_gpu()
    args = trial.random.choice([
        lie(trial, "CUDA0", "CPU"), ["--offloaded", str(trial.random.randint(0, 2))],
        ["--splits", str(trial.random.randint(4, 200))]])
    trial.start([*gpu, *args])
    return refused(trial)


def engine_rounds(trial):
    """Less than the tolerance is no lie."""
    mib = round(trial.random.uniform(0.01, 0.4), 2)
    trial.start(["--say", f"llama_kv_cache: CPU KV buffer size = {mib} MiB"])
    return undisturbed(trial)


def full_context_kills(trial):
    trial.start(["--full-oom"])
    trial.finish()
    caught = trial.code == 4 and "out of memory" in trial.stderr
    return {"silent": not caught, "why": f"exit {trial.code}: {trial.stderr[-300:]}"}


# ---- memory that others take ------------------------------------------------------------------

def others_take_ram(trial):
    trial.own_memory()
    trial.start(chunk_ms=SLOW)
    if not trial.begun():
        trial.finish()
        return {"lost": True, "why": trial.stderr[-300:]}
    trial.sleep(0.05, 1.0)
    happened = time.monotonic()
    trial.set_available(RESERVE_MIB * trial.random.uniform(0.02, 0.48))
    trial.finish()
    seen = trial.seen("PRESSURE", after=happened)
    ended_first = trial.events[-1][0] - happened < 2 and seen is None
    return {"silent": seen is None and not ended_first, "memory_s": seen,
            "lost": not trial.whole(), "why": f"exit {trial.code}: {trial.stderr[-200:]}"}


def others_come_and_go(trial):
    """RAM that breathes above the floor raises no alarm."""
    trial.own_memory()
    trial.start()
    if trial.begun():
        while trial.process.poll() is None:
            trial.set_available(trial.random.uniform(RESERVE_MIB * 0.6, 20000))
            time.sleep(0.05)
    return undisturbed(trial)


def others_take_gpu(trial):
    trial.start(trial.own_gpu(), chunk_ms=SLOW)
    if not trial.begun():
        trial.finish()
        return {"lost": True, "why": trial.stderr[-300:]}
    trial.sleep(0.05, 0.8)
    happened = time.monotonic()
    trial.set_gpu(2048 * trial.random.uniform(0, 0.48))
    trial.finish()
    seen = trial.seen("PRESSURE", after=happened)
    ended_first = trial.events[-1][0] - happened < 2 and seen is None
    return {"silent": seen is None and not ended_first, "memory_s": seen,
            "lost": not trial.whole(), "why": f"exit {trial.code}: {trial.stderr[-200:]}"}


def driver_moves_memory(trial):
    """Pages of the engine leave the GPU: its residency is below what was planned."""
    trial.model = trial.models["heavy"]
    planned = trial.model.stat().st_size / MIB
    trial.start([*trial.own_gpu(), "--host-kib", str(259 * 2048 * 4 / 1024)], chunk_ms=SLOW)
    if not trial.begun():
        trial.finish()
        return {"lost": True, "why": trial.stderr[-300:]}
    trial.set_gpu(20000, trial.engine_pid(), planned + 400)
    trial.sleep(0.05, 0.8)
    happened = time.monotonic()
    trial.set_gpu(20000, trial.engine_pid(), planned * trial.random.uniform(0, 0.3))
    trial.finish()
    seen = trial.seen("SPILL", after=happened)
    ended_first = trial.events[-1][0] - happened < 2 and seen is None
    return {"silent": seen is None and not ended_first, "memory_s": seen,
            "lost": not trial.whole(), "why": f"exit {trial.code}: {trial.stderr[-200:]}"}


# ---- engines that die or hang -----------------------------------------------------------------

def engine_is_killed(trial):
    load_ms = trial.random.randint(0, 400)
    trial.start(["--load-ms", str(load_ms)], chunk_ms=(25, 50))
    if not trial.begun():
        trial.finish()
        return {"lost": True, "why": trial.stderr[-300:]}
    trial.sleep(0.0, 1.2)
    running = trial.process.poll() is None and trial.engine_pid()
    happened = trial.kill_engine(trial.random.choice(
        [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM]))
    trial.finish()
    again = trial.next_sign(happened) if running else None
    return {"lost": not trial.whole(), "revived_s": again and max(again - load_ms / 1000, 0),
            "silent": False, "why": f"exit {trial.code}: {trial.stderr[-200:]}"}


def engine_is_killed_while_loading(trial):
    trial.start(["--load-ms", "3000"])
    deadline = time.monotonic() + 20
    while not trial.engine_pid() and time.monotonic() < deadline:
        time.sleep(0.01)
    trial.sleep(0.0, 0.5)
    trial.kill_engine()
    trial.finish()
    told = trial.code == 4 and "SIGKILL" in trial.stderr
    return {"silent": not told, "why": f"exit {trial.code}: {trial.stderr[-200:]}"}


def engine_hangs(trial):
    trial.start()
    if not trial.begun():
        trial.finish()
        return {"lost": True, "why": trial.stderr[-300:]}
    trial.sleep(0.0, 0.5)
    happened = trial.kill_engine(signal.SIGSTOP)
    trial.finish()
    return {"lost": not trial.whole(), "hang_s": trial.seen("HUNG", after=happened),
            "silent": trial.seen("HUNG", after=happened) is None and
            trial.events[-1][0] - happened > 12,
            "why": f"exit {trial.code}: {trial.stderr[-200:]}"}


def forbid_more(group, limit):
    """The group may keep what it has and get nothing more."""
    usage = next(group / name for name in ("memory.usage_in_bytes", "memory.current")
                 if (group / name).exists())
    for spare in (4096, 65536, MIB):  # what is in use meanwhile cannot be forbidden
        try:
            limit.write_text(str(int(usage.read_text()) + spare))
            return
        except OSError:
            continue


def killed_for_memory(trial):
    """The kernel kills the engine in a control group of its own, and plim says what it was."""
    made = kills_for_memory()
    if made is None:
        return {"why": "no control group can be made here"}
    group, limit = made
    try:
        trial.start(chunk_ms=SLOW, grow_kib=256)
        if not trial.begun():
            trial.finish()
            return {"lost": True, "why": trial.stderr[-300:]}
        pid = trial.engine_pid()
        (group / "cgroup.procs").write_text(str(pid))
        time.sleep(1.2)  # one look, so that the group is known
        happened = time.monotonic()
        forbid_more(group, limit)
        trial.finish()
        killed = "oom_kill 0" not in (group / "memory.oom_control").read_text() if (
            group / "memory.oom_control").exists() else True
        seen = trial.seen("OOM", after=happened)
        return {"silent": killed and seen is None, "memory_s": seen if killed else None,
                "lost": not trial.whole(), "why": f"exit {trial.code}, killed: {killed}"}
    finally:
        for _ in range(50):
            try:
                group.rmdir()
                break
            except OSError:
                time.sleep(0.1)


# ---- the real engine ----------------------------------------------------------------------------

def real_engine(trial, *flags):
    trial.flags += ["--max-turns", "1", "--seed", "1", *flags]
    trial.start(real=True)


def real_engine_as_planned(trial):
    """Whatever context is asked for, the real log agrees with the plan."""
    real_engine(trial, "--ctx", str(256 * trial.random.randint(14, 28)))
    trial.finish()
    planned = "as planned" in trial.stderr and "not as planned" not in trial.stderr
    return {"silent": not planned, "lost": trial.code not in (0, 1, 3),
            "false_alarm": trial.seen(*ALARMS) is not None,
            "why": f"exit {trial.code}: {trial.stderr[-300:]}"}


def real_engine_is_killed(trial):
    real_engine(trial, "--ctx", "4096")
    if not trial.begun():
        trial.finish()
        return {"lost": True, "why": trial.stderr[-300:]}
    trial.sleep(0.0, 0.3)
    trial.kill_engine()
    trial.finish()
    turns = [event for _, event in trial.events if event["type"] == "turn_finished"]
    return {"lost": len(turns) != 1, "why": f"exit {trial.code}: {trial.stderr[-300:]}"}


def tensor_too_large_for_the_gpu(trial):
    """lavapipe takes 128 MiB a tensor; what is larger would quietly go to the host."""
    driver = pathlib.Path("/usr/share/vulkan/icd.d/lvp_icd.json")
    if not driver.exists():
        return {"why": "no software GPU here"}
    trial.model = trial.models["wide"]
    trial.env |= {"VK_DRIVER_FILES": str(driver), "GGML_VK_VISIBLE_DEVICES": "0",
                  "GGML_VK_DISABLE_F16": "1"}
    trial.flags += ["--device", "Vulkan0"]
    real_engine(trial, "--ctx", "2048")
    trial.finish(280)
    told = trial.code == 4 and ("not as planned" in trial.stderr or "largest" in trial.stderr)
    fits = "as planned" in trial.stderr and "not as planned" not in trial.stderr
    return {"silent": not told and not fits, "why": f"exit {trial.code}: {trial.stderr[-300:]}"}


# How often of a hundred.
SHARES = {engine_lies_on_cpu: 20, engine_lies_on_gpu: 16, engine_rounds: 4, full_context_kills: 2,
          others_take_ram: 14, others_come_and_go: 6, others_take_gpu: 10, driver_moves_memory: 4,
          engine_is_killed: 12, engine_is_killed_while_loading: 2, engine_hangs: 3,
          killed_for_memory: 2, real_engine_as_planned: 3, real_engine_is_killed: 1.5,
          tensor_too_large_for_the_gpu: 0.5}
# These compute, or need the machine's own control groups.
ALONE = {real_engine_as_planned, real_engine_is_killed, tensor_too_large_for_the_gpu,
         killed_for_memory}


def choose(total, seed):
    """`total` cases, each kind at least once, shuffled by the seed."""
    chosen = [case for case, share in SHARES.items()
              for _ in range(max(1, round(share * total / 100)))]
    random.Random(seed).shuffle(chosen)
    return chosen
