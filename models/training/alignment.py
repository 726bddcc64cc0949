"""Bring the text tower to the finished image tower (locked-image tuning, Zhai et al. 2022).

Pictures keep their embeddings; texts move to where their pictures are, names to where the pictures
of their class are, and both stay as near as they can to what the sentence encoder says, so that
words of no caption keep their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.text_truncation import CausalTower, find_causal_tower
from models.training.concepts import Choice, Opinions, choice_loss
from models.training.losses import MAX_LOGIT_SCALE, contrastive_loss_of, cosine_distance
from models.training.schedule import AveragedWeights, Report, seed_everything, warmup_cosine
from models.training.teachers import fast_arithmetic

_PARTS = 4  # a batch of texts is encoded in so many parts of about equal length


@dataclass(frozen=True, slots=True)
class AlignmentTask:
    """Pictures' fixed embeddings, and the texts that belong to them.

    Pair j says that text `text_of[j]` is true of picture `image_of[j]` and that `swaps[j]`, if it
    is not empty, is not. Pictures of `known` have opinions; `rows` are their rows there.
    """

    image_embeddings: Tensor  # (n, d), unit
    rows: NDArray[np.int64]  # (n,) of the opinions
    groups: Tensor  # (n,)
    image_of: Tensor  # (p,)
    text_of: Tensor  # (p,)
    weights: Tensor  # (p,) how often a pair is drawn
    swaps: Tensor  # (p, context) tokens; zero where there is none
    tokens: Tensor  # (m, context)
    text_targets: Tensor  # (m, d), unit
    opinions: Opinions
    known: NDArray[np.int64]  # (k,) of the n pictures


@dataclass(frozen=True, slots=True)
class AlignmentPlan:
    """How long and how hard to train; `keep` weighs agreement with the teacher."""

    steps: int = 300
    pairs: int = 256
    crowd: int = 0  # more captioned pictures, among which each text finds its own
    swaps: int = 64
    pictures: int = 256
    names: int = 128
    others: int = 96
    rate: float = 4e-4
    keep: float = 1.5
    seed: int = 13


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step learns from: rows of pairs, of pictures and of texts."""

    pairs: Tensor
    crowd: Tensor  # (w,) of the n pictures, without those of the pairs
    swaps: Tensor  # (s, context)
    pictures: NDArray[np.int64]
    choice: Choice
    names: Tensor  # (c,) rows of texts
    others: Tensor  # (o,) rows of texts


def align_text_tower(
    network: Any, task: AlignmentTask, plan: AlignmentPlan, report: Report
) -> None:
    """Train `network.text` and `network.logit_scale`, in place."""
    seed_everything(plan.seed)
    causal = find_causal_tower(network)
    if causal is None:
        raise ValueError("the text tower is not causal")
    network.text.train()
    average = AveragedWeights(network.text, 0.99)
    with torch.no_grad():
        network.logit_scale.fill_(float(np.log(20)))
    learnt = [*network.text.parameters(), network.logit_scale]
    optimizer = torch.optim.AdamW(learnt, plan.rate, weight_decay=0.01)
    rng = np.random.default_rng(plan.seed)
    for step in range(plan.steps):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * warmup_cosine(step, plan.steps, 40)
        loss = alignment_loss(
            causal, task, draw_batch(task, plan, rng), network.logit_scale.exp(), plan
        )
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(learnt, 1.0)
        optimizer.step()
        with torch.no_grad():
            network.logit_scale.clamp_(max=float(np.log(MAX_LOGIT_SCALE)))
        average.update(network.text)
        if step % 25 == 0:
            report(f"alignment: step {step}/{plan.steps} loss {loss.item():.3f}")
    average.copy_to(network.text)
    network.eval()


def draw_batch(task: AlignmentTask, plan: AlignmentPlan, rng: np.random.Generator) -> Batch:
    """Pairs and their swaps; pictures and a choice between names; other texts to keep."""
    shares = (task.weights / task.weights.sum()).numpy()
    pairs = torch.from_numpy(rng.choice(len(shares), plan.pairs, replace=False, p=shares))
    crowd = np.empty(0, np.int64)
    if plan.crowd:
        strangers = np.setdiff1d(task.image_of.numpy(), task.image_of[pairs].numpy())
        crowd = rng.choice(strangers, min(plan.crowd, len(strangers)), replace=False)
    swaps = task.swaps[pairs]
    swaps = swaps[swaps.any(dim=1)][: plan.swaps]
    pictures = rng.choice(task.known, plan.pictures, replace=False)
    choices = task.opinions.of(task.rows[pictures])
    odds = np.array([choice.concepts.weight * float(choice.shares.mean()) for choice in choices])
    choice = choices[rng.choice(len(choices), p=odds / odds.sum())]
    kept, narrowed = choice.narrowed(plan.names, rng)
    names = torch.from_numpy(choice.concepts.choose(kept, rng))
    others = torch.from_numpy(rng.integers(len(task.tokens), size=plan.others))
    return Batch(pairs, torch.from_numpy(crowd), swaps, pictures, narrowed, names, others)


def alignment_loss(
    causal: CausalTower, task: AlignmentTask, batch: Batch, scale: Tensor, plan: AlignmentPlan
) -> Tensor:
    """Pictures and their texts find each other, pictures their names; texts stay near the teacher.

    Pictures of the crowd have no text here: each text must tell its own picture from them.
    """
    own = torch.cat([task.text_of[batch.pairs], batch.names, batch.others])
    features = _encode(causal, torch.cat([task.tokens[own], batch.swaps]))
    pairs, names, swaps = len(batch.pairs), len(batch.names), len(batch.swaps)
    captions, wrong = features[:pairs], features[len(own) :]
    own_images = task.image_of[batch.pairs]
    images = torch.cat([own_images, batch.crowd])
    text_groups = torch.cat([task.groups[own_images], torch.full((swaps,), -1)])
    truth = task.groups[images][:, None] == text_groups[None, :]
    texts = torch.cat([captions, wrong])
    loss = contrastive_loss_of(task.image_embeddings[images], texts, scale, truth)
    pictures = task.image_embeddings[batch.pictures]
    loss = loss + choice_loss(pictures, features[pairs : pairs + names], batch.choice, scale)
    return loss + plan.keep * cosine_distance(features[: len(own)], task.text_targets[own])


def _encode(causal: CausalTower, tokens: Tensor) -> Tensor:
    """(n, context) → (n, d) unit features; short and long texts apart, for less padding."""
    order = tokens.argmax(dim=-1).argsort()
    with fast_arithmetic():
        parts = [causal.features(tokens[part]) for part in order.tensor_split(_PARTS)]
    features = torch.empty(len(tokens), parts[0].shape[1])
    return functional.normalize(features.index_copy(0, order, torch.cat(parts).float()), dim=-1)
