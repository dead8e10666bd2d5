"""What the index of `plim search` costs: speed, size, updates, and what hostile projects do to it.

Speed is in processor time of one core, as the kernel counts it for the process and its threads, so that
it may be measured on a machine that does other things too. --mirror DIR: clones whose newest commits
are checked out together as one project; without it the figures of speed and size are left out. The first
answer is also timed by the clock on the wall, in each project of 5 MB or more by itself, and told per 10 MB.
The hostile projects are made here. In each, one small file must still be found.
"""

import json
import os
import pathlib
import random
import statistics
import subprocess
import time

import client
import retrieval
from report import Figure

REPOS = ("BurntSushi/ripgrep", "FasterXML/jackson-core", "axios/axios", "catchorg/Catch2", "expressjs/express",
         "facebook/zstd", "fmtlib/fmt", "google/gson", "grpc/grpc-go", "iamkun/dayjs", "jqlang/jq",
         "mockito/mockito", "nlohmann/json", "pytest-dev/pytest", "sphinx-doc/sphinx", "tokio-rs/tokio",
         "simdjson/simdjson")
# Of these only the beginning is indexed, and only it is counted.
DATA = {".csv", ".json", ".lock", ".log", ".map", ".po", ".pot", ".properties", ".sum", ".svg", ".toml", ".tsv",
        ".xml", ".yaml", ".yml", ""}
QUESTION = "parse_needle fails when the port of the header is empty"
NEEDLE = "def parse_needle(port):\n    return int(port)\n"
OPTIONS = {"mirror": None}


def configure(args):
    OPTIONS["mirror"] = args.mirror


class Asked:
    """One `plim search`: what it used, and what it said."""

    def __init__(self, folder, tree):
        env = {**client.environment(folder), "XDG_CACHE_HOME": str(folder / "cache")}
        out = folder / "answer.json"
        started = time.perf_counter()
        with open(out, "wb") as stdout:
            process = subprocess.Popen([client.PLIM, "-C", tree, "search", "--json", QUESTION], env=env,
                                       stdout=stdout, stderr=subprocess.DEVNULL)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.wall_s = time.perf_counter() - started
        self.cpu_s = used.ru_utime + used.ru_stime
        self.peak_mb = used.ru_maxrss * 1024 / 1e6
        if process.returncode != 0:
            raise RuntimeError(f"plim search ended with {process.returncode}")
        self.answer = json.loads(out.read_text())


def kept_bytes(folder):
    return sum(path.stat().st_size for path in (folder / "cache").rglob("*.idx"))


def text_bytes(tree):
    total = 0
    for path in tree.rglob("*"):
        if ".git" in path.parts or path.is_symlink() or not path.is_file():
            continue
        with open(path, "rb") as file:
            if b"\0" not in file.read(8192):
                total += min(path.stat().st_size, 1 << 17 if path.suffix in DATA else 1 << 20)
    return total


def check_out_all(folder, mirror):
    tree = folder / "trees"
    tree.mkdir()
    env = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
    absent = []
    for repo in REPOS:
        clone = retrieval.clone_of(mirror, repo)
        if not clone:
            absent.append(repo)
            continue
        into = str(tree / repo.replace("/", "+"))
        subprocess.run(["git", "clone", "-q", "--no-checkout", "--shared", str(clone), into], check=True, env=env)
        for step in (["read-tree", "HEAD"], ["checkout-index", "-a", "-f", "-q"]):
            subprocess.run(["git", "-C", into, *step], check=False, capture_output=True, env=env)
    if absent:
        print(f"  retrieval_cost: no clone here, so left out: {', '.join(absent)}")
    return tree


def change(files):
    for path in files:
        with open(path, "a", encoding="utf-8", errors="ignore") as file:
            file.write("\n")


def first_answers(tree):
    """Milliseconds for 10 MB, of each project that is large enough to tell: the median of three."""
    found = []
    for project in sorted(tree.iterdir()):
        megabytes = text_bytes(project) / 1e6
        if megabytes < 5:
            continue
        times = []
        for _ in range(3):
            with client.place() as folder:
                times.append(Asked(folder, project).wall_s)
        found.append(1000 * statistics.median(times) * 10 / megabytes)
        print(f"    first answer, {project.name}, {megabytes:.1f} MB: {1000 * statistics.median(times):.0f} ms")
    return found


def speed(mirror):
    with client.place() as folder:
        tree = check_out_all(folder, mirror)
        megabytes = text_bytes(tree) / 1e6
        cold = Asked(folder, tree)
        size = kept_bytes(folder) / 1e6
        files = cold.answer["health"]["files"]
        sources = sorted(path for path in tree.rglob("*") if path.suffix in (".go", ".java", ".c", ".py")
                         and ".git" not in path.parts and path.is_file() and not path.is_symlink())
        picked = random.Random(1).sample(sources, min(515, len(sources)))
        time.sleep(3)  # what is younger than the clock's tick is read again
        Asked(folder, tree)
        warm = [Asked(folder, tree) for _ in range(9)]
        still = statistics.median(asked.cpu_s for asked in warm)
        one, many = [], []
        for path in picked[:15]:  # each beside its own, for the machine's speed drifts
            before = Asked(folder, tree).cpu_s
            change([path])
            time.sleep(0.1)
            one.append((Asked(folder, tree).cpu_s - before) * 1000)
        change(picked[15:])
        many.append((Asked(folder, tree).cpu_s - still) * 1000)
        note = f"{files} files, {megabytes:.0f} MB"
        return [
            Figure("retrieval_cost: first index, all of it", "MB/s", [megabytes / cold.cpu_s], bar=12, at_least=True,
                   note=note),
            Figure("retrieval_cost: first answer from nothing, per 10 MB", "ms", first_answers(tree), bar=500),
            Figure("retrieval_cost: peak memory of that", "MB", [cold.peak_mb]),
            Figure("retrieval_cost: index per 100 MB", "MB", [100 * size / megabytes], bar=15),
            Figure("retrieval_cost: start and answer, nothing changed, per 10,000 files", "ms",
                   [1000 * each.cpu_s * 10_000 / files for each in warm], bar=80),
            Figure("retrieval_cost: one file changed, beside that", "ms", one, bar=5),
            Figure(f"retrieval_cost: {len(picked) - 15} files changed, beside that", "ms", many, bar=700),
        ]


def minified(tree):
    piece = "function a%d(b,c){return b&&c?b(c,\"x}\",/[{]/):a%d(c,{d:[1,2,{e:b}]})}"
    (tree / "app.js").write_text(";".join(piece % (n, n) for n in range(70_000)))


def generated_header(tree):
    (tree / "registers.h").write_text("".join(f"#define REG_{n}_BASE (0x{n:08x}U)  /* {n} */\n" for n in range(120_000)))


def binaries(tree):
    for n in range(20):
        (tree / f"picture{n}.png").write_bytes(random.Random(n).randbytes(4_000_000))


def not_utf8(tree):
    for n in range(10):
        (tree / f"latin{n}.c").write_bytes(b"/* caf\xe9 \xff\xfe */ int caf\xe9%d;\n" % n * 30_000)


def nested(tree):
    (tree / "deep.cpp").write_text("f(){" * 200_000)
    (tree / "open.js").write_text("var a=" + "[(" * 400_000)
    (tree / "deep.json").write_text("[" * 1_000_000)
    (tree / "quotes.rs").write_text("let a = r#\"" + "'" * 900_000)


def links(tree):
    for n in range(500):
        folder = tree / f"f{n}"
        folder.mkdir()
        (folder / "up").symlink_to("..")
        (folder / "self").symlink_to("self")
    os.mkfifo(tree / "pipe.py")


def deep_folders(tree):
    path = tree
    for n in range(80):
        path = path / f"folder{n}"
    path.mkdir(parents=True)
    (path / "a.py").write_text("def deep(): pass\n")


def many_files(tree):
    for n in range(100):
        folder = tree / f"part{n}"
        folder.mkdir()
        for m in range(1000):
            (folder / f"m{m}.py").write_text(f"def value_{n}_{m}(): return {m}\n")


def closed(tree):
    folder = tree / "closed"
    folder.mkdir()
    (folder / "a.py").write_text("def hidden(): pass\n")
    folder.chmod(0)


HOSTILE = {"a minified script of 5 MB": minified, "a generated header of 5 MB": generated_header,
           "80 MB of binaries": binaries, "bytes that are no UTF-8, 9 MB": not_utf8,
           "braces that never close": nested, "1000 links in circles": links, "80 folders in folders": deep_folders,
           "a folder that may not be read": closed, "100,000 files of a line": many_files}


def hostile():
    figures = []
    for name, make in HOSTILE.items():
        if make is closed and os.geteuid() == 0:
            print(f"  retrieval_cost: {name}: skipped: nothing is closed to root")
            continue
        with client.place() as folder:
            tree = folder / "project"
            tree.mkdir()
            (tree / "needle.py").write_text(NEEDLE)
            make(tree)
            cold = Asked(folder, tree)
            warm = Asked(folder, tree)
            for asked in (cold, warm):
                if "needle.py" not in [hit["path"] for hit in asked.answer["files"][:3]]:
                    raise RuntimeError(f"{name}: the needle was not found")
            health = {key: value for key, value in cold.answer["health"].items() if value}
            if make is closed and not health.get("unreadable"):
                raise RuntimeError("the closed folder was not reported")
            said = ", ".join(f"{key} {value}" for key, value in health.items())
            figures.append(Figure(f"retrieval_cost: {name}, memory", "MB", [cold.peak_mb], bar=200,
                                  note=f"{cold.cpu_s:.2f} s at first, {warm.cpu_s:.2f} s again; {said}"))
            if make is closed:
                (tree / "closed").chmod(0o700)
    return figures


def measure():
    figures = hostile()
    if not OPTIONS["mirror"]:
        print("  retrieval_cost: speed and size skipped: they need clones of repositories, --mirror DIR")
        return figures
    return speed(pathlib.Path(OPTIONS["mirror"])) + figures
