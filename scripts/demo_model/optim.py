"""Muon for the weight matrices, AdamW for embeddings, norms and convolutions.

Source: Keller Jordan, "Muon: an optimizer for hidden layers in neural networks" (2024).
"""

from collections import defaultdict

import torch
from torch import Tensor, nn


def orthogonal(update: Tensor, steps: int = 5) -> Tensor:
    """Newton-Schulz iteration towards the nearest orthogonal matrices; a batch of matrices."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = update.bfloat16()
    wide = x.shape[-2] <= x.shape[-1]
    x = x if wide else x.mT
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x if wide else x.mT


class Muon:
    """Momentum, orthogonalised per matrix. Matrices of one shape are handled together."""

    def __init__(self, matrices: list[nn.Parameter], lr: float, momentum: float = 0.95, decay: float = 0.01):
        self.lr, self.momentum, self.decay = lr, momentum, decay
        groups: dict[tuple[int, ...], list[nn.Parameter]] = defaultdict(list)
        for matrix in matrices:
            groups[tuple(matrix.shape)].append(matrix)
        self.groups = list(groups.values())
        self.buffers = [torch.zeros(len(g), *g[0].shape, device=g[0].device) for g in self.groups]

    @torch.no_grad()
    def step(self, factor: float) -> None:
        for group, buffer in zip(self.groups, self.buffers):
            grads = torch.stack([p.grad for p in group])
            buffer.lerp_(grads, 1 - self.momentum)
            update = orthogonal(grads.lerp(buffer, self.momentum)).float()
            rate = self.lr * factor
            scale = max(1.0, group[0].shape[0] / group[0].shape[1]) ** 0.5
            for parameter, change in zip(group, update):
                parameter.mul_(1 - rate * self.decay).add_(change, alpha=-rate * scale)


class Optimizer:
    def __init__(self, model: nn.Module, muon_lr: float, adam_lr: float):
        matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n and "conv" not in n]
        chosen = {id(p) for p in matrices}
        self.muon = Muon(matrices, muon_lr)
        self.adam_lr = adam_lr
        self.adam = torch.optim.AdamW([p for p in model.parameters() if id(p) not in chosen],
                                      lr=adam_lr, betas=(0.9, 0.95), weight_decay=0.0)

    def step(self, factor: float) -> None:
        """One update; `factor` scales both learning rates (the schedule)."""
        self.muon.step(factor)
        for group in self.adam.param_groups:
            group["lr"] = self.adam_lr * factor
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        for group in self.muon.groups:
            for parameter in group:
                parameter.grad = None

    def state(self) -> dict:
        return {"muon": self.muon.buffers, "adam": self.adam.state_dict()}

    def load(self, state: dict) -> None:
        for buffer, saved in zip(self.muon.buffers, state["muon"]):
            buffer.copy_(saved)
        self.adam.load_state_dict(state["adam"])
