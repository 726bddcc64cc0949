"""What a batch of pictures teaches: its own and foreign texts, and the choices between names.

Never holds weights but the two scales.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.training.concepts import choice_loss
from models.training.image_task import ImageTask
from models.training.losses import contrastive_loss


class Scales(nn.Module):
    """Learnt sharpness of the two kinds of loss."""

    def __init__(self) -> None:
        super().__init__()
        self.contrast = nn.Parameter(torch.tensor(float(np.log(20))))
        self.choice = nn.Parameter(torch.tensor(float(np.log(30))))


def lesson_loss(
    projected: Tensor,
    task: ImageTask,
    rows: NDArray[np.int64],
    foreign_texts: int,
    concepts: int,
    scales: Scales,
    rng: np.random.Generator,
) -> Tensor:
    """Contrast with own and foreign texts, and the choices between names, of (b, d) unit rows.

    `rows` (b,) are the pictures. Each that has texts is held against one of them, those of the
    others and `foreign_texts` more; each choice is narrowed to at most so many `concepts`.
    """
    worded = np.array([i for i, row in enumerate(rows) if len(task.texts_of[row])], dtype=np.int64)
    own = np.array([rng.choice(task.texts_of[rows[i]]) for i in worded], dtype=np.int64)
    foreign = rng.choice(len(task.text_embeddings), foreign_texts, replace=False)
    foreign = foreign[~np.isin(foreign, own)]
    groups = torch.from_numpy(task.groups[rows[worded]])
    text_groups = torch.cat([groups, torch.full((len(foreign),), -1)])
    texts = task.text_embeddings[np.concatenate([own, foreign])]
    loss = contrastive_loss(projected[worded], texts, scales.contrast.exp(), groups, text_groups)
    for choice in task.opinions.of(rows):
        kept, narrowed = choice.narrowed(concepts, rng)
        names = task.text_embeddings[choice.concepts.choose(kept, rng)]
        loss = loss + choice_loss(projected, names, narrowed, scales.choice.exp())
    return loss
