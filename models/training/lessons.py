"""What a batch of pictures teaches: its own and foreign texts, and the choices between names.

Never holds weights but the two scales.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.training.concepts import Choice, choice_loss
from models.training.image_task import ImageTask
from models.training.losses import contrastive_loss

Words = Callable[[NDArray[np.int64]], Tensor]  # rows of texts → (n, d) unit features


@dataclass(frozen=True, slots=True)
class Lesson:
    """Of a batch's pictures, those of `worded` have texts: the first rows of `texts` are theirs.

    `choices` are rows of names and what is known of the batch's pictures in these names.
    """

    worded: NDArray[np.int64]  # (w,) positions in the batch
    groups: Tensor  # (w,)
    texts: NDArray[np.int64]  # (t,) own texts, then foreign ones
    text_groups: Tensor  # (t,) -1 where foreign
    choices: tuple[tuple[NDArray[np.int64], Choice], ...]


@dataclass(frozen=True, slots=True)
class Spoken:
    """The features of a lesson's texts and names."""

    texts: Tensor  # (t, d)
    names: tuple[Tensor, ...]


class Scales(nn.Module):
    """Learnt sharpness of the two kinds of loss."""

    def __init__(self) -> None:
        super().__init__()
        self.contrast = nn.Parameter(torch.tensor(float(np.log(20))))
        self.choice = nn.Parameter(torch.tensor(float(np.log(30))))


def draw_lesson(
    task: ImageTask,
    rows: NDArray[np.int64],
    foreign_texts: int,
    concepts: int,
    rng: np.random.Generator,
) -> Lesson:
    """One of its own texts for each picture that has any, `foreign_texts` others, and at most so
    many `concepts` of each choice.
    """
    worded = np.array([i for i, row in enumerate(rows) if len(task.texts_of[row])], dtype=np.int64)
    own = np.array([rng.choice(task.texts_of[rows[i]]) for i in worded], dtype=np.int64)
    foreign = rng.choice(len(task.text_embeddings), foreign_texts, replace=False)
    foreign = foreign[~np.isin(foreign, own)]
    groups = torch.from_numpy(task.groups[rows[worded]])
    choices = []
    for choice in task.opinions.of(rows):
        kept, narrowed = choice.narrowed(concepts, rng)
        choices.append((choice.concepts.choose(kept, rng), narrowed))
    return Lesson(
        worded,
        groups,
        np.concatenate([own, foreign]),
        torch.cat([groups, torch.full((len(foreign),), -1)]),
        tuple(choices),
    )


def speak(lesson: Lesson, words: Words) -> Spoken:
    """Embed everything that the lesson says."""
    return Spoken(words(lesson.texts), tuple(words(names) for names, _ in lesson.choices))


def lesson_loss(projected: Tensor, lesson: Lesson, spoken: Spoken, scales: Scales) -> Tensor:
    """Contrast with own and foreign texts, and the choices between names, of (b, d) unit rows."""
    loss = contrastive_loss(
        projected[lesson.worded],
        spoken.texts,
        scales.contrast.exp(),
        lesson.groups,
        lesson.text_groups,
    )
    for (_, choice), names in zip(lesson.choices, spoken.names, strict=True):
        loss = loss + choice_loss(projected, names, choice, scales.choice.exp())
    return loss
