"""The exact kind: every stored float32 embedding is compared. Never misses a neighbour."""

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.kinds import EXACT
from indexer.vector_index.rows import Selection
from indexer.vector_index.scanner import Found, parameters, threads_for
from models.encoder import Embeddings


class ExactScanner:
    """A flat index by inner product; effort changes nothing."""

    kind = EXACT
    default_effort = 0

    def __init__(self, index: "faiss.Index") -> None:
        self._index = index

    @staticmethod
    def empty(dim: int) -> "faiss.IndexFlat":
        """An index to add embeddings of this dimension to."""
        return faiss.IndexFlatIP(dim)

    def best(
        self,
        queries: Embeddings,
        k: int,
        effort: int,  # noqa: ARG002 - every kind takes it
        allowed: Selection | None,
    ) -> Found:
        """The k best rows. Under a selection only its rows are read: a list of rows is the one
        selector that a flat index follows, where any other is asked about every row.
        """
        chosen = None
        if allowed is not None:
            chosen = parameters(faiss.SearchParameters, sel=faiss.IDSelectorArray(allowed.rows))
        with threads_for(len(queries)):
            scores, rows = self._index.search(queries, k, params=chosen)
        return Found(rows, scores)

    def compared(
        self,
        queries: Embeddings,
        k: int,
        named: NDArray[np.int64],
        allowed: Selection | None,
    ) -> Found:
        """The k best of the rows (n, c) that another index has named for each query, best first.

        Where it has named fewer than c, all allowed rows are compared instead.
        """
        rows = np.empty((len(queries), k), np.int64)
        scores = np.empty((len(queries), k), np.float32)
        for place, candidates in enumerate(named):
            enough = candidates[-1] >= 0
            chosen = Selection(np.sort(candidates), int(self._index.ntotal)) if enough else allowed
            found = self.best(queries[place : place + 1], k, 0, chosen)
            rows[place], scores[place] = found.rows[0], found.scores[0]
        return Found(rows, scores)
