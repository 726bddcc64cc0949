"""The kind `rabitq`: every code is scanned, the best candidates are compared. Learns only a mean.

The scan knows no selection (faiss 1.15), so that under one it names more candidates and sifts them.
"""

import faiss
import numpy as np

from indexer.vector_index.exact import ExactScanner
from indexer.vector_index.kinds import RABITQ
from indexer.vector_index.rows import Selection
from indexer.vector_index.scanner import Found, parameters, threads_for
from indexer.vector_index.sifting import (
    DEFAULT_EFFORT,
    best_candidates,
    candidates,
    effort_among,
    refine_factor,
)
from models.encoder import Embeddings

# Up to this share of all rows, comparing those that are allowed costs less than scanning all codes
# for enough candidates among them.
_COMPARED_SHARE = 0.1
# How many more than the expected number of candidates are named, so that chance seldom leaves
# too few of them.
_SPARE = 1.3


class RabitqScanner:
    """Codes in memory, embeddings mapped."""

    kind = RABITQ
    default_effort = DEFAULT_EFFORT

    def __init__(self, index: "faiss.IndexRefine") -> None:
        self._index = index
        self._codes = faiss.downcast_index(index.base_index)
        self._stored = ExactScanner(faiss.downcast_index(index.refine_index))

    @staticmethod
    def trained(dim: int, sample: Embeddings) -> "faiss.IndexRefineFlat":
        """An index to add embeddings to, which knows the mean of a sample (m, dim)."""
        codes = faiss.IndexRaBitQFastScan(dim, faiss.METRIC_INNER_PRODUCT)
        index = faiss.IndexRefineFlat(codes)
        index.train(np.ascontiguousarray(sample))
        return index

    def best(self, queries: Embeddings, k: int, effort: int, allowed: Selection | None) -> Found:
        """The k best rows."""
        if allowed is None:
            return self._best_of_all(queries, k, effort)
        if len(allowed) <= allowed.count * _COMPARED_SHARE:
            return self._stored.best(queries, k, 0, allowed)
        effort = effort_among(allowed, effort)
        needed = candidates(k, effort, len(allowed))
        named = min(allowed.count, int(_SPARE * needed * allowed.count / len(allowed)))
        with threads_for(len(queries)):
            _, rows = self._codes.search(queries, named)  # (n, named)
        return best_candidates(self._stored, queries, k, rows, allowed, needed)

    def _best_of_all(self, queries: Embeddings, k: int, effort: int) -> Found:
        wanted = candidates(k, effort, int(self._index.ntotal))
        factor = refine_factor(k, wanted)
        chosen = parameters(faiss.IndexRefineSearchParameters, k_factor=factor)
        with threads_for(len(queries)):
            scores, rows = self._index.search(queries, k, params=chosen)
        return Found(rows, scores)
