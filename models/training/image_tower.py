"""Train the image tower against fixed text embeddings, in two steps.

First only the projection, on the teacher's cached features (a minute); then the whole tower on
augmented pictures. Each picture pulls towards its own texts and away from others (InfoNCE), and
stays near what the projected teacher features say of it, which keeps what ImageNet taught.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from timm.layers.mlp import Mlp
from torch import Tensor, nn
from torch.nn import functional
from torchvision.transforms import v2

from models.training.design import IMAGE_SIDE, frozen_statistics
from models.training.losses import contrastive_loss, cosine_distance
from models.training.schedule import AveragedWeights, seed_everything, warmup_cosine
from models.training.teachers import FEATURE_DIM, TEXT_DIM, normalised

Report = Callable[[str], None]
_LOOK_AHEAD = 4  # batches decoded ahead of the one being learnt


@dataclass(frozen=True, slots=True)
class ImageTask:
    """What the image tower learns from; row i of every array speaks of picture i.

    `texts_of[i]` are rows of `text_embeddings` (empty for pictures without words), `groups[i]` says
    which pictures share their texts, `soft_targets` are the teacher's guesses in the text space.
    """

    pictures: Sequence[bytes]
    features: NDArray[np.float16]  # (n, 1280)
    soft_targets: NDArray[np.float16]  # (n, 384)
    texts_of: Sequence[NDArray[np.int64]]
    groups: NDArray[np.int64]  # (n,)
    weights: NDArray[np.float64]  # (n,) how often a picture is drawn
    mirrorable: NDArray[np.bool_]  # (n,) False where a text says left or right
    text_embeddings: Tensor  # (m, 384), unit


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """How long and how hard to train."""

    head_steps: int = 1500
    head_batch: int = 1024
    tower_steps: int = 600
    tower_batch: int = 96
    extra_texts: int = 2048
    # The first stages see edges and colours, which need no change, at the sizes that cost most.
    frozen_stages: int = 3
    head_rate: float = 1e-3
    tower_rate: float = 4e-4
    seed: int = 7


def new_head() -> nn.Module:
    """The projection, shaped as open_clip's `timm_proj: mlp`."""
    head: nn.Module = Mlp(FEATURE_DIM, 2 * TEXT_DIM, TEXT_DIM, drop=(0.1, 0.0), bias=(True, False))
    return head


def train_head(task: ImageTask, plan: ImagePlan, report: Report) -> nn.Module:
    """Learn the projection on the teacher's features. Returns it in evaluation mode."""
    seed_everything(plan.seed)
    head, scale = new_head(), nn.Parameter(torch.tensor(np.log(1 / 0.05), dtype=torch.float32))
    optimizer = torch.optim.AdamW([*head.parameters(), scale], plan.head_rate, weight_decay=0.05)
    features = torch.from_numpy(task.features)
    batches = _draw(task, plan.head_batch, plan.head_steps, plan.seed)
    for step, rows in enumerate(batches):
        _set_rate(optimizer, plan.head_rate * warmup_cosine(step, plan.head_steps, 100))
        projected = functional.normalize(head(features[rows].float()), dim=-1)
        loss = _loss(projected, task, rows, scale.exp(), plan.extra_texts, step)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        if step % 500 == 0:
            report(f"projection: step {step}/{plan.head_steps} loss {loss.item():.3f}")
    return head.eval()


def train_tower(
    network: Any, head: nn.Module, task: ImageTask, plan: ImagePlan, report: Report
) -> None:
    """Train the whole image tower, in place; ends with the averaged weights."""
    seed_everything(plan.seed)
    visual = network.visual
    visual.head.mlp.load_state_dict(head.state_dict())
    visual.to(memory_format=torch.channels_last)
    frozen_statistics(visual)
    freeze_first_stages(visual.trunk, plan.frozen_stages)
    average = AveragedWeights(visual, 0.995)
    scale = nn.Parameter(torch.tensor(np.log(1 / 0.05), dtype=torch.float32))
    learnt = [value for value in visual.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW([*learnt, scale], plan.tower_rate, weight_decay=0.02)
    teacher = torch.from_numpy(task.features)
    for step, (rows, pixels) in enumerate(_augmented(task, plan)):
        _set_rate(optimizer, plan.tower_rate * warmup_cosine(step, plan.tower_steps, 50))
        with torch.autocast("cpu", torch.bfloat16):
            features = visual(normalised(pixels).to(memory_format=torch.channels_last))
        projected = functional.normalize(features.float(), dim=-1)
        with torch.no_grad():
            target = head(teacher[rows].float())
        loss = _loss(projected, task, rows, scale.exp(), plan.extra_texts, step)
        loss = loss + 2.0 * cosine_distance(projected, target)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(learnt, 1.0)
        optimizer.step()
        average.update(visual)
        if step % 25 == 0:
            report(f"image tower: step {step}/{plan.tower_steps} loss {loss.item():.3f}")
    average.copy_to(visual)
    visual.eval()


def freeze_first_stages(trunk: Any, stages: int) -> None:
    """Let the stem and the first stages of a MobileNet stay as they are."""
    for part in (trunk.conv_stem, trunk.bn1, *trunk.blocks[:stages]):
        part.requires_grad_(False)


def _loss(
    projected: Tensor,
    task: ImageTask,
    rows: NDArray[np.int64],
    scale: Tensor,
    extra: int,
    step: int,
) -> Tensor:
    """Contrast with own and foreign texts, and pull towards the teacher's guesses."""
    rng = np.random.default_rng(step)
    worded = np.array([i for i, row in enumerate(rows) if len(task.texts_of[row])], dtype=np.int64)
    own = np.array([rng.choice(task.texts_of[rows[i]]) for i in worded], dtype=np.int64)
    foreign = rng.choice(len(task.text_embeddings), extra, replace=False)
    groups = torch.from_numpy(task.groups[rows[worded]])
    text_groups = torch.cat([groups, torch.full((extra,), -1)])
    mine = torch.isin(torch.from_numpy(foreign), torch.from_numpy(own))
    texts = task.text_embeddings[np.concatenate([own, foreign])]
    keep = torch.cat([torch.ones(len(own), dtype=torch.bool), ~mine])
    loss = contrastive_loss(projected[worded], texts[keep], scale, groups, text_groups[keep])
    guesses = torch.from_numpy(task.soft_targets[rows]).float()
    return loss + cosine_distance(projected, guesses)


def _draw(task: ImageTask, batch: int, steps: int, seed: int) -> Iterator[NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    shares = task.weights / task.weights.sum()
    for _ in range(steps):
        yield rng.choice(len(shares), batch, replace=False, p=shares, shuffle=False)


def _augmented(task: ImageTask, plan: ImagePlan) -> Iterator[tuple[NDArray[np.int64], Tensor]]:
    """Batches of rows and their augmented pictures, decoded a few batches ahead."""
    crop = v2.RandomResizedCrop(IMAGE_SIDE, scale=(0.5, 1.0), ratio=(0.7, 1.43), antialias=True)

    def load(row: int) -> Tensor:
        image = Image.open(io.BytesIO(task.pictures[row])).convert("RGB")
        pixels = crop(torch.from_numpy(np.array(image)).permute(2, 0, 1))
        if task.mirrorable[row] and torch.rand(()) < 0.5:
            pixels = pixels.flip(-1)
        prepared: Tensor = pixels
        return prepared

    with ThreadPoolExecutor(2) as pool:
        waiting: list[tuple[NDArray[np.int64], Any]] = []
        for rows in _draw(task, plan.tower_batch, plan.tower_steps, plan.seed + 1):
            waiting.append((rows, [pool.submit(load, int(row)) for row in rows]))
            if len(waiting) > _LOOK_AHEAD:
                first, futures = waiting.pop(0)
                yield first, torch.stack([future.result() for future in futures])
        for first, futures in waiting:
            yield first, torch.stack([future.result() for future in futures])


def _set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate
