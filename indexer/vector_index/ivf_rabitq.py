"""The kind `ivf_rabitq`: codes of lists near the query name candidates, their embeddings decide.

A code has one bit a number (RaBitQ: Gao and Long, SIGMOD 2024) and is scanned without reading any
embedding (IVF with fast-scan codes: André, Kermarrec and Le Scouarnec, PVLDB 2015). Candidates are
compared by their stored float32 embeddings, so scores and their order are exact, and a neighbour
can only be missing. Lists are learned from a sample.
"""

from typing import Any

import faiss
import numpy as np

from indexer.vector_index.exact import ExactScanner
from indexer.vector_index.kinds import IVF_RABITQ
from indexer.vector_index.rows import Selection
from indexer.vector_index.scanner import Found, parameters, threads_for
from models.encoder import Embeddings

SAMPLE_PER_LIST = 40  # k-means of faiss complains below 39
_KMEANS_ROUNDS = 10
_SEED = 20_260
# Effort is how many candidates are compared whatever k is; each neighbour that is asked for adds
# some more, and one list is looked through for so much of it. Text queries for photographs reach
# 0.99 with an effort of about 500 (docs/indexing.md).
DEFAULT_EFFORT = 500
_CANDIDATES_PER_NEIGHBOUR = 10
_EFFORT_PER_LIST = 8
# Up to this share of all rows, comparing those that are allowed costs no more than scanning the
# codes of enough lists for them (measured at 200,000 and 1,000,000).
_COMPARED_SHARE = 0.05
# A filter may leave only what is far from a query, where embeddings crowd and codes tell them
# apart less well: twice the effort, and lists by the root of what is left out, find as much as
# before (measured down to `_COMPARED_SHARE`). One that leaves nearly everything, as dead ids do,
# changes nothing.
_EFFORT_UNDER_FILTER = 2
_NEARLY_ALL = 0.9


class IvfRabitqScanner:
    """Lists of codes in memory, embeddings mapped."""

    kind = IVF_RABITQ
    default_effort = DEFAULT_EFFORT

    def __init__(self, index: "faiss.IndexRefine") -> None:
        self._index = index
        self._codes: Any = faiss.downcast_index(index.base_index)
        self._stored = ExactScanner(faiss.downcast_index(index.refine_index))

    @staticmethod
    def trained(dim: int, sample: Embeddings) -> "faiss.IndexRefineFlat":
        """An index to add embeddings to; a list for every `SAMPLE_PER_LIST` of the sample."""
        lists = max(1, len(sample) // SAMPLE_PER_LIST)
        codes = faiss.IndexIVFRaBitQFastScan(
            faiss.IndexFlatIP(dim), dim, lists, faiss.METRIC_INNER_PRODUCT
        )
        codes.cp.seed = _SEED
        codes.cp.niter = _KMEANS_ROUNDS
        index = faiss.IndexRefineFlat(codes)
        index.train(np.ascontiguousarray(sample))
        return index

    def best(self, queries: Embeddings, k: int, effort: int, allowed: Selection | None) -> Found:
        """The k best rows."""
        if allowed is None:
            return self._best_of_all(queries, k, effort, self._lists(effort))
        if len(allowed) <= allowed.count * _COMPARED_SHARE:
            return self._stored.best(queries, k, 0, allowed)
        if len(allowed) < allowed.count * _NEARLY_ALL:
            effort *= _EFFORT_UNDER_FILTER
        wanted = _candidates(k, effort, len(allowed))
        lists = self._lists(int(effort * (allowed.count / len(allowed)) ** 0.5))
        bitmap: Any = faiss.IDSelectorBitmap
        chosen = parameters(faiss.SearchParametersIVF, nprobe=lists, sel=bitmap(allowed.bits))
        with threads_for(len(queries)):
            _, rows = self._codes.search(queries, wanted, params=chosen)  # (n, wanted)
        return self._stored.compared(queries, k, rows, allowed)

    def _best_of_all(self, queries: Embeddings, k: int, effort: int, lists: int) -> Found:
        wanted = _candidates(k, effort, int(self._index.ntotal))
        chosen = parameters(
            faiss.IndexRefineSearchParameters,
            k_factor=_factor(k, wanted),
            base_index_params=parameters(faiss.SearchParametersIVF, nprobe=lists),
        )
        with threads_for(len(queries)):
            scores, rows = self._index.search(queries, k, params=chosen)
        if lists < self._codes.nlist and bool((rows < 0).any()):  # too few in the lists nearby
            return self._best_of_all(queries, k, effort, int(self._codes.nlist))
        return Found(rows, scores)

    def _lists(self, effort: int) -> int:
        return max(1, min(int(self._codes.nlist), effort // _EFFORT_PER_LIST))


def _candidates(k: int, effort: int, limit: int) -> int:
    """How many candidates to compare for k neighbours, at most `limit`."""
    return max(k, min(limit, effort + _CANDIDATES_PER_NEIGHBOUR * k))


def _factor(k: int, wanted: int) -> float:
    """Candidates per neighbour, rounded so that faiss's product with k is not below `wanted`."""
    return float(np.nextafter(np.float32(wanted / k), np.float32(np.inf)))
