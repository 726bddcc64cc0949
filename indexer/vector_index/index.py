"""One immutable file of ids and embeddings: built, saved, mapped again and searched.

A loaded index is mapped, not read, where its kind allows: opening costs little, and a file that is
deleted meanwhile stays readable. Knows nothing of other files of its generation.
"""

from collections.abc import Iterable
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.exact import ExactScanner
from indexer.vector_index.gpu_exact import GpuExactScanner
from indexer.vector_index.ivf_rabitq import IvfRabitqScanner
from indexer.vector_index.kinds import EXACT, GPU_EXACT, KINDS
from indexer.vector_index.neighbours import NOBODY, Neighbours, nobody
from indexer.vector_index.rows import RowTable, Selection
from indexer.vector_index.scanner import Scanner
from models.encoder import Embeddings

# A unit vector finds itself with a score this close to 1; float32 sums over 2,048 dimensions
# stay well within it.
_SELF_SCORE_TOLERANCE = 1e-3


class IndexUnusableError(Exception):
    """An index file cannot be read, or does not hold what it should: .reason"""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class VectorIndex:
    """Ids and their embeddings. Searching is safe in many threads."""

    def __init__(self, index: "faiss.Index", kind: str | None = None) -> None:
        """Without a `kind` the file says which it is, which one for a card does not.

        Raises ValueError if the index is of no kind of ours.
        """
        if not isinstance(index, faiss.IndexIDMap):
            raise ValueError("holds another kind of index")
        self._index = index
        self._scanner = _scanner_of(faiss.downcast_index(index.index), kind)
        self._table = RowTable(faiss.vector_to_array(index.id_map))

    @classmethod
    def build(
        cls,
        dim: int,
        blocks: Iterable[tuple[NDArray[np.int64], Embeddings]],
        kind: str = EXACT,
        *,
        sample: Embeddings | None = None,
    ) -> "VectorIndex":
        """Index blocks of ids (n,) and embeddings (n, dim). An id must not come twice.

        An approximate kind learns from `sample` (m, dim), which should be drawn from everywhere.
        """
        index = faiss.IndexIDMap(_empty(dim, kind, sample))
        for ids, embeddings in blocks:
            index.add_with_ids(np.ascontiguousarray(embeddings), ids)
        return cls(index, kind)

    @classmethod
    def load(cls, path: Path, kind: str | None = None) -> "VectorIndex":
        """Map an index file, which was published as of this kind. Raises IndexUnusableError."""
        flags = faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY
        try:
            index = faiss.read_index(str(path), flags)
        except RuntimeError as error:
            raise IndexUnusableError(f"{path.name} is no index file: {error}") from error
        try:
            return cls(index, kind)
        except ValueError as error:
            raise IndexUnusableError(f"{path.name} {error}") from error

    def save(self, path: Path) -> None:
        """Write the index file; the caller makes it durable. Raises OSError.

        The library's own writer forgets the last bytes of a file that a full disk did not take.
        """
        failures: list[Exception] = []
        with path.open("wb") as file:

            def write(data: bytes) -> int:
                try:
                    return file.write(data)
                except OSError as error:
                    failures.append(error)
                    raise

            try:
                faiss.write_index(self._index, faiss.PyCallbackIOWriter(write))  # type: ignore[attr-defined]
            except RuntimeError as error:
                raise (failures or [error])[0] from error

    @property
    def kind(self) -> str:
        """Which kind of index this is."""
        return self._scanner.kind

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
        return self._table.ids

    def selection(
        self,
        among: NDArray[np.int64] | None = None,
        excluded: NDArray[np.int64] | None = None,
    ) -> Selection | None:
        """Which rows these ids leave; None if that is all of them."""
        left_out = None if excluded is None else self._table.select(excluded)
        if among is None and not left_out:
            return None
        chosen = self._table.all_rows() if among is None else self._table.select(among)
        return chosen.without(left_out) if left_out else chosen

    def search(
        self,
        queries: Embeddings,
        top_k: int,
        *,
        effort: int | None = None,
        among: NDArray[np.int64] | None = None,
        excluded: NDArray[np.int64] | None = None,
    ) -> Neighbours:
        """The nearest ids to (n, dim) queries, best first.

        With `among` only these ids are answered, with `excluded` all but these; ids that are not
        here do no harm. Returns (n, min(top_k, ids that may be answered)). More `effort` makes an
        approximate kind more exact; None means the kind's own.
        """
        allowed = self.selection(among, excluded)
        return self.search_selected(queries, top_k, allowed, effort=effort)

    def search_selected(
        self,
        queries: Embeddings,
        top_k: int,
        allowed: Selection | None,
        *,
        effort: int | None = None,
    ) -> Neighbours:
        """As `search`, for a selection that was made before."""
        k = max(0, min(top_k, self.count if allowed is None else len(allowed)))
        if k == 0 or len(queries) == 0:
            return nobody(len(queries))
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        effort = self._scanner.default_effort if effort is None else effort
        found = self._scanner.best(queries, k, effort, allowed)  # (n, k)
        ids = np.where(found.rows < 0, NOBODY, self._table.ids[found.rows])
        return Neighbours(ids, found.scores)

    def self_check(self, expected: Iterable[tuple[int, Embeddings]]) -> None:
        """Search for stored embeddings (1, dim). Raises IndexUnusableError if one is not found."""
        for item_id, embedding in expected:
            found = self.search(embedding, 1)
            if found.ids.size == 0 or found.ids[0, 0] == NOBODY:
                raise IndexUnusableError(f"the index does not find item {item_id}")
            if abs(float(found.scores[0, 0]) - 1.0) > _SELF_SCORE_TOLERANCE:
                raise IndexUnusableError(f"the index does not hold the embedding of item {item_id}")


def _empty(dim: int, kind: str, sample: Embeddings | None) -> "faiss.Index":
    if kind not in KINDS:
        raise ValueError(f"there is no kind of index named {kind!r}")
    if kind in (EXACT, GPU_EXACT):
        return ExactScanner.empty(dim)
    if sample is None or not len(sample):
        raise ValueError(f"an index of the kind {kind!r} needs a sample to learn from")
    return IvfRabitqScanner.trained(dim, sample)


def _scanner_of(index: "faiss.Index", kind: str | None) -> Scanner:
    """What searches this index. Raises ValueError if no kind of ours looks like this."""
    if index.metric_type == faiss.METRIC_INNER_PRODUCT:
        if isinstance(index, faiss.IndexFlat):
            return GpuExactScanner(index) if kind == GPU_EXACT else ExactScanner(index)
        if isinstance(index, faiss.IndexRefine):
            codes = faiss.downcast_index(index.base_index)
            if isinstance(codes, faiss.IndexIVFRaBitQFastScan):
                return IvfRabitqScanner(index)
    raise ValueError("holds another kind of index")
