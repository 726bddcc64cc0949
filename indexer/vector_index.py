"""Nearest neighbours among one generation's embeddings, by exact inner product.

The only importer of `faiss`. A loaded index is mapped, not read: opening costs no memory, and a
file that is deleted meanwhile stays readable. Knows no item, no catalog, no query language.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings

EXACT = "exact"
_NOBODY = -1  # what faiss answers where there are fewer vectors than were asked for
# A unit vector finds itself with a score this close to 1; float32 sums over 2,048 dimensions
# stay well within it.
_SELF_SCORE_TOLERANCE = 1e-3


class IndexUnusableError(Exception):
    """An index file cannot be read, or does not hold what it should: .reason"""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Neighbours:
    """For every query the best ids, best first. Both arrays are (n, k); k may be below top_k."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]


@contextmanager
def _threads_for(queries: int) -> Iterator[None]:
    """Faiss shares its work out by query: for a single one further threads only wait, and waiting
    more than doubled its time and its CPU on two busy cores (50,000 x 512: 15.4 to 36.9 ms).
    """
    before = faiss.omp_get_max_threads()  # of this thread, as is the setting
    faiss.omp_set_num_threads(min(before, queries))
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


class VectorIndex:
    """Ids and their embeddings. Searching is safe in many threads."""

    kind = EXACT

    def __init__(self, index: "faiss.IndexIDMap") -> None:
        self._index = index

    @classmethod
    def build(
        cls, dim: int, blocks: Iterable[tuple[NDArray[np.int64], Embeddings]]
    ) -> "VectorIndex":
        """Index blocks of ids (n,) and embeddings (n, dim)."""
        index = faiss.IndexIDMap(faiss.IndexFlatIP(dim))
        for ids, embeddings in blocks:
            index.add_with_ids(np.ascontiguousarray(embeddings), ids)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> "VectorIndex":
        """Map an index file. Raises IndexUnusableError."""
        flags = faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY
        try:
            index = faiss.read_index(str(path), flags)
        except RuntimeError as error:
            raise IndexUnusableError(f"{path.name} is no index file: {error}") from error
        if not isinstance(index, faiss.IndexIDMap):
            raise IndexUnusableError(f"{path.name} holds another kind of index")
        return cls(index)

    def save(self, path: Path) -> None:
        """Write the index file; the caller makes it durable."""
        faiss.write_index(self._index, str(path))

    @property
    def dim(self) -> int:
        """How many numbers an embedding has."""
        return int(self._index.d)

    @property
    def count(self) -> int:
        """How many embeddings there are."""
        return int(self._index.ntotal)

    def ids(self) -> NDArray[np.int64]:
        """All ids (count,), in the order of the file."""
        ids: NDArray[np.int64] = faiss.vector_to_array(self._index.id_map)
        return ids

    def search(self, queries: Embeddings, top_k: int) -> Neighbours:
        """The nearest ids to (n, dim) queries. Returns (n, min(top_k, count)), best first."""
        k = max(0, min(top_k, self.count))
        if k == 0 or len(queries) == 0:
            empty = (len(queries), 0)
            return Neighbours(np.empty(empty, np.int64), np.empty(empty, np.float32))
        with _threads_for(len(queries)):
            scores, ids = self._index.search(np.ascontiguousarray(queries, dtype=np.float32), k)
        return Neighbours(ids, scores)  # (n, k) each

    def self_check(self, expected: Iterable[tuple[int, Embeddings]]) -> None:
        """Search for stored embeddings (1, dim). Raises IndexUnusableError if one is not found."""
        for item_id, embedding in expected:
            found = self.search(embedding, 1)
            if found.ids.size == 0 or found.ids[0, 0] == _NOBODY:
                raise IndexUnusableError(f"the index does not find item {item_id}")
            if abs(float(found.scores[0, 0]) - 1.0) > _SELF_SCORE_TOLERANCE:
                raise IndexUnusableError(f"the index does not hold the embedding of item {item_id}")
