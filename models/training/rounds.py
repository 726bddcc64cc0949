"""Rounds of learning by turns, and the mean of what was learnt apart.

In a round the image tower learns from fixed texts, then the text tower from the fixed pictures.
Each step leaves its result in the work directory and is skipped when it is there.
"""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.alignment import AlignmentPlan, align_text_tower
from models.training.alignment_material import alignment_pictures, alignment_task
from models.training.hardening import HardeningPlan, harden_image_tower
from models.training.image_task import ImageTask
from models.training.image_tower import ImagePlan, encode, train_tower
from models.training.judging import judge
from models.training.material import Texts
from models.training.phases import phase
from models.training.schedule import Report
from models.training.soups import mixed
from models.training.teachers import IMAGE_SIDE, squash
from models.training.text_tower import encode_tokens

_ENCODE_BATCH = 64


@dataclass(frozen=True, slots=True)
class Round:
    """How each tower learns in a round."""

    image: ImagePlan
    alignment: AlignmentPlan


FIRST_ROUND = Round(ImagePlan(keep=2.0), AlignmentPlan())
# The second round starts from texts that know their pictures: the tower leaves its teacher, and
# becomes steady against small and bad copies.
SECOND_ROUND = Round(
    ImagePlan(steps=180, rate=3e-4, steady=10.0, frozen_stages=1, seed=21),
    AlignmentPlan(steps=120, rate=2.5e-4, seed=23),
)
SECOND_ALIGNMENT = AlignmentPlan(crowd=4096, keep=0.5)
# The second alignment sees pictures as a tower does that has gone back so far towards its start.
BACK = 0.3
# A tower that learns apart from the rounds' one, and its share in the mean of both.
SIBLING = ImagePlan(steps=340, seed=31)
SIBLINGS_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is learnt from, where results are left, and who is told."""

    task: ImageTask
    texts: Texts
    work: Path
    report: Report

    def judged(self, network: Any) -> str:
        """Figures on the pictures that are held out."""
        embeddings = image_embeddings(network, self.task, self.task.held_out, self.report)
        return judge(self.task, embeddings, lambda rows: encode_tokens(network, self.tokens(rows)))

    def tokens(self, rows: NDArray[np.int64]) -> Tensor:
        """Tokens of some texts, (n, context)."""
        return self.texts.tokens[rows]

    def with_texts_of(self, network: Any) -> ImageTask:
        """The task, with texts as the network's own text tower sees them."""
        self.report("embedding texts")
        return replace(self.task, text_embeddings=encode_tokens(network, self.texts.tokens))


def train_round(network: Any, lessons: Lessons, plans: Round, number: int, targets: Tensor) -> None:
    """The image tower, then the text tower. The first round's texts are the sentence encoder's.

    `targets` are where the first teacher's projection puts the pictures.
    """
    task = lessons.task if number == 1 else lessons.with_texts_of(network)
    _learn_pictures(network, f"image-{number}.pt", task, plans.image, lessons, targets)
    _align(network, lessons, plans.alignment)


def stir(network: Any, lessons: Lessons, start: dict[str, Tensor]) -> None:
    """The means of both towers and of what is learnt apart from them; in place.

    `start` is the image tower as it was before the first round: there its sibling begins too.
    """
    image = copy.deepcopy(network.visual.state_dict())
    network.visual.load_state_dict(start)
    _learn_pictures(network, "sibling.pt", lessons.with_texts_of(network), SIBLING, lessons)
    sibling = copy.deepcopy(network.visual.state_dict())
    network.visual.load_state_dict(mixed([(1 - BACK, image), (BACK, start)]))
    _align_again(network, lessons)
    network.visual.load_state_dict(image)
    harden = partial(harden_image_tower, network, lessons.task, HardeningPlan(), lessons.report)
    phase(lessons.work / "hardened.pt", network.visual, harden)
    hardened = copy.deepcopy(network.visual.state_dict())
    parts = [(1 - SIBLINGS_SHARE, hardened), (SIBLINGS_SHARE, sibling)]
    network.visual.load_state_dict(mixed(parts))


def _align_again(network: Any, lessons: Lessons) -> None:
    """Half of the way to the text tower that the pictures ask for."""
    text = copy.deepcopy(network.text.state_dict())
    scale = network.logit_scale.detach().clone()
    _align(network, lessons, SECOND_ALIGNMENT)
    network.text.load_state_dict(mixed([(0.5, text), (0.5, network.text.state_dict())]))
    with torch.no_grad():
        network.logit_scale.copy_(scale)  # the scale of the rounds stays


def _learn_pictures(
    network: Any,
    result: str,
    task: ImageTask,
    plan: ImagePlan,
    lessons: Lessons,
    targets: Tensor | None = None,
) -> None:
    train = partial(train_tower, network, task, plan, lessons.report, targets)
    phase(lessons.work / result, network.visual, train)


def _align(network: Any, lessons: Lessons, plan: AlignmentPlan) -> None:
    pictures = alignment_pictures(lessons.task)
    embeddings = image_embeddings(network, lessons.task, pictures, lessons.report)
    aligning = alignment_task(pictures, embeddings, lessons.task, lessons.texts)
    align_text_tower(network, aligning, plan, lessons.report)


def image_embeddings(
    network: Any, task: ImageTask, pictures: NDArray[np.int64], report: Report
) -> Tensor:
    """(n, d) unit embeddings of some pictures."""
    visual = copy.deepcopy(network.visual).eval().to(memory_format=torch.channels_last)
    rows = []
    with ThreadPoolExecutor(2) as pool:
        for start in range(0, len(pictures), _ENCODE_BATCH):
            batch = [task.pictures[row] for row in pictures[start : start + _ENCODE_BATCH]]
            pixels = torch.stack(list(pool.map(squash, batch, [IMAGE_SIDE] * len(batch))))
            rows.append(encode(visual, pixels))
            if start % (_ENCODE_BATCH * 50) == 0:
                report(f"embedding pictures: {start}/{len(pictures)}")
    return torch.cat(rows)
