"""Recall on pictures that are not trained on: before, while and after training. Never trains.

The figure that decides is the mean of recall@10 text → image and image → text. Where there are no
captions (distillation from a folder), it is the mean cosine to the teacher's embeddings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from models.encoder import Embeddings, Encoder
from models.evaluation.intervals import Interval, mean_intervals
from models.evaluation.recall import retrieval_ranks
from models.training.tuning.pictures import Picture, read_picture
from models.preparation import ImagePreparer

K = 10
MOST_PICTURES = 2000  # a figure from more is not much surer, and is measured again and again
TO_IMAGE, TO_TEXT, COSINE = "text→image recall@10", "image→text recall@10", "cosine to the teacher"


@dataclass(frozen=True, slots=True)
class Measured:
    """Outcomes by figure: for each value which held-out picture it belongs to."""

    values: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    owners: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """What decides between two states of a model."""
        return float(np.mean([values.mean() for values in self.values.values()]))

    def intervals(self) -> dict[str, Interval]:
        """Each figure with its bootstrap 95 % interval over pictures."""
        return {
            name: mean_intervals(values[:, None], self.owners[name])[0]
            for name, values in self.values.items()
        }

    def gain_over(self, before: Measured) -> dict[str, Interval]:
        """The paired differences: the same pictures and captions, after minus before."""
        return {
            name: mean_intervals((values - before.values[name])[:, None], self.owners[name])[0]
            for name, values in self.values.items()
        }


def measured_recall(
    images: Embeddings, texts: Embeddings, owners: NDArray[np.int64]
) -> Measured:
    """recall@10 both ways of (n, dim) pictures and (m, dim) captions with their pictures' rows."""
    to_image, to_text = retrieval_ranks(images, texts, owners)
    return Measured(
        {TO_IMAGE: (to_image < K).astype(np.float64), TO_TEXT: (to_text < K).astype(np.float64)},
        {TO_IMAGE: owners, TO_TEXT: np.unique(owners)},
    )


class Development:
    """Held-out pictures, prepared once, with their captions or a teacher's embeddings."""

    def __init__(
        self,
        pictures: Sequence[Picture],
        prepare: ImagePreparer,
        targets: Embeddings | None = None,
    ) -> None:
        pictures = pictures[:MOST_PICTURES]
        self.count = len(pictures)
        self.pixels = np.stack([prepare(read_picture(p, prepare.min_side)) for p in pictures])
        self.texts = [caption for picture in pictures for caption in picture.captions]
        own = [row for row, picture in enumerate(pictures) for _ in picture.captions]
        self.owners = np.array(own, dtype=np.int64)
        self._targets = targets

    def embed(self, encoder: Encoder) -> tuple[Embeddings, Embeddings]:
        """(n, dim) of the pictures and (m, dim) of their captions."""
        return encoder.encode_prepared(self.pixels), encoder.encode_text(self.texts)

    def measure(self, images: Embeddings, texts: Embeddings) -> Measured:
        """How good these embeddings are."""
        if self._targets is None:
            return measured_recall(images, texts, self.owners)
        cosines = np.einsum("ij,ij->i", images, self._targets[: self.count]).astype(np.float64)
        return Measured({COSINE: cosines}, {COSINE: np.arange(self.count)})


def as_tensors(
    images: Embeddings, texts: Embeddings, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """Embeddings as tensors on the device."""
    return torch.from_numpy(images).to(device), torch.from_numpy(texts).to(device)
