"""memory: the most plim itself held resident in a 20-turn task.

VmHWM is the kernel's own high-water mark, so sampling cannot miss a peak; it is read while the
last reply is due. (wait4's ru_maxrss would also count the children and the forking parent.)
"""

import os

import client
from report import Figure
from script import restore, turns
from server import Server

BAR_MB = 60


def peak_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for entry in file:
            if entry.startswith("VmHWM:"):
                return int(entry.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"no VmHWM of process {pid}")


def process_of(project):
    """The plim that works in `project`; the bench starts only one."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if (os.readlink(f"/proc/{pid}/exe") == str(client.PLIM)
                    and os.readlink(f"/proc/{pid}/cwd") == str(project)):
                return pid
        except OSError:
            continue  # gone, or not ours
    raise RuntimeError("plim is not running")


def measure(repeat=5, count=20):
    samples = []
    with client.place() as folder:
        project = client.large_project(folder)

        def look(index):
            if index == count - 1:
                samples.append(peak_mb(process_of(project)))

        for _ in range(repeat):
            restore(project)
            with Server(turns(count), before_reply=look) as server:
                run = client.Run(folder, project, ["--endpoint", server.url, "--no-verify"])
            if len(samples) == 0 or len(server.exchanges) != count:
                raise RuntimeError(f"the task ended early (exit {run.code}): {run.stderr}")
    return [Figure("memory: peak of plim in 20 turns", "MB", samples, bar=BAR_MB,
                   note="project of 1000 files")]
