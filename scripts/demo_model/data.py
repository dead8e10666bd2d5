"""Turns generated episodes into batches of token ids and loss weights, in a worker process."""

import hashlib
import json
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np

import chat
import generate
from runner import Workdir
from tokenizer import Tokenizer

SHARD = 1024  # episodes that share a seed; training resumes at a shard
LENGTHS = (384, 448, 512, 640, 768)  # longer episodes are left out
BATCH_TOKENS = 8192
CONTEXT_WEIGHT = 0.1  # of what the model reads, against 1.0 for what it writes


def encode(episode: dict, tokenizer: Tokenizer) -> tuple[np.ndarray, np.ndarray]:
    """(token ids, how much predicting each token counts)."""
    ids: list[int] = []
    weights: list[float] = []
    for text, own in chat.render(episode["messages"]):
        part = tokenizer.encode(text)
        ids += part
        mistake = not own and text.endswith("<|im_end|>")
        weights += [1.0 if own else 0.0 if mistake else CONTEXT_WEIGHT] * len(part)
    return np.array(ids, np.int64), np.array(weights, np.float32)


def shard(seed: int, number: int, folder: Path) -> list[dict]:
    return list(generate.episodes(seed * 100_000 + number, SHARD, False, Workdir(folder)))


def _produce(queue, seed: int, first: int, tokenizer_path: Path, folder: Path) -> None:
    if hasattr(os, "sched_setaffinity"):  # training may be pinned to one core; this need not share it
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    os.nice(5)
    tokenizer = Tokenizer.load(tokenizer_path)
    number = first
    while True:
        episodes = shard(seed, number, folder)
        digest = hashlib.sha256(json.dumps(episodes).encode()).hexdigest()
        queue.put((number, digest, list(batches([encode(e, tokenizer) for e in episodes], Random(number)))))
        number += 1


def batches(encoded: list[tuple[np.ndarray, np.ndarray]], rng: Random | None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Groups of equal padded length, in random order: (ids [n, length + 1], weights [n, length])."""
    groups: dict[int, list] = {length: [] for length in LENGTHS}
    for ids, weights in encoded:
        if length := next((n for n in LENGTHS if n >= len(ids) - 1), None):
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
    while True:
        yield queue.get()
