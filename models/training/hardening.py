"""Make the image tower see the same in a worse copy of a picture.

People search with what they have: smaller, recompressed, in another precision. The finished tower
is its own teacher: for a shrunken and recompressed copy it learns to say what it said of the whole
picture, so the space does not move and texts need no new alignment. Never sees a text.
"""

from __future__ import annotations

import copy
import io
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from models.images import DecodedImage, decode_image
from models.preparation import ImagePreparer
from models.training.design import frozen_statistics
from models.training.image_task import ImageTask
from models.training.image_tower import encode, freeze_first_stages
from models.training.losses import contrastive_loss, cosine_distance
from models.training.schedule import AveragedWeights, Report, seed_everything, warmup_cosine
from models.training.teachers import IMAGE_SIDE, fast_arithmetic, normalised

_LOOK_AHEAD = 4  # batches decoded ahead of the one being learnt
_CONTRAST_SCALE = 20.0
_DISTANCE_WEIGHT = 10.0
_prepare = ImagePreparer(IMAGE_SIDE, IMAGE_SIDE, "squash", "bicubic", 0)


@dataclass(frozen=True, slots=True)
class HardeningPlan:
    """How long and how hard to train, and how bad a copy may be."""

    steps: int = 90
    batch: int = 80
    rate: float = 3e-4
    frozen_stages: int = 1
    smallest: float = 0.45
    qualities: tuple[int, int] = (55, 95)
    seed: int = 17


def harden_image_tower(network: Any, task: ImageTask, plan: HardeningPlan, report: Report) -> None:
    """Train `network.visual` in place; ends with the averaged weights."""
    seed_everything(plan.seed)
    visual = network.visual.to(memory_format=torch.channels_last)
    before = copy.deepcopy(visual).eval()
    frozen_statistics(visual)
    freeze_first_stages(visual.trunk, plan.frozen_stages)
    average = AveragedWeights(visual, 0.98)
    learnt = [value for value in visual.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(learnt, plan.rate, weight_decay=0.0)
    groups, scale = torch.arange(plan.batch), torch.tensor(_CONTRAST_SCALE)
    for step, (whole, worse) in enumerate(_pairs(task, plan)):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * warmup_cosine(step, plan.steps, 20)
        wanted = encode(before, whole)
        with fast_arithmetic():
            features = visual(_inputs(worse))
        actual = _unit(features)
        distance = cosine_distance(actual, wanted)
        loss = _DISTANCE_WEIGHT * distance
        loss = loss + contrastive_loss(actual, wanted, scale, groups, groups)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(learnt, 1.0)
        optimizer.step()
        average.update(visual)
        if step % 25 == 0:
            report(f"hardening: step {step}/{plan.steps} cosine {1 - distance.item():.4f}")
    average.copy_to(visual)
    visual.requires_grad_(True)
    visual.eval()


def worse_copy(image: DecodedImage, plan: HardeningPlan, rng: random.Random) -> DecodedImage:
    """The picture shrunken and recompressed, as people send pictures around."""
    share = rng.uniform(plan.smallest, 1.0)
    height, width = image.pixels.shape[:2]
    size = (max(16, round(width * share)), max(16, round(height * share)))
    small = Image.fromarray(image.pixels).resize(size, rng.choice(list(Image.Resampling)[1:4]))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=rng.randint(*plan.qualities))
    return decode_image(buffer.getvalue())


def _pairs(task: ImageTask, plan: HardeningPlan) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of whole pictures and their worse copies, decoded a few batches ahead."""
    rng = np.random.default_rng(plan.seed)
    shares = task.weights / task.weights.sum()

    def load(row: int, seed: int) -> tuple[Tensor, Tensor]:
        image = decode_image(task.pictures[row])
        worse = worse_copy(image, plan, random.Random(seed))
        return torch.from_numpy(_prepare(image)), torch.from_numpy(_prepare(worse))

    with ThreadPoolExecutor(2) as pool:
        waiting = []
        for step in range(plan.steps + _LOOK_AHEAD):
            if step < plan.steps:
                rows = rng.choice(len(shares), plan.batch, replace=False, p=shares)
                seeds = range(step * plan.batch, (step + 1) * plan.batch)
                waiting.append([pool.submit(load, *pair) for pair in zip(rows, seeds, strict=True)])
            if step >= _LOOK_AHEAD:
                pairs = [future.result() for future in waiting.pop(0)]
                yield torch.stack([a for a, _ in pairs]), torch.stack([b for _, b in pairs])


def _inputs(pixels: Tensor) -> Tensor:
    return normalised(pixels).to(memory_format=torch.channels_last)


def _unit(features: Tensor) -> Tensor:
    return nn.functional.normalize(features.float(), dim=-1)
