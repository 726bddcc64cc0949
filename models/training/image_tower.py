"""Train the image tower against fixed text embeddings, in two steps.

First only the projection, on the teacher's cached features (minutes); then the whole tower on
augmented pictures. Each picture pulls towards its own texts and away from others (InfoNCE), takes
its place between the names that the classifier hesitates between, and stays near what the
projected teacher features of the whole, clean picture say.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from timm.layers.mlp import Mlp
from torch import Tensor, nn
from torch.nn import functional

from models.training.augmentation import augmented
from models.training.concepts import Opinions, choice_loss
from models.training.design import frozen_statistics
from models.training.losses import contrastive_loss, cosine_distance
from models.training.schedule import AveragedWeights, Report, seed_everything, warmup_cosine
from models.training.teachers import FEATURE_DIM, TEXT_DIM, fast_arithmetic, normalised

_LOOK_AHEAD = 4  # batches decoded ahead of the one being learnt


@dataclass(frozen=True, slots=True)
class ImageTask:
    """What the image tower learns from; row i of every array speaks of picture i.

    `texts_of[i]` are rows of `text_embeddings` (empty for pictures without words), `groups[i]` says
    which pictures share their texts, `opinions` what is known besides. Pictures of `held_out` have
    weight 0: they judge the training.
    """

    pictures: Sequence[bytes]
    features: NDArray[np.float16]  # (n, 1280)
    opinions: Opinions
    texts_of: Sequence[NDArray[np.int64]]
    groups: NDArray[np.int64]  # (n,)
    weights: NDArray[np.float64]  # (n,) how often a picture is drawn
    mirrorable: NDArray[np.bool_]  # (n,) False where a text says left or right
    text_embeddings: Tensor  # (m, 384), unit
    held_out: NDArray[np.int64]  # (h,) rows


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """How long and how hard to train."""

    head_steps: int = 600
    head_batch: int = 768
    tower_steps: int = 500
    tower_batch: int = 96
    extra_texts: int = 2048
    concepts: int = 400
    # The first stages see edges and colours, which need no change, at the sizes that cost most.
    frozen_stages: int = 2
    head_rate: float = 1e-3
    tower_rate: float = 4e-4
    keep: float = 2.0  # the weight of staying near the projected teacher features
    # The weight of seeing in a worn copy what the averaged tower sees in the whole picture.
    steady: float = 0.0
    seed: int = 7


def new_head() -> nn.Module:
    """The projection, shaped as open_clip's `timm_proj: mlp`."""
    head: nn.Module = Mlp(FEATURE_DIM, 2 * TEXT_DIM, TEXT_DIM, drop=(0.3, 0.0), bias=(True, False))
    return head


def train_head(task: ImageTask, plan: ImagePlan, report: Report) -> nn.Module:
    """Learn the projection on the teacher's features. Returns it in evaluation mode."""
    seed_everything(plan.seed)
    head, scales = new_head(), _Scales()
    learnt = [*head.parameters(), *scales.parameters()]
    optimizer = torch.optim.AdamW(learnt, plan.head_rate, weight_decay=0.05)
    features = torch.from_numpy(task.features)
    for step, rows in enumerate(draw(task, plan.head_batch, plan.head_steps, plan.seed)):
        _set_rate(optimizer, plan.head_rate * warmup_cosine(step, plan.head_steps, 100))
        seen = functional.dropout(features[rows].float(), 0.2)
        projected = functional.normalize(head(seen), dim=-1)
        loss = _loss(projected, task, rows, scales, plan, step)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        if step % 100 == 0:
            report(f"projection: step {step}/{plan.head_steps} loss {loss.item():.3f}")
    return head.eval()


def train_tower(
    network: Any, head: nn.Module, task: ImageTask, plan: ImagePlan, report: Report
) -> None:
    """Train the whole image tower, in place; ends with the averaged weights.

    `head` projects the teacher's features, near which the tower stays.
    """
    seed_everything(plan.seed)
    visual = network.visual
    visual.to(memory_format=torch.channels_last)
    frozen_statistics(visual)
    freeze_first_stages(visual.trunk, plan.frozen_stages)
    average, scales = AveragedWeights(visual, 0.99), _Scales()
    steady = copy.deepcopy(visual).eval()
    learnt = [value for value in visual.parameters() if value.requires_grad]
    weights = [*learnt, *scales.parameters()]
    optimizer = torch.optim.AdamW(weights, plan.tower_rate, weight_decay=0.02)
    batches = draw(task, plan.tower_batch, plan.tower_steps, plan.seed + 1)
    views = augmented(batches, task.pictures, task.mirrorable, plan.seed)
    for step, (rows, worn, whole) in enumerate(views):
        _set_rate(optimizer, plan.tower_rate * warmup_cosine(step, plan.tower_steps, 50))
        with fast_arithmetic():
            features = visual(normalised(worn).to(memory_format=torch.channels_last))
        projected = functional.normalize(features.float(), dim=-1)
        loss = _loss(projected, task, rows, scales, plan, step)
        if plan.keep:
            target = _project(head, task, rows)
            loss = loss + plan.keep * cosine_distance(projected, target)
        if plan.steady:
            average.copy_to(steady)
            loss = loss + plan.steady * cosine_distance(projected, encode(steady, whole))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(learnt, 1.0)
        optimizer.step()
        average.update(visual)
        if step % 25 == 0:
            report(f"image tower: step {step}/{plan.tower_steps} loss {loss.item():.3f}")
    average.copy_to(visual)
    visual.requires_grad_(True).eval()


def _project(head: nn.Module, task: ImageTask, rows: NDArray[np.int64]) -> Tensor:
    """What the teacher's features of the clean pictures say, (b, d)."""
    with torch.no_grad():
        projected: Tensor = head(torch.from_numpy(task.features[rows]).float())
    return projected


def encode(visual: Any, pixels: Tensor) -> Tensor:
    """(n, 3, S, S) uint8 → (n, d) unit features, without gradients."""
    inputs = normalised(pixels).to(memory_format=torch.channels_last)
    with torch.inference_mode(), fast_arithmetic():
        features: Tensor = visual(inputs).float()
    return functional.normalize(features, dim=-1).clone()


def freeze_first_stages(trunk: Any, stages: int) -> None:
    """Let the stem and the first stages stay as they are."""
    for part in (trunk.conv_stem, trunk.bn1, *trunk.blocks[:stages]):
        part.requires_grad_(False)


class _Scales(nn.Module):
    """Learnt sharpness of the two kinds of loss."""

    def __init__(self) -> None:
        super().__init__()
        self.contrast = nn.Parameter(torch.tensor(float(np.log(20))))
        self.choice = nn.Parameter(torch.tensor(float(np.log(30))))


def _loss(
    projected: Tensor,
    task: ImageTask,
    rows: NDArray[np.int64],
    scales: _Scales,
    plan: ImagePlan,
    step: int,
) -> Tensor:
    """Contrast with own and foreign texts, and the choices between names."""
    rng = np.random.default_rng(step)
    worded = np.array([i for i, row in enumerate(rows) if len(task.texts_of[row])], dtype=np.int64)
    own = np.array([rng.choice(task.texts_of[rows[i]]) for i in worded], dtype=np.int64)
    foreign = rng.choice(len(task.text_embeddings), plan.extra_texts, replace=False)
    groups = torch.from_numpy(task.groups[rows[worded]])
    text_groups = torch.cat([groups, torch.full((plan.extra_texts,), -1)])
    mine = torch.isin(torch.from_numpy(foreign), torch.from_numpy(own))
    texts = task.text_embeddings[np.concatenate([own, foreign])]
    keep = torch.cat([torch.ones(len(own), dtype=torch.bool), ~mine])
    scale = scales.contrast.exp()
    loss = contrastive_loss(projected[worded], texts[keep], scale, groups, text_groups[keep])
    for choice in task.opinions.of(rows):
        kept, narrowed = choice.narrowed(plan.concepts, rng)
        names = task.text_embeddings[choice.concepts.choose(kept, rng)]
        loss = loss + choice_loss(projected, names, narrowed, scales.choice.exp())
    return loss


def draw(task: ImageTask, batch: int, steps: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Random batches of rows, by the pictures' weights."""
    rng = np.random.default_rng(seed)
    shares = task.weights / task.weights.sum()
    for _ in range(steps):
        yield rng.choice(len(shares), batch, replace=False, p=shares, shuffle=False)


def _set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate
