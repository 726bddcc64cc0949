"""Retrieval figures with their intervals: recall@k, ranks, and what chance alone would reach.

Ranks come from `models.evaluation.recall`, which defines them. Never encodes anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings
from models.evaluation.intervals import Interval, mean_intervals, median_interval
from models.evaluation.recall import DEFAULT_KS, retrieval_ranks


@dataclass(frozen=True, slots=True)
class Direction:
    """One way of asking. Ranks of the figures count from 1, those of `ranks` from 0.

    `ranks` (q,) is the rank of each question's best right answer, `pictures` (q,) the row of the
    picture that it is about. `chance` is recall@k of answers in random order.
    """

    recall: dict[int, Interval]
    median_rank: Interval
    mean_rank: Interval
    mean_reciprocal_rank: Interval
    chance: dict[int, float]
    ranks: NDArray[np.int64]
    pictures: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RetrievalFigures:
    """Both ways, over so many pictures and captions. Some pictures may have no caption: they are
    among the answers, and nobody asks about them.
    """

    text_to_image: Direction
    image_to_text: Direction
    pictures: int
    captions: int
    pictures_without_caption: int


def measure_retrieval(
    image_embeddings: Embeddings,
    text_embeddings: Embeddings,
    image_of_text: Sequence[int],
    ks: Sequence[int] = DEFAULT_KS,
    *,
    seed: int = 0,
) -> RetrievalFigures:
    """Measure (n, dim) pictures against (m, dim) captions; caption j is of picture
    `image_of_text[j]`. Raises ValueError if there are no captions.
    """
    if not len(image_of_text):
        raise ValueError("there are no captions to ask with")
    n, m = len(image_embeddings), len(text_embeddings)
    owner = np.asarray(image_of_text, dtype=np.int64)  # (m,)
    to_image, to_text = retrieval_ranks(image_embeddings, text_embeddings, owner)
    captioned, captions_each = np.unique(owner, return_counts=True)
    return RetrievalFigures(
        _direction(to_image, owner, {k: min(1.0, k / n) for k in ks}, seed),
        _direction(to_text, captioned, {k: _chance(m, captions_each, k) for k in ks}, seed),
        n,
        m,
        n - len(captioned),
    )


def _direction(
    ranks: NDArray[np.int64], pictures: NDArray[np.int64], chance: dict[int, float], seed: int
) -> Direction:
    columns = [ranks < k for k in chance]
    values = np.stack([*columns, ranks + 1, 1.0 / (ranks + 1)], axis=1).astype(np.float64)  # (q, …)
    *recalls, mean_rank, reciprocal = mean_intervals(values, pictures, seed=seed)
    return Direction(
        recall=dict(zip(chance, recalls, strict=True)),
        median_rank=median_interval(ranks + 1, pictures, seed=seed),
        mean_rank=mean_rank,
        mean_reciprocal_rank=reciprocal,
        chance=chance,
        ranks=ranks,
        pictures=pictures,
    )


def _chance(captions: int, captions_each: NDArray[np.int64], k: int) -> float:
    """How likely one of a picture's own captions is among k drawn ones, on average."""
    missed = np.ones(len(captions_each))
    for drawn in range(min(k, captions)):
        missed *= np.maximum(captions - captions_each - drawn, 0) / (captions - drawn)
    return float((1 - missed).mean())
