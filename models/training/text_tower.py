"""Distil the sentence encoder into our text tower, from texts alone.

Token embeddings start from what the teacher makes of every token's own string, so words that no
training caption holds still have their meaning; then the tower learns to agree with the teacher on
captions, labels, phrases and single words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.text_truncation import find_causal_tower
from models.training.losses import cosine_distance, similarity_distance
from models.training.schedule import AveragedWeights, Report, seed_everything, warmup_cosine
from models.training.teachers import fast_arithmetic


@dataclass(frozen=True, slots=True)
class TextPlan:
    """How long and how hard to train."""

    steps: int = 1100
    batch: int = 256
    rate: float = 1.5e-3
    seed: int = 11


def start_token_embeddings(tower: Any, token_meanings: Tensor) -> None:
    """Set token embeddings from (vocab, 384) teacher embeddings of the tokens' own strings.

    The tower is narrower than the teacher: keep the principal directions.
    """
    centred = token_meanings - token_meanings.mean(dim=0)
    _, _, directions = torch.linalg.svd(centred[::8], full_matrices=False)  # a sample is enough
    width = tower.token_embedding.weight.shape[1]
    reduced = centred @ directions[:width].T  # (vocab, width)
    with torch.no_grad():
        tower.token_embedding.weight.copy_(reduced / reduced.std() * 0.05)


def train_text_tower(
    network: Any, tokens: Tensor, targets: NDArray[np.float16], plan: TextPlan, report: Report
) -> None:
    """Train the text tower in place on (n, context) tokens and (n, 384) teacher embeddings."""
    seed_everything(plan.seed)
    tower = network.text
    causal = find_causal_tower(network)
    if causal is None:
        raise ValueError("the text tower is not causal")
    average = AveragedWeights(tower, 0.998)
    optimizer = torch.optim.AdamW(_decayed(tower, 0.02), plan.rate)
    lengths = tokens.argmax(dim=-1)  # (n,) position of the end-of-text token
    for step, rows in enumerate(_similar_lengths(lengths.numpy(), plan)):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * warmup_cosine(step, plan.steps, 150)
        with fast_arithmetic():
            features = causal.features(tokens[rows])
        wanted = torch.from_numpy(targets[rows]).float()
        features = features.float()
        loss = cosine_distance(features, wanted)
        total = loss + 2.0 * similarity_distance(features, wanted)
        optimizer.zero_grad()
        torch.autograd.backward(total)
        nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimizer.step()
        average.update(tower)
        if step % 100 == 0:
            report(f"text tower: step {step}/{plan.steps} cosine {1 - loss.item():.3f}")
    average.copy_to(tower)
    tower.eval()


def encode_tokens(network: Any, tokens: Tensor, batch: int = 512) -> Tensor:
    """(n, context) tokens → (n, dim) unit text features, without gradients."""
    causal = find_causal_tower(network)
    if causal is None:
        raise ValueError("the text tower is not causal")
    order = tokens.argmax(dim=-1).argsort()  # short and long ones apart, for less padding
    with torch.inference_mode():
        parts = [causal.features(tokens[rows]) for rows in torch.split(order, batch)]
        features = torch.cat(parts)[order.argsort()]
    return functional.normalize(features, dim=-1).clone()


def _similar_lengths(lengths: NDArray[np.int64], plan: TextPlan) -> Iterator[NDArray[np.int64]]:
    """Random batches of texts of about the same length: little padding is computed."""
    rng = np.random.default_rng(plan.seed)
    pool = plan.batch * 16
    for _ in range(-(-plan.steps // 16)):
        rows = rng.choice(len(lengths), min(pool, len(lengths)), replace=False)
        rows = rows[np.argsort(lengths[rows], kind="stable")]
        batches = np.array_split(rows, 16)
        for position in rng.permutation(16):
            yield batches[position]


def _decayed(module: nn.Module, weight_decay: float) -> Sequence[dict[str, Any]]:
    matrices = [value for value in module.parameters() if value.ndim > 1]
    vectors = [value for value in module.parameters() if value.ndim <= 1]
    return [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
