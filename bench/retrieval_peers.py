"""Peers of `plim search` on the same work tree and the same issue text. Each is a function of
(folder, text) that returns paths, best first. Absent programs are left out, and said so."""

import collections
import math
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
SOURCE = re.compile(r"\.(c|h|cc|cpp|hpp|hh|inl|py|go|rs|js|mjs|ts|tsx|jsx|java|kt|rb|php|lua|sh)$")
MAX_BYTES = 1 << 20
DEPTH = 50


def words(text, most=60):
    """The text's words, the most frequent first."""
    counts = collections.Counter(word for word in WORD.findall(text))
    return [word for word, _ in counts.most_common(most)]


def source_files(folder):
    listed = subprocess.run(["git", "-C", folder, "ls-files", "-z"], capture_output=True, check=True)
    return [path for path in listed.stdout.decode(errors="replace").split("\0") if SOURCE.search(path)]


def text_of(folder, path):
    try:
        return (folder / path).read_text(errors="replace")[:MAX_BYTES]
    except OSError:
        return ""


def ripgrep(folder, text):
    """Files by how many lines hold any word of the text: what an agent does by hand."""
    command = ["rg", "--no-config", "-c", "-i", "-w", "-F"]
    for word in words(text):
        command += ["-e", word]
    found = subprocess.run([*command, "."], cwd=folder, capture_output=True, check=False)
    counts = []
    for line in found.stdout.decode(errors="replace").splitlines():
        path, _, count = line.rpartition(":")
        if SOURCE.search(path):
            counts.append((-int(count), path.removeprefix("./")))
    return [path for _, path in sorted(counts)[:DEPTH]]


def fts5(folder, text):
    """SQLite FTS5 with its BM25, words as they are: source files, all words of the text, OR."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE f USING fts5(path, body)")
    database.executemany("INSERT INTO f VALUES (?, ?)",
                         ((path, text_of(folder, path)) for path in source_files(folder)))
    query = " OR ".join(f'"{word}"' for word in words(text)) or '""'
    rows = database.execute("SELECT path FROM f WHERE f MATCH ? ORDER BY bm25(f) LIMIT ?", (query, DEPTH))
    return [path for path, in rows]


def definitions(folder):
    """{name: files that define it}, by ctags."""
    tags = subprocess.run(["ctags", "-R", "-x", "--_xformat=%N\t%F", "--exclude=.git", "."], cwd=folder,
                          capture_output=True, check=False).stdout.decode(errors="replace")
    files_of = collections.defaultdict(set)
    for line in tags.splitlines():
        name, _, path = line.partition("\t")
        if SOURCE.search(path):
            files_of[name].add(path.removeprefix("./"))
    return files_of


def best(scores):
    return [path for path, _ in sorted(scores.items(), key=lambda item: (-item[1], item[0]))][:DEPTH]


def ctags_ripgrep(folder, text):
    """Files that define a name of the text (rare ones most), then by ripgrep's count."""
    files_of = definitions(folder)
    scores = collections.Counter()
    for name in set(words(text, 200)) & files_of.keys():
        for path in files_of[name]:
            scores[path] += 1 / len(files_of[name])
    rest = [path for path in ripgrep(folder, text) if path not in scores]
    return (best(scores) + rest)[:DEPTH]


def codesearch(folder, text):
    """Google's codesearch, asked for each word on its own: files by their words, rare ones most."""
    with tempfile.TemporaryDirectory() as place:
        env = {**os.environ, "CSEARCHINDEX": f"{place}/index"}
        subprocess.run(["cindex", str(folder)], env=env, capture_output=True, check=False)
        scores = collections.Counter()
        for word in words(text):
            found = subprocess.run(["csearch", "-l", "-i", rf"\b{word}\b"], env=env, capture_output=True,
                                   check=False).stdout.decode(errors="replace").splitlines()
            paths = [path.removeprefix(f"{folder}/") for path in found if SOURCE.search(path)]
            for path in paths:
                scores[path] += 1 / len(paths)
    return best(scores)


def repository_map(folder, text):
    """An emulation of aider's repository map: files point at those that define what they name, more for
    names in the text, long ones and rare ones; PageRank, starting at files the text names."""
    files_of = definitions(folder)
    asked = set(words(text, 10 ** 6))
    paths = source_files(folder)
    edges = {path: collections.Counter() for path in paths}
    for path in paths:
        for name, count in collections.Counter(WORD.findall(text_of(folder, path))).items():
            definers = files_of.get(name, ())
            weight = math.sqrt(count) * (10 if name in asked else 1) * (.1 if name[0] == "_" else 1)
            weight *= 10 if len(name) >= 8 and ("_" in name or name.lower() != name) else 1
            weight *= .1 if len(definers) > 5 else 1
            for definer in definers:
                edges[path][definer] += weight
    named = [path for path in paths if path.rpartition("/")[2].partition(".")[0] in asked] or paths
    start = {path: 1 / len(named) for path in named}
    rank = dict(start)
    for _ in range(30):
        flow = collections.Counter({path: .15 * share for path, share in start.items()})
        for path, share in rank.items():
            out = edges.get(path) or start
            total = sum(out.values())
            for target, weight in out.items():
                flow[target] += .85 * share * weight / total
        rank = flow
    return best(rank)


def bm25(folder, text):
    """Textbook BM25 over source files, names split into their parts, the path counted five times."""
    def terms(content):
        for word in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", content):
            yield word.lower()
            parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", word)
            if len(parts) > 1:
                yield from (part.lower() for part in parts)

    query = collections.Counter(terms(text))
    documents, frequency = [], collections.Counter()
    for path in source_files(folder):
        counts = collections.Counter(terms(text_of(folder, path)))
        for term in terms(path):
            counts[term] += 5
        documents.append((path, {term: counts[term] for term in query if term in counts},
                          sum(counts.values())))
        frequency.update(documents[-1][1].keys())
    average = sum(length for *_, length in documents) / max(1, len(documents))
    ranked = []
    for path, counts, length in documents:
        score = sum(min(query[term], 3) * math.log(1 + (len(documents) - frequency[term] + .5) /
                                                   (frequency[term] + .5)) *
                    count * 2.2 / (count + 1.2 * (.25 + .75 * length / average))
                    for term, count in counts.items())
        ranked.append((-score, path))
    return [path for _, path in sorted(ranked)[:DEPTH]]


def found():
    """(peers that are here by name, names of those that are not)."""
    peers = {"BM25": bm25, "SQLite FTS5": fts5}
    absent = []
    for name, program, peer in (("ripgrep counts", "rg", ripgrep), ("ctags + ripgrep", "ctags", ctags_ripgrep),
                                ("codesearch", "cindex", codesearch),
                                ("aider's map, emulated", "ctags", repository_map)):
        if shutil.which(program):
            peers[name] = peer
        else:
            absent.append(program)
    return peers, absent
