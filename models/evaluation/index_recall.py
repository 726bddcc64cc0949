"""recall@k of an index against exact search over the same embeddings. Knows no kind of index.

Of the k answers that exact search gives, how many did the index give? Among equal pictures exact
search has no favourite, so an answer is right if its own exact score reaches that of the k-th best
(the definition of Aumüller, Bernhardsson and Faithfull, "ANN-Benchmarks", 2020). An answer given
twice counts once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings
from models.evaluation.intervals import Interval, mean_intervals
from models.evaluation.recall import DEFAULT_KS, SCORES_AT_ONCE, TIE


@dataclass(frozen=True, slots=True)
class IndexRecall:
    """recall@k by k over `queries`; `shares` (q,) is each query's recall at the largest k.

    `score_error` is the largest difference between a score that the index gave and the exact one.
    """

    recall: dict[int, Interval]
    queries: int
    shares: NDArray[np.float64]
    score_error: float


def measure_index(
    embeddings: Embeddings,
    queries: Embeddings,
    found: Sequence[Sequence[tuple[int, float]]],
    ks: Sequence[int] = DEFAULT_KS,
    *,
    seed: int = 0,
) -> IndexRecall:
    """Judge what an index found for (q, dim) queries among (n, dim) embeddings.

    `found[i]` are the answers to query i, best first: row of `embeddings`, score. There should be
    max(ks) of them; missing ones count as wrong. Raises ValueError if nothing was asked.
    """
    if not len(queries) or not len(embeddings):
        raise ValueError("there is nothing to ask, or nothing to find")
    shares, error = np.zeros((len(queries), len(ks))), 0.0
    height = max(1, SCORES_AT_ONCE // len(embeddings))
    for start in range(0, len(queries), height):
        scores = queries[start : start + height] @ embeddings.T  # (b, n)
        for row, exact in enumerate(scores, start=start):
            shares[row] = [_recall(exact, [answer for answer, _ in found[row]], k) for k in ks]
            given = np.array([score for _, score in found[row]])
            true = exact[[answer for answer, _ in found[row]]]
            error = max(error, float(np.abs(given - true).max(initial=0.0)))
    intervals = mean_intervals(shares, np.arange(len(queries)), seed=seed)
    return IndexRecall(
        dict(zip(ks, intervals, strict=True)), len(queries), shares[:, int(np.argmax(ks))], error
    )


def _recall(exact: NDArray[np.float32], answers: list[int], k: int) -> float:
    """Share of the k best (or of all, if there are fewer) that the first k answers hold."""
    wanted = min(k, len(exact))
    bound = np.partition(exact, len(exact) - wanted)[len(exact) - wanted] - TIE
    return sum(bool(exact[answer] >= bound) for answer in set(answers[:k])) / wanted
