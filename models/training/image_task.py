"""What the image towers learn from. Never learns, never reads a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from models.training.concepts import Opinions


@dataclass(frozen=True, slots=True)
class ImageTask:
    """Row i of every array speaks of picture i.

    `features` are those of the image teacher; `texts_of[i]` are rows of `text_embeddings` (empty
    for pictures without words), `groups[i]` says which pictures share their texts, `opinions` what
    is known besides. Pictures of `held_out` have weight 0: they judge the training.
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

    def is_captioned(self, row: int) -> bool:
        """Whether the picture's texts speak of it alone, and are no label's templates."""
        labelled = any(labels[row] >= 0 for _, labels in self.opinions.label_sets)
        return len(self.texts_of[row]) > 0 and not labelled


def draw(
    weights: NDArray[np.float64], batch: int, steps: int, seed: int
) -> Iterator[NDArray[np.int64]]:
    """Random batches of rows, by the pictures' weights."""
    rng = np.random.default_rng(seed)
    shares = weights / weights.sum()
    for _ in range(steps):
        yield rng.choice(len(shares), batch, replace=False, p=shares, shuffle=False)
