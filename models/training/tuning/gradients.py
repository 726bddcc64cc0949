"""Gradients of a loss over a batch that is larger than what fits through the towers at once.

Gradient caching (Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size under Memory
Limited Setup"): features of all chunks without gradients, the loss's gradient at the features,
then chunk by chunk the towers once more with those gradients. The result is the full batch's
gradient, to rounding. Random parts of the towers (dropout) are drawn alike both times, from a seed
of each chunk; statistics of a batch (batch norm in training) would be those of a chunk, which
callers must rule out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from models.training.tuning.towers import Side

Loss = Callable[[Tensor, Tensor], Tensor]
Precision = Callable[[], AbstractContextManager[object]]


def precision_context(name: str, device: torch.device) -> Precision:
    """Mixed precision for the towers: autocast in bf16, or nothing for fp32."""
    if name != "bf16":
        return nullcontext
    return lambda: torch.autocast(device.type, torch.bfloat16)


@dataclass(frozen=True, slots=True)
class Pass:
    """How inputs go through a tower: `chunk` rows at once, in this precision."""

    chunk: int | None
    precision: Precision
    seed: int

    def features(self, side: Side, inputs: Tensor, number: int) -> Tensor:
        """A chunk's (n, dim) features; the same number draws the same dropout."""
        if side.learns:
            torch.manual_seed(self.seed + number)
        with self.precision():
            return side.features(inputs)


def backward(sides: Sequence[Side], inputs: Sequence[Tensor], loss_of: Loss, how: Pass) -> float:
    """Add the gradients of `loss_of(*features)` to everything that the sides train.

    Returns the loss.
    """
    if how.chunk is None or all(len(rows) <= how.chunk for rows in inputs):
        pairs = enumerate(zip(sides, inputs, strict=True))
        features = [how.features(side, rows, number << 16) for number, (side, rows) in pairs]
        loss = loss_of(features[0], features[1])
        torch.autograd.backward(loss)
        return float(loss.detach())
    return _cached_backward(sides, inputs, loss_of, how)


def _cached_backward(
    sides: Sequence[Side], inputs: Sequence[Tensor], loss_of: Loss, how: Pass
) -> float:
    size = how.chunk or max(map(len, inputs))
    chunks = [torch.split(rows, size) for rows in inputs]
    leaves = []
    for number, (side, parts) in enumerate(zip(sides, chunks, strict=True)):
        with torch.no_grad():
            done = [how.features(side, p, (number << 16) + i) for i, p in enumerate(parts)]
        leaves.append(torch.cat(done).requires_grad_(side.learns))
    loss = loss_of(leaves[0], leaves[1])
    torch.autograd.backward(loss)
    for number, (side, parts) in enumerate(zip(sides, chunks, strict=True)):
        gradient = leaves[number].grad
        if gradient is None:
            continue
        for i, (part, wanted) in enumerate(zip(parts, torch.split(gradient, size), strict=True)):
            features = how.features(side, part, (number << 16) + i)
            torch.autograd.backward(features, wanted)
    return float(loss.detach())
