"""Error logs: does the file that was at fault come first, and how much does trimming keep?

Defects4J (rjust/defects4j, `--mirror DIR`: a clone of it in or beneath DIR) holds, for 864 real bugs of 17 Java
projects, what the failing tests printed and which classes the fix changed. Its sources are elsewhere, so the
project is given as paths only: every class that any of the project's bugs loads or changes, each an empty file;
what is measured is what a log alone can tell: frames, the names of tests, names in messages. Peer in the same
run: the order in which ripgrep-like counting of the log's words would put the same paths. Bugs with an odd number were
looked at while the weights were set; those with an even number are the held-back half.

Trimming is measured by the unit test LogFixtures, on the logs in tests/logs.
"""

import collections
import os
import pathlib
import re
import subprocess
import tempfile

import client
import report

KINDS = ("trigger_tests", "modified_classes", "loaded_classes")
TOP = (1, 3, 10)
OPTIONS = {"mirror": None}


def configure(args):
    OPTIONS["mirror"] = args.mirror


def find_clone(mirror):
    """The git directory of Defects4J in `mirror`, or None."""
    for name in (".", "defects4j", "rjust+defects4j/repo", "rjust+defects4j", "rjust/defects4j"):
        for git in (pathlib.Path(mirror) / name, pathlib.Path(mirror) / name / ".git"):
            if (git / "HEAD").exists():
                listed = subprocess.run(["git", "-C", git, "ls-tree", "HEAD", "framework/projects/Lang"],
                                        capture_output=True, check=False)
                if listed.stdout:
                    return git
    return None


def read_blobs(git):
    """path in framework/projects -> bytes, of the files that are needed."""
    listing = subprocess.run(["git", "-C", git, "ls-tree", "-r", "HEAD", "framework/projects"],
                             capture_output=True, text=True, check=True).stdout
    wanted = {}
    for line in listing.splitlines():
        meta, path = line.split("\t")
        parts = path.split("/")
        if len(parts) == 5 and parts[3] in KINDS:
            wanted[tuple(parts[2:])] = meta.split()[2]
    blobs = {}
    with subprocess.Popen(["git", "-C", git, "cat-file", "--batch"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as cat:
        for key, name in wanted.items():
            cat.stdin.write(name.encode() + b"\n")
            cat.stdin.flush()
            head = cat.stdout.readline().split()
            if head[1] != b"missing":
                blobs[key] = cat.stdout.read(int(head[2]))
                cat.stdout.read(1)
        cat.stdin.close()
    return blobs


def to_path(name, folder):
    return f"{folder}/{name.split('$')[0].replace('.', '/')}.java"


def read_bugs(git):
    """[(project, number, log, gold paths)] and project -> paths."""
    blobs = read_blobs(git)
    sources, tests, bugs = collections.defaultdict(set), collections.defaultdict(set), []
    for (project, kind, name), data in sorted(blobs.items()):
        text = data.decode("utf-8", "replace")
        if kind == "trigger_tests":
            tests[project] |= set(re.findall(r"^--- (\S+?)(?:::|$)", text, re.M))
            gold = blobs.get((project, "modified_classes", name + ".src"), b"").decode().split()
            bugs.append((project, int(name), data, {to_path(g, "src/main/java") for g in gold}))
        elif name.endswith(".src"):
            sources[project] |= set(text.split())
    paths = {project: {to_path(s, "src/main/java") for s in sources[project] - tests[project]}
             | {to_path(t, "src/test/java") for t in tests[project]} for project in sources}
    return bugs, paths


def ranked(root, log, cache):
    env = {**os.environ, "XDG_CACHE_HOME": cache, "XDG_STATE_HOME": cache}
    run = subprocess.run([client.PLIM, "-C", root, "search", "--log", "-", "--files", "--limit", "10"],
                         input=log, env=env, capture_output=True, check=False)
    if run.returncode != 0:
        raise RuntimeError(run.stderr.decode("utf-8", "replace"))
    return run.stdout.decode().split()


def counted(paths, log):
    """Peer: paths by how often the log names their class, longest name first among equals."""
    words = collections.Counter(re.findall(r"[A-Za-z_]\w+", log.decode("utf-8", "replace")))
    scored = [(-words[pathlib.PurePath(path).stem], path) for path in paths]
    return [path for score, path in sorted(scored) if score < 0][:10]


def shares(ranks):
    return {top: 100 * sum(rank < top for rank in ranks) / max(len(ranks), 1) for top in TOP}


def rank_of(found, gold):
    return min((i for i, path in enumerate(found) if path in gold), default=99)


def measure():
    git = find_clone(OPTIONS["mirror"]) if OPTIONS["mirror"] else None
    if git is None:
        print("  logs: skipped: no clone of rjust/defects4j beneath --mirror DIR")
        return []
    bugs, paths = read_bugs(git)
    ours, peers, held_back = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for project, files in paths.items():
            for file in files:
                place = pathlib.Path(folder, project, file)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch()
        for project, number, log, gold in bugs:
            rank = rank_of(ranked(pathlib.Path(folder, project), log, folder + "/cache"), gold)
            ours.append(rank)
            if number % 2 == 0:
                held_back.append(rank)
            peers.append(rank_of(counted(paths[project], log), gold))
    figures = []
    for name, ranks, bar in (("plim search --log", ours, 65), ("its held-back half", held_back, None),
                             ("names counted in the log", peers, None)):
        for top, share in shares(ranks).items():
            figures.append(report.Figure(f"defects4j top {top}, {name}", "%", [share],
                                         bar if top == 3 else None, True, f"{len(ranks)} bugs"))
    return figures
