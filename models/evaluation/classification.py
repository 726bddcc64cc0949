"""Zero-shot classification figures: accuracy, recall by class, confusions. Never encodes anything.

top-1 is the share of pictures whose own class has the highest score, top-5 the share whose own
class is among the five highest. Recall of a class is top-1 over its own pictures; their mean weighs
every class alike, however many pictures it has. Ties count against the encoder, as in retrieval.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation.intervals import (
    Interval,
    mean_intervals,
    mean_of_shares_interval,
    share_interval,
)
from models.evaluation.recall import TIE

TOP = 5


@dataclass(frozen=True, slots=True)
class ClassRecall:
    """Recall of one class over its `pictures`; the value is NaN if it has none."""

    classname: str
    pictures: int
    recall: Interval


@dataclass(frozen=True, slots=True)
class Confusion:
    """So many pictures of one class were taken for another; `share` is of the class's pictures."""

    classname: str
    taken_for: str
    pictures: int
    share: float


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Over `pictures`. `top_5` is None where there are no more than five classes to choose from.

    `confusion` (c, c) counts pictures: rows are what they are, columns what they were taken for.
    `predicted` (n,) are the columns. `chance` is top-1 of a guess, `largest_class` top-1 of always
    naming the commonest class.
    """

    classnames: tuple[str, ...]
    pictures: int
    top_1: Interval
    top_5: Interval | None
    mean_class_recall: Interval
    classes: tuple[ClassRecall, ...]
    confusion: NDArray[np.int64]
    predicted: NDArray[np.int64]
    chance: float
    largest_class: float

    def commonest_confusions(self, count: int) -> list[Confusion]:
        """The pairs of classes that are mixed up most often, the commonest first."""
        wrong = self.confusion.copy()
        np.fill_diagonal(wrong, 0)
        totals = self.confusion.sum(axis=1)  # (c,)
        order = np.argsort(-wrong, axis=None, kind="stable")[:count]
        pairs = [divmod(int(cell), len(wrong)) for cell in order]
        return [
            Confusion(
                self.classnames[row],
                self.classnames[column],
                int(wrong[row, column]),
                float(wrong[row, column] / totals[row]),
            )
            for row, column in pairs
            if wrong[row, column]
        ]


def measure_classes(
    scores: NDArray[np.floating], labels: Sequence[int], classnames: Sequence[str], *, seed: int = 0
) -> ClassFigures:
    """Measure (n, c) scores of pictures whose classes are the columns `labels`.

    Raises ValueError if there is no picture.
    """
    label = np.asarray(labels, dtype=np.int64)  # (n,)
    if not len(label):
        raise ValueError("there are no pictures to classify")
    rows, count = np.arange(len(label)), len(classnames)
    others = scores.astype(np.float64)  # a copy
    own = others[rows, label]  # (n,)
    others[rows, label] = -np.inf
    ranks = np.count_nonzero(others >= own[:, None] - TIE, axis=1)  # (n,) counted from 0
    predicted = np.where(ranks == 0, label, others.argmax(axis=1))
    confusion = np.bincount(label * count + predicted, minlength=count**2).reshape(count, count)
    totals, hits = confusion.sum(axis=1), confusion.diagonal()  # (c,) each
    shown = totals > 0
    top_1, top_5 = mean_intervals(
        np.stack([ranks < 1, ranks < TOP], axis=1).astype(np.float64), rows, seed=seed
    )
    return ClassFigures(
        tuple(classnames),
        len(label),
        top_1,
        top_5 if count > TOP else None,
        mean_of_shares_interval(hits[shown], totals[shown], seed=seed),
        tuple(
            ClassRecall(name, int(total), share_interval(int(hit), int(total)))
            for name, total, hit in zip(classnames, totals, hits, strict=True)
        ),
        confusion,
        predicted,
        1 / count,
        float(totals.max() / len(label)),
    )
