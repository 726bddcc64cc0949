"""Recall on pictures that are not trained on: before, while and after training. Never trains.

Reported is recall@10, text → image and image → text. Among few pictures it is near 1 for any model,
so what decides between two states is the mean of recall@1, @5 and @10 both ways. Where there are no
captions (distillation from a folder), both are the cosine to the teacher's embeddings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings, Encoder
from models.evaluation.intervals import Interval, mean_intervals
from models.evaluation.recall import DEFAULT_KS, recall_at_k, retrieval_ranks
from models.preparation import ImagePreparer
from models.training.tuning.pictures import Picture, read_picture

K = 10
MOST_PICTURES = 2000  # a figure from more is not much surer, and is measured again and again
TO_IMAGE, TO_TEXT, COSINE = "text→image recall@10", "image→text recall@10", "cosine to the teacher"


@dataclass(frozen=True, slots=True)
class Measured:
    """Outcomes by figure, for each value which held-out picture it belongs to, and the `score`
    that decides between two states of a model.
    """

    score: float
    values: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    owners: dict[str, NDArray[np.int64]] = field(default_factory=dict)

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


def measured_recall(images: Embeddings, texts: Embeddings, owners: NDArray[np.int64]) -> Measured:
    """recall@10 both ways of (n, dim) pictures and (m, dim) captions with their pictures' rows."""
    to_image, to_text = retrieval_ranks(images, texts, owners)
    shares = [recall_at_k(ranks, k) for ranks in (to_image, to_text) for k in DEFAULT_KS]
    return Measured(
        float(np.mean(shares)),
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
        mean = float(cosines.mean())
        return Measured(mean, {COSINE: cosines}, {COSINE: np.arange(self.count)})
