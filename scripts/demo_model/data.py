"""Turns generated episodes into batches of token ids and loss weights, in a worker process."""

import contextlib
import hashlib
import json
import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from random import Random

import numpy as np

import chat
import generate
from runner import Workdir, without_time
from tokenizer import Tokenizer

SHARD = 1024  # sequences that share a seed; training resumes at a shard
BATCH_TOKENS = 8192


@dataclass(frozen=True)
class Stage:
    """A part of training. Weights are of a token's loss, against 1.0 for what the model writes."""

    first_shard: int
    lengths: tuple[int, ...]  # batches are padded to these; longer episodes are left out
    context: float  # weight of what the model reads
    edit: float  # weight of line number and new text in an edit
    varied_mistakes: bool
    real: float = 0.5  # share of English words among the nouns
    damages: bool = False  # mistakes that hit a good line, which must then be restored
    episodes: int = SHARD
    glimpses: int = 0  # sequences of module and edit alone, beside the episodes


# First whole episodes, with a little weight on what is read, so that copying forms; then longer ones
# with recoveries; then weight on the two decisions that stay hard, which line and what it should
# say; then made-up words, so that held-out ones are copied as well as known ones; last, module and
# edit alone, which gives three times as many decisions per token, and wrong lines to restore.
STAGES = (
    Stage(0, (384, 448, 512, 640, 768), context=0.1, edit=1.0, varied_mistakes=False),
    Stage(7, (384, 448, 512, 640, 768, 1024), context=0.02, edit=1.0, varied_mistakes=True),
    Stage(9, (384, 448, 512, 640, 768, 1024), context=0.02, edit=5.0, varied_mistakes=True),
    Stage(13, (384, 448, 512, 640, 768, 1024), context=0.005, edit=5.0, varied_mistakes=True, real=0.15),
    Stage(22, (192, 256, 512, 640, 768, 1024), context=0.005, edit=5.0, varied_mistakes=True, real=0.15,
          episodes=512, glimpses=1536),
    Stage(24, (192, 256, 512, 640, 768, 1024), context=0.005, edit=5.0, varied_mistakes=True, real=0.15,
          damages=True, episodes=768, glimpses=1280),
)


def stage_of(shard_number: int) -> Stage:
    return [s for s in STAGES if s.first_shard <= shard_number][-1]


def encode(episode: dict, tokenizer: Tokenizer, stage: Stage) -> tuple[np.ndarray, np.ndarray]:
    """(token ids, how much predicting each token counts)."""
    ids: list[int] = []
    weights: list[float] = []
    line = tokenizer.ids["line"]
    for text, own in chat.render(episode["messages"]):
        part = tokenizer.encode(text)
        mistake = not own and text.endswith("<|im_end|>")
        weights += [1.0 if own else 0.0 if mistake else stage.context] * len(part)
        if own and '"name": "edit"' in text:
            rest = len(part) - part.index(line)
            weights[-rest:] = [stage.edit] * rest
            if "family" not in episode:  # a glimpse does not show the path
                weights[-len(part) : -rest] = [0.0] * (len(part) - rest)
        ids += part
    return np.array(ids, np.int64), np.array(weights, np.float32)


def shard(seed: int, number: int, folder: Path) -> list[dict]:
    stage = stage_of(number)
    work, seed = Workdir(folder), seed * 100_000 + number
    return [*generate.episodes(seed, stage.episodes, False, work, stage.varied_mistakes, stage.real,
                                stage.damages),
            *generate.glimpses(seed, stage.glimpses, work, stage.real)]


def digest(episodes: list[dict]) -> str:
    """SHA-256 of a shard; how long its tests took does not count."""
    return hashlib.sha256(without_time(json.dumps(episodes)).encode()).hexdigest()


def _produce(queue, seed: int, first: int, tokenizer_path: Path, folder: Path) -> None:
    if hasattr(os, "sched_setaffinity"):  # training may be pinned to one core; this need not share it
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    os.nice(5)
    tokenizer = Tokenizer.load(tokenizer_path)
    number = first
    while True:
        episodes = shard(seed, number, folder)
        stage = stage_of(number)
        encoded = [encode(e, tokenizer, stage) for e in episodes]
        queue.put((number, digest(episodes), list(batches(encoded, stage.lengths, Random(number)))))
        number += 1


def batches(encoded: list[tuple[np.ndarray, np.ndarray]], lengths: tuple[int, ...],
            rng: Random | None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Groups of equal padded length, in random order: (ids [n, length + 1], weights [n, length])."""
    groups: dict[int, list] = {length: [] for length in lengths}
    for ids, weights in encoded:
        if length := next((n for n in lengths if n >= len(ids) - 1), None):
            groups[length].append((ids, weights))
    out = []
    for length, rows in groups.items():
        size = BATCH_TOKENS // length
        for start in range(0, len(rows) - (size - 1 if rng else 0), size):
            ids = np.zeros((size, length + 1), np.int64)
            weights = np.zeros((size, length + 1), np.float32)
            for row, (i, w) in enumerate(rows[start : start + size]):
                ids[row, : len(i)], weights[row, : len(w)] = i, w
            out.append((ids, weights[:, 1:]))
    if rng:
        rng.shuffle(out)
    yield from out


def stream(seed: int, first: int, tokenizer_path: Path, folder: Path) -> Iterator[tuple[int, str, list]]:
    """Endless (shard number, SHA-256 of its episodes, its batches), produced one shard ahead."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue(maxsize=1)
    worker = context.Process(target=_produce, args=(queue, seed, first, tokenizer_path, folder), daemon=True)
    worker.start()
    while worker.is_alive():
        with contextlib.suppress(Empty):
            yield queue.get(timeout=10)
    raise RuntimeError("the data worker has died; its message is above")
