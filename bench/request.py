"""request: bytes of the first request of a one-line task, in a project without instructions."""

import client
import peers
from report import Figure
from server import Server

BAR_BYTES = 4500
TASK = "Fix the bug in main.cpp"

# First request bodies of others for the same task, as they arrived at a logging endpoint in
# November 2026: for where they are not installed.
OTHERS = {"pi": 5534, "opencode": 30700, "codex": 39632, "qwen": 67889}


def measure():
    with client.place() as folder:
        project = folder / "project"
        project.mkdir()
        (project / "main.cpp").write_text("int main() { return 1; }\n")
        with Server() as server:
            client.Run(folder, project, ["--endpoint", server.url, "--no-verify"], TASK)
        figures = [Figure("request: first body of plim", "bytes", [len(server.exchanges[0].body)],
                          bar=BAR_BYTES)]
        here, _ = peers.found()
        for name, size in OTHERS.items():
            # With tools: OpenCode asks for a title of the conversation first.
            got = (peers.first_request(here[name], folder, project, TASK, wanted=b'"tools"')
                   if name in here else None)
            figures.append(Figure(f"request: first body of {name}", "bytes",
                                  [got[1] if got else size],
                                  note="peer" if got else "peer, 2026-11, not in this run"))
    return figures
