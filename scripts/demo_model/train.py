"""Trains the demonstration model and exports it.

    python3 scripts/demo_model/train.py --out /tmp/demo-model --steps 3600

Resumes from OUT/checkpoint.pt when there is one. Writes OUT/tokenizer.json, OUT/checkpoint.pt,
OUT/curve.csv and OUT/data.json (hashes of every training shard). One CPU thread with bf16 matrix
instructions needs about an hour; a CUDA device is used when present.
"""

import argparse
import csv
import ctypes
import json
import os
import time
from pathlib import Path

import torch
import torch.nn.functional as F

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


def compiled(model: DemoModel):
    """torch.compile with vectorised code, where Debian's torch can be made to do it."""
    try:
        ctypes.CDLL("libsleef.so.3", ctypes.RTLD_GLOBAL)  # inductor's kernels need its symbols
    except OSError:
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
    for ids, weights in data.batches([data.encode(e, tokenizer, stage) for e in held], stage.lengths, None):
        ids, weights = torch.from_numpy(ids), torch.from_numpy(weights)
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


def open_curve(path: Path, step: int):
    """The learning curve, appending after `step`: what an interrupted run wrote past it is dropped."""
    rows = [["step", "tokens", "seconds", "train_loss", "held_out_loss", "edits_exact"]]
    if path.exists():
        with path.open() as file:
            rows += [row for row in list(csv.reader(file))[1:] if int(row[0]) <= step]
    file = path.open("w")
    writer = csv.writer(file)
    writer.writerows(rows)
    file.flush()
    return file, writer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--muon-lr", type=float, default=0.02)
    parser.add_argument("--adam-lr", type=float, default=0.004)
    parser.add_argument("--layers", default="cacaca")
    parser.add_argument("--eager", action="store_true", help="do not use torch.compile")
    parser.add_argument("--every", type=int, default=200, help="steps between measurements and checkpoints")
    args = parser.parse_args()
    out = args.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    prepare_cpu(args.threads)
    torch.manual_seed(args.seed)

    tokenizer_path = out / "tokenizer.json"
    if not tokenizer_path.exists():
        sample = [e for n in range(3) for e in data.shard(0, n, out / "work0")]
        train_tokenizer("".join(t for t, _ in chat.render(e["messages"])) for e in sample).save(tokenizer_path)
    tokenizer = Tokenizer.load(tokenizer_path)
    held = list(generate.episodes(2, HELD_OUT_EPISODES, True, Workdir(out / "work1")))
    os.chdir(out)

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = DemoModel(Config(vocab=len(tokenizer.tokens), layers=args.layers)).to(device)
    optimizer = Optimizer(model, args.muon_lr, args.adam_lr)
    step, tokens, shards, first, spent = 0, 0, [], 0, 0.0
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(saved["model"])
        optimizer.load(saved["optimizer"])
        step, tokens, shards, spent = saved["step"], saved["tokens"], saved["shards"], saved["seconds"]
        first = len(shards)
    run = model if args.eager else compiled(model)
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(tokenizer.tokens)} tokens, {device}", flush=True)

    def cast():
        return torch.autocast(device, torch.bfloat16)

    def save() -> None:
        state = {"model": model.state_dict(), "optimizer": optimizer.state(), "config": model.config.as_dict(),
                 "step": step, "tokens": tokens, "shards": shards, "seconds": spent + time.monotonic() - started,
                 "arguments": {k: str(v) for k, v in vars(args).items()}}
        torch.save(state, checkpoint.with_suffix(".new"))
        checkpoint.with_suffix(".new").rename(checkpoint)
        (out / "data.json").write_text(json.dumps({"seed": args.seed, "shard_episodes": data.SHARD, "sha256": shards}))

    started, recent = time.monotonic(), []
    curve, writer = open_curve(out / "curve.csv", step)
    for number, digest, group in data.stream(args.seed, first, tokenizer_path, out / "work2"):
        for ids, weights in group:
            ids, weights = torch.from_numpy(ids).to(device), torch.from_numpy(weights).to(device)
            with cast():
                loss = loss_of(run, ids, weights)
            loss.backward()
            optimizer.step(schedule(step, args.steps))
            step, tokens = step + 1, tokens + ids[:, 1:].numel()
            recent.append(loss.detach())
            if step % 20 == 0:
                print(f"{step} loss {torch.stack(recent[-20:]).mean().item():.4f} "
                      f"{time.monotonic() - started:.0f} s", flush=True)
            if step % args.every == 0 or step == args.steps:
                scores = measure(model, held, tokenizer, cast)
                train_loss = torch.stack(recent).mean().item()
                recent.clear()
                writer.writerow([step, tokens, f"{spent + time.monotonic() - started:.0f}", f"{train_loss:.5f}",
                                 *(f"{v:.5f}" for v in scores.values())])
                curve.flush()
                print(f"{step} tokens {tokens} train {train_loss:.4f} {scores}", flush=True)
            if step >= args.steps:
                break
        shards.append(digest)
        save()
        if step >= args.steps:
            return


if __name__ == "__main__":
    main()
