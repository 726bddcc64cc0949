"""Which pictures and captions make a step: the same for the same seed and step, whatever happened
in between, so that a resumed run sees what an uninterrupted one would have seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.tuning.pictures import Picture

_SEED_SPACE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """The pictures and texts of one step. `texts` are rows of `Captions.texts`."""

    step: int
    rows: NDArray[np.int64]  # (n,) pictures
    seeds: NDArray[np.int64]  # (n,) one for each picture's changes
    texts: NDArray[np.int64]  # (m,)
    positives: Tensor  # (n, m) bool: which text is true of which picture


class Captions:
    """All texts of some pictures, equal ones once, and whose they are.

    A text is true of every picture that has it as a caption: neither another caption of the same
    picture nor the same words at another picture count as a negative.
    """

    def __init__(self, pictures: Sequence[Picture]) -> None:
        rows: dict[str, int] = {}
        self.texts: list[str] = []
        self.of_picture: list[NDArray[np.int64]] = []
        for picture in pictures:
            own = []
            for caption in picture.captions:
                key = re.sub(r"\W+", " ", caption.lower()).strip() or caption
                if key not in rows:
                    rows[key] = len(self.texts)
                    self.texts.append(caption)
                own.append(rows[key])
            self.of_picture.append(np.unique(np.array(own, dtype=np.int64)))

    def truth(self, rows: NDArray[np.int64], texts: NDArray[np.int64]) -> Tensor:
        """(n, m) bool: which of the texts are captions of which of the pictures."""
        return torch.from_numpy(np.stack([np.isin(texts, self.of_picture[row]) for row in rows]))


class Batches:
    """Draws steps: every picture once an epoch, in an order of its own each time."""

    def __init__(self, pictures: Sequence[Picture], batch: int, captions: int, seed: int) -> None:
        self.captions = Captions(pictures)
        self._count = len(pictures)
        self._batch = min(batch, len(pictures))
        self._captions = captions
        self._seed = seed
        self._steps_an_epoch = max(1, len(pictures) // self._batch)

    def draw(self, step: int) -> Drawn:
        """The pictures and captions of a step."""
        epoch, place = divmod(step, self._steps_an_epoch)
        order = np.random.default_rng((self._seed, 1, epoch)).permutation(self._count)
        rows = np.sort(order[place * self._batch :][: self._batch])
        rng = np.random.default_rng((self._seed, 2, step))
        own = [self._some(self.captions.of_picture[row], rng) for row in rows]
        texts = np.unique(np.concatenate(own)) if own else np.zeros(0, np.int64)
        return Drawn(
            step,
            rows,
            rng.integers(_SEED_SPACE, size=len(rows)),
            texts,
            self.captions.truth(rows, texts),
        )

    def _some(self, own: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        if len(own) <= self._captions:
            return own
        return rng.choice(own, self._captions, replace=False)
