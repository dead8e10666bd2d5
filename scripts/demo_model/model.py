"""The demonstration model: a small network in the `lfm2` shape that llama.cpp can run.

Short gated convolutions alternate with attention. A convolution lets every token see its
two predecessors for free, so "find this word earlier and copy what followed" needs one
attention layer instead of two, and forms within minutes of CPU training.
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Config:
    """Sizes of the network; `layers` has one letter per block: c = convolution, a = attention."""

    vocab: int
    width: int = 256
    hidden: int = 640
    heads: int = 4
    layers: str = "cacaca"
    kernel: int = 3
    rope_base: float = 10000.0
    eps: float = 1e-5
    context: int = 4096

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    def as_dict(self) -> dict:
        return asdict(self)


class RMSNorm(nn.Module):
    def __init__(self, width: int, eps: float):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        x32 = x.float()
        scaled = x32 * torch.rsqrt(x32.pow(2).mean(-1, keepdim=True) + self.eps)
        return (scaled * self.weight).to(x.dtype)


class ShortConv(nn.Module):
    """in_proj -> (b, c, x); a causal depthwise convolution over b*x; out_proj of c * that."""

    def __init__(self, config: Config):
        super().__init__()
        self.kernel = config.kernel
        self.in_proj = nn.Linear(config.width, 3 * config.width, bias=False)
        self.out_proj = nn.Linear(config.width, config.width, bias=False)
        self.conv = nn.Parameter(torch.randn(config.width, config.kernel) * config.kernel**-0.5)

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor]) -> Tensor:
        gate_in, gate_out, value = self.in_proj(x).chunk(3, dim=-1)
        padded = F.pad(gate_in * value, (0, 0, self.kernel - 1, 0))
        length = x.shape[1]
        taps = self.conv.to(x.dtype)
        mixed = sum(padded[:, i : i + length] * taps[:, i] for i in range(self.kernel))
        return self.out_proj(gate_out * mixed)


class Attention(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.shape = (config.heads, config.head_width)
        self.q = nn.Linear(config.width, config.width, bias=False)
        self.k = nn.Linear(config.width, config.width, bias=False)
        self.v = nn.Linear(config.width, config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)
        self.q_norm = RMSNorm(config.head_width, config.eps)
        self.k_norm = RMSNorm(config.head_width, config.eps)

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor]) -> Tensor:
        batch, length, width = x.shape
        q, k, v = (p(x).view(batch, length, *self.shape) for p in (self.q, self.k, self.v))
        q, k = rotate(self.q_norm(q), rope), rotate(self.k_norm(k), rope)
        mixed = attend(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2))
        return self.out(mixed.transpose(1, 2).reshape(batch, length, width))


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention written out: torch's fused CPU kernel is 10x slower backwards."""
    length = q.shape[2]
    future = torch.full((length, length), float("-inf"), device=q.device).triu(1)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    return torch.softmax(scores.float() + future, dim=-1).to(v.dtype) @ v


class Block(nn.Module):
    def __init__(self, config: Config, kind: str):
        super().__init__()
        self.norm = RMSNorm(config.width, config.eps)
        self.operator = ShortConv(config) if kind == "c" else Attention(config)
        self.ffn_norm = RMSNorm(config.width, config.eps)
        self.gate = nn.Linear(config.width, config.hidden, bias=False)
        self.up = nn.Linear(config.width, config.hidden, bias=False)
        self.down = nn.Linear(config.hidden, config.width, bias=False)

    def forward(self, x: Tensor, rope: tuple[Tensor, Tensor]) -> Tensor:
        x = x + self.operator(self.norm(x), rope)
        h = self.ffn_norm(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class DemoModel(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab, config.width)
        self.blocks = nn.ModuleList(Block(config, kind) for kind in config.layers)
        self.norm = RMSNorm(config.width, config.eps)
        nn.init.normal_(self.embed.weight, std=config.width**-0.5)
        for block in self.blocks:
            nn.init.zeros_(block.down.weight)
            out = block.operator.out_proj if isinstance(block.operator, ShortConv) else block.operator.out
            nn.init.zeros_(out.weight)

    def hidden(self, tokens: Tensor) -> Tensor:
        """Final normalised states, [batch, length, width]."""
        rope = rope_tables(tokens.shape[1], self.config, tokens.device)
        x = self.embed(tokens)
        if torch.is_autocast_enabled(x.device.type):
            x = x.to(torch.get_autocast_dtype(x.device.type))
        for block in self.blocks:
            x = block(x, rope)
        return self.norm(x)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits, [batch, length, vocab]; the output matrix is the embedding."""
        return F.linear(self.hidden(tokens), self.embed.weight)


def rope_tables(length: int, config: Config, device: torch.device) -> tuple[Tensor, Tensor]:
    half = config.head_width // 2
    freqs = config.rope_base ** (-torch.arange(half, device=device, dtype=torch.float32) / half)
    angles = torch.arange(length, device=device, dtype=torch.float32)[:, None] * freqs
    return angles.cos(), angles.sin()


def rotate(x: Tensor, rope: tuple[Tensor, Tensor]) -> Tensor:
    """Rotary embedding with halves split (the NEOX order llama.cpp uses for lfm2)."""
    cos, sin = (t[None, :, None, :].to(x.dtype) for t in rope)
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)
