"""sandbox: what confining costs a command. The `run` tool runs `true`, twenty times."""

import subprocess

import client
from report import Figure
from server import Server, call, now


def timed_ms(command, project):
    start = now()
    subprocess.run(command, cwd=project, check=True, stdin=subprocess.DEVNULL)
    return (now() - start) / 1e6


def measure(repeat=20):
    # Each command differs, so that the guard against going in circles does not step in.
    replies = [call("run", command=f"true {index}") for index in range(repeat)]
    bare = ["sh", "-c", "true"]
    bwrap = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", *bare]
    with client.place() as folder:
        project = client.small_project(folder)
        with Server(replies) as server:
            run = client.Run(folder, project, ["--endpoint", server.url, "--no-verify"])
        results = run.of("tool_finished")
        if len(results) != repeat or any(result["is_error"] for result in results):
            raise RuntimeError(f"the commands did not run: {results or run.stderr}")
        figures = [Figure("sandbox: run `true` through plim", "ms",
                          [result["seconds"] * 1000 for result in results]),
                   Figure("sandbox: sh -c true, unconfined", "ms",
                          [timed_ms(bare, project) for _ in range(repeat)], note="peer")]
        if subprocess.run(bwrap, cwd=project, capture_output=True).returncode == 0:
            figures.append(Figure("sandbox: bwrap --unshare-all sh -c true", "ms",
                                  [timed_ms(bwrap, project) for _ in range(repeat)], note="peer"))
        else:
            print("  sandbox: a bare bwrap cannot start here (nested?), so is not compared")
    return figures
