"""Trains the demonstration model and exports it.

    python3 scripts/demo_model/train.py --out /tmp/demo/first --phase first --steps 3400
    python3 scripts/demo_model/train.py --out /tmp/demo/second --phase second --from /tmp/demo/first --steps 6000

Resumes from OUT/checkpoint.pt when there is one. Writes OUT/tokenizer.json, OUT/checkpoint.pt,
OUT/curve.csv and OUT/data.json (hashes of every training shard). A phase needs half an hour to an hour on
two CPU cores with bf16 matrix instructions; a CUDA device is used when present.
"""

import argparse
import csv
import ctypes
import json
import os
import shutil
import time
from collections import defaultdict
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

import chat
import data
import generate
from model import Config, DemoModel
from optim import Optimizer
from functions import LANGUAGES
from projects import Mix
from tokenizer import Tokenizer, merge_all, train as train_tokenizer

CURVE = ("held_out_loss", "edits_exact", "python_exact", "cpp_exact", "fim_exact")
HELD_OUT = {"episodes": 64, "glimpses": 240, "completions": 120}


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


def held_out(folder: Path) -> list[dict]:
    """Samples with words, names and texts that training never sees."""
    runner, mix = generate.Runner(folder), Mix(held_out=True)
    return [*generate.episodes(2, HELD_OUT["episodes"], runner, mix),
            *generate.glimpses(2, HELD_OUT["glimpses"], runner, mix),
            *generate.completions(2, HELD_OUT["completions"], mix)]


def exact_parts(sample: dict, target: list[int], own: list[bool], wrong: list[bool],
                tokenizer: Tokenizer) -> list[bool]:
    """Of each edit in a sample (or of its completion): is it right to the last token?"""
    if "middle" in sample:
        return [not any(wrong)]
    call, edit = tokenizer.ids["<tool_call>"], tokenizer.ids["edit"]
    parts = []
    for start in (i for i, t in enumerate(target) if t == call and any(own[i : i + 40])):
        end = target.index(tokenizer.end, start)
        if edit in target[start : start + 8] and own[end - 1]:
            parts.append(not any(wrong[start:end]))
    return parts


@torch.no_grad()
def measure(model, held: list[dict], tokenizer: Tokenizer, cast) -> dict[str, float]:
    """Teacher-forced, on held-out samples: loss on episodes, and which share of decisions is exactly right."""
    loss = tokens = 0.0
    exact: dict[str, list[bool]] = defaultdict(list)
    stage = data.PHASES["second"][-1]
    device = next(model.parameters()).device
    for sample in held:
        ids, weights = (torch.from_numpy(a)[None].to(device) for a in data.encode(sample, tokenizer, stage))
        with cast():
            logits = model(ids[:, :-1]).float()
        own, target = weights[0, 1:] >= 1.0, ids[0, 1:]
        wrong = (logits[0].argmax(-1) != target) & own
        if "kind" in sample:
            losses = F.cross_entropy(logits[0], target, reduction="none")
            loss, tokens = loss + losses[own].sum().item(), tokens + own.sum().item()
        kind = "edits" if "kind" in sample else "fim" if "middle" in sample else sample["language"]
        parts = exact_parts(sample, target.tolist(), own.tolist(), wrong.tolist(), tokenizer)
        exact[kind] += parts
        if kind in LANGUAGES:
            exact[sample["family"]] += parts
    shares = {f"{kind}_exact": sum(parts) / max(len(parts), 1) for kind, parts in exact.items()}
    return {"held_out_loss": loss / tokens} | shares


def start_from(folder: Path, model: DemoModel, tokenizer: Tokenizer) -> None:
    """Takes over another run's blocks, and its embeddings by the tokens' texts; a new token starts as the
    mean of the pieces it was cut into before."""
    state = torch.load(folder / "checkpoint.pt", weights_only=False, map_location="cpu")["model"]
    old, before = state.pop("embed.weight"), Tokenizer.load(folder / "tokenizer.json")
    model.load_state_dict(state, strict=False)
    with torch.no_grad():
        for number, token in enumerate(tokenizer.tokens):
            pieces = merge_all([token] if token in before.ids else list(token), before.rank)
            known = [before.ids[p] for p in pieces if before.ids.get(p, len(old)) < len(old)]
            if known:
                model.embed.weight[number] = old[known].mean(0)


class Run:
    """A training run and its folder."""

    def __init__(self, args: argparse.Namespace):
        self.args = args
        self.out = args.out.resolve()
        self.out.mkdir(parents=True, exist_ok=True)
        self.tokenizer_path = self.out / "tokenizer.json"
        if not self.tokenizer_path.exists():
            mix = data.PHASES[args.phase][0].mix
            sample = generate.episodes(0, 1000, generate.Runner(self.out / "work0"), mix)
            texts = ("".join(text for text, _ in chat.render(e["messages"])) for e in sample)
            base = Tokenizer.load(args.start / "tokenizer.json") if args.start else None
            train_tokenizer(texts, base).save(self.tokenizer_path)
        self.tokenizer = Tokenizer.load(self.tokenizer_path)
        self.held = held_out(self.out / "work1")
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        config = Config(vocab=len(self.tokenizer.tokens), layers=args.layers)
        self.model = DemoModel(config).to(self.device)
        self.optimizer = Optimizer(self.model, args.muon_lr, args.adam_lr)
        self.step = self.tokens = 0
        self.shards: list[str] = []
        self.recent: list[torch.Tensor] = []
        self.seconds, self.started = 0.0, time.monotonic()
        if args.start:
            start_from(args.start, self.model, self.tokenizer)
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
        rows = [["step", "tokens", "seconds", "train_loss", *CURVE]]
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
                                       *(f"{scores[name]:.5f}" for name in CURVE)])
        shown = " ".join(f"{name} {value:.3f}" for name, value in sorted(scores.items()))
        print(f"{self.step} tokens {self.tokens} train {train_loss:.4f} {shown}", flush=True)

    def train(self) -> None:
        shards = data.stream(self.args.phase, self.args.seed, len(self.shards), self.tokenizer_path, self.out / "work2")
        while self.step < self.args.steps:
            _, digest, batches = next(shards)
            for ids, weights in batches[: self.args.steps - self.step]:
                self.learn(torch.from_numpy(ids), torch.from_numpy(weights))
            self.shards.append(digest)
            self.save()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--phase", choices=data.PHASES, default="second")
    parser.add_argument("--from", dest="start", type=Path, help="begin with the model of this folder")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=min(os.cpu_count() or 1, 8), help="CPU threads")
    parser.add_argument("--muon-lr", type=float, default=0.02)
    parser.add_argument("--adam-lr", type=float, default=0.004)
    parser.add_argument("--layers", default="cacaca", help="one letter per block: convolution or attention")
    parser.add_argument("--eager", action="store_true", help="do not use torch.compile")
    parser.add_argument("--every", type=int, default=200, help="steps between measurements")
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
