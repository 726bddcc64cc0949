"""The kind `ivf_rabitq`: only the codes of lists near the query are scanned. Learns those lists."""

from typing import Any

import faiss
import numpy as np

from indexer.vector_index.exact import ExactScanner
from indexer.vector_index.kinds import IVF_RABITQ
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

SAMPLE_PER_LIST = 40  # k-means of faiss complains below 39
_KMEANS_ROUNDS = 10
_SEED = 20_260
# One list is looked through for so much effort: the two are then raised together.
_EFFORT_PER_LIST = 8
# Up to this share of all rows, comparing those that are allowed costs no more than an ordinary
# search.
_COMPARED_SHARE = 0.02


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
        effort = effort_among(allowed, effort)
        needed = candidates(k, effort, len(allowed))
        # The neighbours among fewer rows lie farther away, in more lists.
        lists = self._lists(int(effort * allowed.count / len(allowed)))
        bitmap: Any = faiss.IDSelectorBitmap
        chosen = parameters(faiss.SearchParametersIVF, nprobe=lists, sel=bitmap(allowed.bits))
        with threads_for(len(queries)):
            _, rows = self._codes.search(queries, needed, params=chosen)  # (n, needed)
        return best_candidates(self._stored, queries, k, rows, allowed, needed)

    def _best_of_all(self, queries: Embeddings, k: int, effort: int, lists: int) -> Found:
        wanted = candidates(k, effort, int(self._index.ntotal))
        chosen = parameters(
            faiss.IndexRefineSearchParameters,
            k_factor=refine_factor(k, wanted),
            base_index_params=parameters(faiss.SearchParametersIVF, nprobe=lists),
        )
        with threads_for(len(queries)):
            scores, rows = self._index.search(queries, k, params=chosen)
        if lists < self._codes.nlist and bool((rows < 0).any()):  # too few in the lists nearby
            return self._best_of_all(queries, k, effort, int(self._codes.nlist))
        return Found(rows, scores)

    def _lists(self, effort: int) -> int:
        return max(1, min(int(self._codes.nlist), effort // _EFFORT_PER_LIST))
