"""What a search answers: ids and scores, best first. Finds nothing itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOBODY = -1  # an id or a row where a search has fewer answers than it was asked for


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For every query the best ids, best first. Both arrays are (n, k); k may be below top_k."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]

    def in_order(self, top_k: int) -> "Neighbours":
        """The `top_k` best; equal scores in the order of their ids."""
        best = np.lexsort((self.ids, -self.scores))[:, :top_k]
        return Neighbours(
            np.take_along_axis(self.ids, best, 1), np.take_along_axis(self.scores, best, 1)
        )

    def ties_across(self, top_k: int) -> bool:
        """Whether for any query the last neighbour is as near as the one at `top_k`."""
        if not 0 < top_k < self.ids.shape[1]:
            return False
        tied = self.scores[:, top_k - 1] == self.scores[:, -1]
        return bool((tied & (self.ids[:, -1] != NOBODY)).any())


def nobody(queries: int) -> Neighbours:
    """The answer to `queries` questions where nothing can be found: (queries, 0) each."""
    empty = (queries, 0)
    return Neighbours(np.empty(empty, np.int64), np.empty(empty, np.float32))


def merged(answers: Sequence[Neighbours], top_k: int) -> Neighbours:
    """The best of several answers to the same queries, (n, min(top_k, all of them)).

    Equal scores stay in the order of `answers`.
    """
    if len(answers) == 1 and answers[0].ids.shape[1] <= top_k:
        return answers[0]
    ids = np.concatenate([answer.ids for answer in answers], axis=1)  # (n, sum of k)
    scores = np.concatenate([answer.scores for answer in answers], axis=1)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :top_k]
    return Neighbours(np.take_along_axis(ids, best, 1), np.take_along_axis(scores, best, 1))
