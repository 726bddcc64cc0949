"""Train the image tower against fixed text embeddings, in two steps.

First only the projection, on the teacher's cached features (minutes); then the whole tower
on augmented pictures. Each picture pulls towards its own texts and away from others (InfoNCE),
takes its place between the names that the classifier hesitates between, and stays near where its
teachers put the whole, clean picture.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.lean_imports import Mlp
from models.training.augmentation import augmented
from models.training.design import frozen_statistics
from models.training.image_task import ImageTask, draw
from models.training.lessons import Scales, lesson_loss
from models.training.losses import cosine_distance
from models.training.schedule import AveragedWeights, Report, seed_everything, warmup_cosine
from models.training.teachers import FEATURE_DIM, TEXT_DIM, fast_arithmetic, normalised

_BLOCK = 4096  # rows projected at once


@dataclass(frozen=True, slots=True)
class HeadPlan:
    """How long and how hard the projection trains."""

    steps: int = 600
    batch: int = 768
    rate: float = 1e-3
    warmup: int = 100
    foreign_texts: int = 2048
    concepts: int = 400
    seed: int = 7


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """How long and how hard the tower trains."""

    steps: int = 500
    batch: int = 96
    foreign_texts: int = 2048
    concepts: int = 400
    # The first stages see edges and colours, which need no change, at the sizes that cost most.
    frozen_stages: int = 2
    rate: float = 4e-4
    keep: float = 0.0  # the weight of staying near the targets
    # The weight of seeing in a worn copy what the averaged tower sees in the whole picture.
    steady: float = 0.0
    seed: int = 7


def new_head() -> nn.Module:
    """The projection, shaped as open_clip's `timm_proj: mlp`."""
    head: nn.Module = Mlp(FEATURE_DIM, 2 * TEXT_DIM, TEXT_DIM, drop=(0.3, 0.0), bias=(True, False))
    return head


def train_head(task: ImageTask, plan: HeadPlan, report: Report) -> nn.Module:
    """Learn the projection on the teacher's features. Returns it in evaluation mode."""
    seed_everything(plan.seed)
    head, scales = new_head(), Scales()
    learnt = [*head.parameters(), *scales.parameters()]
    optimizer = torch.optim.AdamW(learnt, plan.rate, weight_decay=0.05)
    features = torch.from_numpy(task.features)
    for step, rows in enumerate(draw(task.weights, plan.batch, plan.steps, plan.seed)):
        _set_rate(optimizer, plan.rate * warmup_cosine(step, plan.steps, plan.warmup))
        seen = functional.dropout(features[rows].float(), 0.2)
        projected = functional.normalize(head(seen), dim=-1)
        loss = _loss(projected, task, rows, scales, plan, step)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        if step % 100 == 0:
            report(f"projection: step {step}/{plan.steps} loss {loss.item():.3f}")
    return head.eval()


def projected_by(head: nn.Module, task: ImageTask) -> Tensor:
    """Where the projection puts all pictures, (n, 384), by the teacher's features."""
    with torch.no_grad():
        parts = torch.split(torch.from_numpy(task.features), _BLOCK)
        return torch.cat([head(part.float()) for part in parts])


def train_tower(
    network: Any, task: ImageTask, plan: ImagePlan, report: Report, targets: Tensor | None = None
) -> None:
    """Train the whole image tower, in place; ends with the averaged weights.

    `targets`, (n, 384), are where pictures should be, if that is known.
    """
    seed_everything(plan.seed)
    visual = network.visual
    visual.to(memory_format=torch.channels_last)
    frozen_statistics(visual)
    freeze_first_stages(visual.trunk, plan.frozen_stages)
    average, scales, steady = AveragedWeights(visual, 0.99), Scales(), copy.deepcopy(visual).eval()
    learnt = [value for value in visual.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW([*learnt, *scales.parameters()], plan.rate, weight_decay=0.02)
    batches = draw(task.weights, plan.batch, plan.steps, plan.seed + 1)
    views = augmented(batches, task.pictures, task.mirrorable, plan.seed, plan.steady > 0)
    for step, (rows, worn, whole) in enumerate(views):
        _set_rate(optimizer, plan.rate * warmup_cosine(step, plan.steps, 50))
        with fast_arithmetic():
            features = visual(normalised(worn).to(memory_format=torch.channels_last))
        projected = functional.normalize(features.float(), dim=-1)
        loss = _loss(projected, task, rows, scales, plan, step)
        if targets is not None and plan.keep:
            loss = loss + plan.keep * cosine_distance(projected, targets[rows])
        if whole is not None:
            average.copy_to(steady)
            loss = loss + plan.steady * cosine_distance(projected, encode(steady, whole))
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(learnt, 1.0)
        optimizer.step()
        average.update(visual)
        if step % 25 == 0:
            report(f"image tower: step {step}/{plan.steps} loss {loss.item():.3f}")
    average.copy_to(visual)
    visual.requires_grad_(True).eval()


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


def _loss(
    projected: Tensor,
    task: ImageTask,
    rows: NDArray[np.int64],
    scales: Scales,
    plan: HeadPlan | ImagePlan,
    step: int,
) -> Tensor:
    """The lesson of one step: other texts and names in each, the same in each run."""
    rng = np.random.default_rng(step)
    return lesson_loss(projected, task, rows, plan.foreign_texts, plan.concepts, scales, rng)


def _set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate
