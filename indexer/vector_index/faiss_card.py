"""Exact search in half precision by faiss on a card, where the installed library can do that.

Its flat indexes know no filter: more is asked for than is wanted, and what is not allowed is left
out. Where too few stay, it has no answer. Wheels may lack a card's kernels: `card` tests first.
"""

import threading
from collections.abc import Iterable
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.card import Device
from indexer.vector_index.neighbours import NOBODY
from indexer.vector_index.rows import Selection
from models.encoder import Embeddings

_MOST_AT_ONCE = 2_048  # a limit of faiss on cards
_SURPLUS = 2


def device() -> Device | None:
    """The card that faiss would use, None if it knows none."""
    count = getattr(faiss, "get_num_gpus", lambda: 0)()
    return Device("cuda", "the first card that faiss knows", None) if count else None


class FaissEngine:
    """Embeddings on the first card, as float16."""

    def __init__(
        self,
        device: Device,  # noqa: ARG002 - every engine takes it
        dim: int,
        blocks: Iterable[Embeddings],
        library: Any = faiss,
    ) -> None:
        settings = library.GpuIndexFlatConfig()
        settings.useFloat16 = True
        self._resources = library.StandardGpuResources()
        self._index = library.GpuIndexFlatIP(self._resources, dim, settings)
        self._lock = threading.Lock()  # resources are of one thread at a time
        for block in blocks:
            self._index.add(np.ascontiguousarray(block))

    def nearest(
        self, queries: Embeddings, wanted: int, allowed: Selection | None
    ) -> NDArray[np.int64] | None:
        """The rows (n, wanted) nearest by half-precision scores, -1 where there are too few."""
        asked = wanted
        if allowed is not None:
            asked = _SURPLUS * wanted + min(wanted, allowed.count - len(allowed))
        asked = min(asked, int(self._index.ntotal))
        if asked > _MOST_AT_ONCE:
            return None
        with self._lock:
            _, rows = self._index.search(queries, asked)  # (n, asked)
        return _padded(rows, wanted) if allowed is None else _allowed(rows, wanted, allowed)


def _allowed(rows: NDArray[np.int64], wanted: int, allowed: Selection) -> NDArray[np.int64] | None:
    """The first so many allowed rows of each query; None if a query has too few of them."""
    good = allowed.mask[rows] & (rows != NOBODY)
    if int(good.sum(axis=1).min(initial=wanted)) < min(wanted, len(allowed)):
        return None
    order = np.argsort(~good, axis=1, kind="stable")[:, :wanted]
    chosen = np.where(
        np.take_along_axis(good, order, 1), np.take_along_axis(rows, order, 1), NOBODY
    )
    return _padded(chosen, wanted)


def _padded(rows: NDArray[np.int64], wanted: int) -> NDArray[np.int64]:
    result = np.full((len(rows), wanted), NOBODY, np.int64)
    result[:, : rows.shape[1]] = rows
    return result
