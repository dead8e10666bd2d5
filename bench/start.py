"""start: from starting the process to its first chat request on the wire."""

import client
import peers
from report import Figure
from server import Server

BAR_MS = 50


def plim_ms(folder, project):
    with Server() as server:
        run = client.Run(folder, project, ["--endpoint", server.url, "--no-verify"])
        if not server.exchanges:
            raise RuntimeError(f"plim sent no request (exit {run.code}): {run.stderr}")
        return (server.exchanges[0].arrived - run.started) / 1e6


def measure(repeat=21):
    here, absent = peers.found()
    samples = {name: [] for name in ("plim run", "plim run, 1000 files", *here)}
    with client.place() as folder, client.place() as other:
        project, large = client.small_project(folder), client.large_project(other)
        plim_ms(folder, project)  # page cache; also makes the state folders, as a user's second run
        for turn in range(repeat):
            samples["plim run"].append(plim_ms(folder, project))
            samples["plim run, 1000 files"].append(plim_ms(other, large))
            for name, prepare in here.items():
                # One in seven for those that take seconds.
                if name.startswith("python3") or turn % 7 == 0:
                    samples[name].append(peers.first_request(prepare, folder, project))
    figures = [Figure("start: plim run", "ms", samples.pop("plim run"), bar=BAR_MS),
               Figure("start: plim run, 1000 files", "ms", samples.pop("plim run, 1000 files"))]
    for name, values in samples.items():
        got = [value[0] for value in values if value is not None]
        if got:
            figures.append(Figure(f"start: {name}", "ms", got, note="peer"))
        else:
            print(f"  start: {name} is here but sent no request; left out")
    if absent:
        print(f"  start: not on PATH, so not compared: {', '.join(absent)}")
    return figures
