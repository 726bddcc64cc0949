"""What a kind of index must be able to do, in rows; `index` puts ids on top. Holds no embedding."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.rows import Selection
from models.encoder import Embeddings


@dataclass(frozen=True, slots=True)
class Found:
    """Rows and their scores, (n, k) each, best first."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]


class Scanner(Protocol):
    """One kind of index. Searching is safe in many threads."""

    kind: str
    default_effort: int

    def best(self, queries: Embeddings, k: int, effort: int, allowed: Selection | None) -> Found:
        """The k best rows for (n, dim) queries, of the allowed ones if only some are.

        k is at most the number of rows that may be answered, and that many are always found. More
        effort finds more of the true ones.
        """
        ...


def parameters(kind: Any, **fields: Any) -> "faiss.SearchParameters":
    """Search parameters with these fields, which faiss keeps alive; its types do not name them."""
    made: faiss.SearchParameters = kind(**fields)
    return made


@contextmanager
def threads_for(queries: int) -> Iterator[None]:
    """Faiss shares its work out by query: for a single one further threads only wait, and waiting
    more than doubled its time and its CPU on two busy cores (50,000 x 512: 15.4 to 36.9 ms).
    """
    before = faiss.omp_get_max_threads()  # of this thread, as is the setting
    faiss.omp_set_num_threads(min(before, max(1, queries)))
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
