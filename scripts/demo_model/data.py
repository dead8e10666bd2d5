"""Turns generated episodes into batches of token ids and loss weights, in a worker process."""

import contextlib
import hashlib
import json
import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, Full
from random import Random

import numpy as np

import chat
import generate
from functions import COMPARISON, FAMILIES, METHOD, MISSING_RETURN, OFF_BY_ONE, OPERATOR, START, VARIABLE
from projects import Mix
from runner import without_time
from tokenizer import FIM, Tokenizer

BATCH_TOKENS = 8192
COMPLETION = 3.0  # weight of a middle's tokens


@dataclass(frozen=True)
class Stage:
    """A part of training. Weights are of a token's loss, against 1.0 for what the model writes."""

    first_shard: int
    lengths: tuple[int, ...]  # batches are padded to these; longer episodes are left out
    context: float  # weight of what the model reads
    edit: float  # weight of line number and new text in an edit
    mix: Mix
    episodes: int = 0  # in each shard
    openings: int = 0  # episodes that stop at their last edit: what follows is easy
    glimpses: int = 0  # sequences of module and edit alone
    completions: int = 0  # fill-in-the-middle


_FIRST = Mix(languages=("python",), families=(OPERATOR, START, COMPARISON, OFF_BY_ONE, VARIABLE, MISSING_RETURN))
_WEAK = (*FAMILIES, MISSING_RETURN, COMPARISON, VARIABLE, METHOD)  # those still hardest come twice
_HARDEST = (VARIABLE, VARIABLE, MISSING_RETURN, OPERATOR, START)
_LONG = (192, 256, 384, 512, 640, 768, 1024)
# The first phase forms copying, on one language and six families: whole episodes with a little weight on
# what is read; then weight on the two decisions that stay hard, which line and what it should say; then
# made-up words, so that held-out ones are copied as well as known ones; last, module and edit alone,
# which gives three times as many decisions per token. The second phase brings everything else, in
# glimpses first, and ends on the decisions as an episode has them, after the test's output.
PHASES = {
    "first": (
        Stage(0, (384, 448, 512, 640, 768), 0.1, 1.0, _FIRST, episodes=1024),
        Stage(7, (384, 448, 512, 640, 768, 1024), 0.02, 5.0, _FIRST, episodes=1024),
        Stage(13, (384, 448, 512, 640, 768, 1024), 0.005, 5.0, replace(_FIRST, real=0.15), episodes=1024),
        Stage(22, _LONG, 0.005, 5.0, replace(_FIRST, real=0.15), episodes=640, glimpses=1408),
    ),
    "second": (
        Stage(0, _LONG, 0.05, 2.0, Mix(real=0.4), episodes=512, glimpses=1024, completions=512),
        Stage(3, _LONG, 0.01, 5.0, Mix(real=0.3), episodes=384, glimpses=1792, completions=512),
        Stage(10, _LONG, 0.005, 5.0, Mix(real=0.15), episodes=448, glimpses=1664, completions=512),
        Stage(19, _LONG, 0.005, 5.0, Mix(real=0.15), episodes=256, openings=960, glimpses=704, completions=448),
        Stage(26, _LONG, 0.005, 5.0, Mix(real=0.15, families=_WEAK), episodes=256, openings=1024, glimpses=768,
              completions=320),
        Stage(37, _LONG, 0.005, 5.0, Mix(real=0.05, invented=0.5, families=(*_WEAK, VARIABLE)), episodes=384,
              openings=1024, glimpses=640, completions=192),
        Stage(41, _LONG, 0.005, 5.0, Mix(real=0.1, invented=0.5, families=(*_WEAK, *_HARDEST)), episodes=384,
              openings=1024, glimpses=640, completions=192),
        Stage(54, _LONG, 0.005, 5.0, Mix(real=0.1, invented=0.7, families=(*_WEAK, *_HARDEST)), episodes=384,
              openings=1024, glimpses=640, completions=192),
    ),
}


def stage_of(phase: str, shard_number: int) -> Stage:
    return [s for s in PHASES[phase] if s.first_shard <= shard_number][-1]


def encode(sample: dict, tokenizer: Tokenizer, stage: Stage) -> tuple[np.ndarray, np.ndarray]:
    """(token ids, how much predicting each token counts)."""
    return encode_completion(sample, tokenizer) if "middle" in sample else encode_episode(sample, tokenizer, stage)


def encode_completion(sample: dict, tokenizer: Tokenizer) -> tuple[np.ndarray, np.ndarray]:
    """In the order of llama-server's /infill, each part cut by itself, and the loss on the middle."""
    ids: list[int] = []
    for mark, part in zip(FIM, ("prefix", "suffix", "middle"), strict=True):
        start = len(ids) + 1
        ids += [tokenizer.ids[mark], *tokenizer.encode(sample[part])]
    ids.append(tokenizer.end_of_text)
    weights = [0.0] * start + [COMPLETION] * (len(ids) - start)
    return np.array(ids, np.int64), np.array(weights, np.float32)


def encode_episode(episode: dict, tokenizer: Tokenizer, stage: Stage) -> tuple[np.ndarray, np.ndarray]:
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
            if "kind" not in episode:  # a glimpse does not show the path
                weights[-len(part) : -rest] = [0.0] * (len(part) - rest)
        ids += part
    return np.array(ids, np.int64), np.array(weights, np.float32)


def shard(phase: str, seed: int, number: int, folder: Path) -> list[dict]:
    stage = stage_of(phase, number)
    runner, seed = generate.Runner(folder), seed * 100_000 + number
    episodes = list(generate.episodes(seed, stage.episodes + stage.openings, runner, stage.mix))
    return [*episodes[: stage.episodes], *map(opening, episodes[stage.episodes :]),
            *generate.glimpses(seed, stage.glimpses, runner, stage.mix),
            *generate.completions(seed, stage.completions, stage.mix)]


def opening(episode: dict) -> dict:
    """The episode up to its last edit."""
    messages = episode["messages"]
    edits = [n for n, m in enumerate(messages) if any(c["name"] == "edit" for c in m.get("tool_calls", []))]
    return episode | {"messages": messages[: edits[-1] + 1] if edits else messages}


def digest(episodes: list[dict]) -> str:
    """SHA-256 of a shard; how long its tests took does not count."""
    return hashlib.sha256(without_time(json.dumps(episodes)).encode()).hexdigest()


def _produce(queue, phase: str, seed: int, first: int, tokenizer_path: Path, folder: Path) -> None:
    if hasattr(os, "sched_setaffinity"):  # training may be pinned to one core; this need not share it
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
    os.nice(5)
    tokenizer = Tokenizer.load(tokenizer_path)
    number = first
    while True:
        episodes = shard(phase, seed, number, folder)
        stage = stage_of(phase, number)
        encoded = [encode(e, tokenizer, stage) for e in episodes]
        made = number, digest(episodes), list(batches(encoded, stage.lengths, Random(number)))
        while multiprocessing.parent_process().is_alive():
            with contextlib.suppress(Full):
                queue.put(made, timeout=10)
                break
        else:
            return  # training was stopped
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


def stream(phase: str, seed: int, first: int, tokenizer_path: Path, folder: Path) -> Iterator[tuple[int, str, list]]:
    """Endless (shard number, SHA-256 of its episodes, its batches), produced one shard ahead."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue(maxsize=1)
    worker = context.Process(target=_produce, args=(queue, phase, seed, first, tokenizer_path, folder), daemon=True)
    worker.start()
    while worker.is_alive():
        with contextlib.suppress(Empty):
            yield queue.get(timeout=10)
    raise RuntimeError("the data worker has died; its message is above")
