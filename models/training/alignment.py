"""Bring the text tower to the image tower's embeddings, without letting it forget its teacher.

The image tower is done and its embeddings are fixed; the text tower and the temperature learn.
Never trains the image tower.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.text_truncation import find_causal_tower
from models.training.image_tower import Report
from models.training.losses import MAX_LOGIT_SCALE, contrastive_loss, cosine_distance
from models.training.schedule import AveragedWeights, seed_everything, warmup_cosine


@dataclass(frozen=True, slots=True)
class PairTask:
    """Pictures' fixed embeddings and the tokens of the texts that belong to them.

    Pair j says that text `tokens[j]` is true of picture `image_of[j]`; texts of the same group fit
    each other's pictures too. `text_targets` are the teacher's embeddings of the texts.
    """

    image_embeddings: Tensor  # (n, d), unit
    tokens: Tensor  # (m, context)
    text_targets: Tensor  # (m, d), unit
    image_of: Tensor  # (m,)
    groups: Tensor  # (m,)
    weights: Tensor  # (m,) how often a pair is drawn


@dataclass(frozen=True, slots=True)
class AlignmentPlan:
    """How long and how hard to train; `keep` weighs agreement with the teacher."""

    steps: int = 500
    batch: int = 512
    rate: float = 3e-4
    keep: float = 2.0
    seed: int = 13


def align_text_tower(network: Any, task: PairTask, plan: AlignmentPlan, report: Report) -> None:
    """Train `network.text` and `network.logit_scale`, in place."""
    seed_everything(plan.seed)
    causal = find_causal_tower(network)
    if causal is None:
        raise ValueError("the text tower is not causal")
    average = AveragedWeights(network.text, 0.99)
    with torch.no_grad():
        network.logit_scale.fill_(float(np.log(1 / 0.05)))
    learnt = [*network.text.parameters(), network.logit_scale]
    optimizer = torch.optim.AdamW(learnt, plan.rate, weight_decay=0.01)
    generator = torch.Generator().manual_seed(plan.seed)
    for step in range(plan.steps):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * warmup_cosine(step, plan.steps, 50)
        pairs = torch.multinomial(task.weights, plan.batch, generator=generator)
        with torch.autocast("cpu", torch.bfloat16):
            features = causal.features(task.tokens[pairs])
        texts = nn.functional.normalize(features.float(), dim=-1)
        images = task.image_embeddings[task.image_of[pairs]]
        groups = task.groups[pairs]
        contrast = contrastive_loss(images, texts, network.logit_scale.exp(), groups, groups)
        kept = cosine_distance(texts, task.text_targets[pairs])
        optimizer.zero_grad()
        torch.autograd.backward(contrast + plan.keep * kept)
        nn.utils.clip_grad_norm_(learnt, 1.0)
        optimizer.step()
        with torch.no_grad():
            network.logit_scale.clamp_(max=float(np.log(MAX_LOGIT_SCALE)))
        average.update(network.text)
        if step % 50 == 0:
            report(f"alignment: step {step}/{plan.steps} loss {contrast.item():.3f}")
    average.copy_to(network.text)
    network.eval()
