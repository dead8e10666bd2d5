"""Trains the demonstration model and exports it.

    python3 scripts/demo_model/train.py --out /tmp/demo-model --steps 3400

Resumes from OUT/checkpoint.pt when there is one. Writes OUT/tokenizer.json, OUT/checkpoint.pt,
OUT/curve.csv and OUT/data.json (hashes of every training shard). One CPU thread with bf16 matrix
instructions needs about an hour; a CUDA device is used when present.
"""

import argparse
import csv
import ctypes
import json
import os
import shutil
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

import chat
import data
import generate
from model import Config, DemoModel
from optim import Optimizer
from runner import Workdir
from tokenizer import Tokenizer, train as train_tokenizer

HELD_OUT_EPISODES = 96


def prepare_cpu(threads: int) -> None:
    """Keeps freed memory (page faults cost a fifth of a step) and lets inductor use vector code."""
    torch.set_num_threads(threads)
    libc = ctypes.CDLL(None)
    for option, value in ((-4, 0), (-1, 2**31 - 1), (-2, 2**28)):  # M_MMAP_MAX, M_TRIM_THRESHOLD, M_TOP_PAD
        libc.mallopt(option, value)


def compiled(model: DemoModel) -> nn.Module:
    """torch.compile with vectorised code, where Debian's torch can be made to do it: 1.6x faster."""
    if next(model.parameters()).is_cuda:
        return torch.compile(model, dynamic=False)
    header = Path(torch.__file__).parent / "include/torch/csrc/inductor/cpp_prefix.h"
    try:
        ctypes.CDLL("libsleef.so.3", ctypes.RTLD_GLOBAL)  # inductor's kernels need its symbols
    except OSError:
        return model
    if not (shutil.which("g++") and header.exists()):
        print("without g++ and libtorch-dev: not compiled, slower", flush=True)
        return model
    torch._inductor.config.cpp.vec_isa_ok = True
    torch._dynamo.config.recompile_limit = 64
    return torch.compile(model, dynamic=False)


def schedule(step: int, steps: int, warmup: int = 60, decay: float = 0.4) -> float:
    if step < warmup:
        return (step + 1) / warmup
    left = (steps - step) / (steps * decay)
    return max(0.0, min(1.0, left))


def loss_of(model, ids: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    logits = model(ids[:, :-1]).float()
    losses = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    return (losses * weights.flatten()).sum() / weights.sum()


@torch.no_grad()
def measure(model, held: list[dict], tokenizer: Tokenizer, cast) -> dict[str, float]:
    """Teacher-forced on held-out words: loss, and how many edit calls are right to the last token."""
    loss = tokens = right = edits = 0.0
    mark = tokenizer.ids["edit"]
    call = tokenizer.ids["<tool_call>"]
    stage = data.STAGES[-1]
    device = next(model.parameters()).device
    for ids, weights in data.batches([data.encode(e, tokenizer, stage) for e in held], stage.lengths, None):
        ids, weights = torch.from_numpy(ids).to(device), torch.from_numpy(weights).to(device)
        with cast():
            logits = model(ids[:, :-1]).float()
        own = weights >= 1.0
        losses = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none").view_as(weights)
        loss, tokens = loss + losses[own].sum().item(), tokens + own.sum().item()
        wrong = (logits.argmax(-1) != ids[:, 1:]) & own
        for row in range(len(ids)):
            inside = own[row].tolist()
            target = ids[row, 1:].tolist()
            for start in (i for i, t in enumerate(target) if t == call and inside[i]):
                end = target.index(tokenizer.end, start)
                if mark in target[start : start + 8]:
                    edits += 1
                    right += not wrong[row, start:end].any().item()
    return {"held_out_loss": loss / tokens, "edits_exact": right / max(edits, 1)}


class Run:
    """A training run and its folder."""

    def __init__(self, args: argparse.Namespace):
        self.args = args
        self.out = args.out.resolve()
        self.out.mkdir(parents=True, exist_ok=True)
        self.tokenizer_path = self.out / "tokenizer.json"
        if not self.tokenizer_path.exists():
            sample = [e for n in range(3) for e in data.shard(0, n, self.out / "work0")]
            texts = ("".join(text for text, _ in chat.render(e["messages"])) for e in sample)
            train_tokenizer(texts).save(self.tokenizer_path)
        self.tokenizer = Tokenizer.load(self.tokenizer_path)
        self.held = list(generate.episodes(2, HELD_OUT_EPISODES, True, Workdir(self.out / "work1")))
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        config = Config(vocab=len(self.tokenizer.tokens), layers=args.layers)
        self.model = DemoModel(config).to(self.device)
        self.optimizer = Optimizer(self.model, args.muon_lr, args.adam_lr)
        self.step = self.tokens = 0
        self.shards: list[str] = []
        self.recent: list[torch.Tensor] = []
        self.seconds, self.started = 0.0, time.monotonic()
        self.resume()
        self.forward = self.model if args.eager else compiled(self.model)

    def resume(self) -> None:
        """From the checkpoint, if any; rows of the curve past it belong to steps that are lost."""
        checkpoint, curve = self.out / "checkpoint.pt", self.out / "curve.csv"
        if checkpoint.exists():
            saved = torch.load(checkpoint, weights_only=False)
            self.model.load_state_dict(saved["model"])
            self.optimizer.load(saved["optimizer"])
            self.step, self.tokens, self.shards = saved["step"], saved["tokens"], saved["shards"]
            self.seconds = saved["seconds"]
        rows = [["step", "tokens", "seconds", "train_loss", "held_out_loss", "edits_exact"]]
        if curve.exists():
            with curve.open() as file:
                rows += [row for row in list(csv.reader(file))[1:] if int(row[0]) <= self.step]
        with curve.open("w") as file:
            csv.writer(file).writerows(rows)

    def cast(self) -> torch.autocast:
        return torch.autocast(self.device, torch.bfloat16)

    def elapsed(self) -> float:
        return self.seconds + time.monotonic() - self.started

    def save(self) -> None:
        state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state(),
                 "config": self.model.config.as_dict(), "step": self.step, "tokens": self.tokens,
                 "shards": self.shards, "seconds": self.elapsed(),
                 "arguments": {k: str(v) for k, v in vars(self.args).items()}}
        new = self.out / "checkpoint.new"
        torch.save(state, new)
        new.rename(self.out / "checkpoint.pt")
        (self.out / "data.json").write_text(json.dumps({"seed": self.args.seed, "sha256": self.shards}))

    def learn(self, ids: torch.Tensor, weights: torch.Tensor) -> None:
        with self.cast():
            loss = loss_of(self.forward, ids.to(self.device), weights.to(self.device))
        loss.backward()
        self.optimizer.step(schedule(self.step, self.args.steps))
        self.step, self.tokens = self.step + 1, self.tokens + weights.numel()
        self.recent.append(loss.detach())
        if self.step % 20 == 0:
            mean = torch.stack(self.recent[-20:]).mean().item()
            print(f"{self.step} loss {mean:.4f} {self.elapsed():.0f} s", flush=True)
        if self.step % self.args.every == 0 or self.step == self.args.steps:
            self.report()

    def report(self) -> None:
        scores = measure(self.model, self.held, self.tokenizer, self.cast)
        train_loss = torch.stack(self.recent).mean().item()
        self.recent.clear()
        with (self.out / "curve.csv").open("a") as file:
            csv.writer(file).writerow([self.step, self.tokens, f"{self.elapsed():.0f}", f"{train_loss:.5f}",
                                       *(f"{v:.5f}" for v in scores.values())])
        print(f"{self.step} tokens {self.tokens} train {train_loss:.4f} {scores}", flush=True)

    def train(self) -> None:
        shards = data.stream(self.args.seed, len(self.shards), self.tokenizer_path, self.out / "work2")
        while self.step < self.args.steps:
            _, digest, batches = next(shards)
            for ids, weights in batches[: self.args.steps - self.step]:
                self.learn(torch.from_numpy(ids), torch.from_numpy(weights))
            self.shards.append(digest)
            self.save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--muon-lr", type=float, default=0.02)
    parser.add_argument("--adam-lr", type=float, default=0.004)
    parser.add_argument("--layers", default="cacaca", help="one letter per block: convolution or attention")
    parser.add_argument("--eager", action="store_true", help="do not use torch.compile")
    parser.add_argument("--every", type=int, default=100, help="steps between measurements")
    args = parser.parse_args()
    prepare_cpu(args.threads)
    torch.manual_seed(args.seed)
    run = Run(args)
    parameters = sum(p.numel() for p in run.model.parameters())
    print(f"{parameters} parameters, {len(run.tokenizer.tokens)} tokens, {run.device}", flush=True)
    os.chdir(run.out)
    run.train()


if __name__ == "__main__":
    main()
