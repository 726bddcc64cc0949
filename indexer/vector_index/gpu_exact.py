"""The kind `gpu_exact`: every embedding is compared, in half precision on a graphics card.

The card names candidates, their stored float32 embeddings decide: scores are exact, and the recall
gate measures what rounding hides. Its file is that of the exact kind. On a machine without a card
that can be used, all embeddings are compared on the processor, which the log says. Embeddings are
put on the card by the first search, so opening costs nothing.
"""

import logging
import threading
from collections.abc import Callable, Iterator

import faiss
import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.card import ENGINE_ERRORS, CardEngine, CardReport, find_card
from indexer.vector_index.exact import ExactScanner
from indexer.vector_index.kinds import GPU_EXACT
from indexer.vector_index.rows import Selection
from indexer.vector_index.scanner import Found
from models.encoder import Embeddings

logger = logging.getLogger("sightline")

# Effort is how many candidates more than k are compared; the least that the gate tries.
DEFAULT_EFFORT = 125
# Below this share of all rows, those that are allowed are compared on the processor.
_COMPARED_SHARE = 0.01
_BLOCK_ROWS = 65_536


class GpuExactScanner:
    """Embeddings mapped, and on the card once they have been asked for."""

    kind = GPU_EXACT
    default_effort = DEFAULT_EFFORT

    def __init__(
        self, index: "faiss.IndexFlat", find: Callable[[], CardReport] = find_card
    ) -> None:
        self._index = index
        self._stored = ExactScanner(index)
        self._find = find
        self._lock = threading.Lock()
        self._asked = False
        self._engine: CardEngine | None = None

    def best(self, queries: Embeddings, k: int, effort: int, allowed: Selection | None) -> Found:
        """The k best rows."""
        count = int(self._index.ntotal)
        if allowed is not None and len(allowed) <= count * _COMPARED_SHARE:
            return self._stored.best(queries, k, 0, allowed)
        may_be = count if allowed is None else len(allowed)
        named = self._named(queries, min(k + effort, may_be), allowed)
        if named is None:
            return self._stored.best(queries, k, 0, allowed)
        return self._stored.compared(queries, k, named, allowed)

    def _named(
        self, queries: Embeddings, wanted: int, allowed: Selection | None
    ) -> NDArray[np.int64] | None:
        """Candidates (n, wanted) from the card; None if there is none that can say."""
        engine = self._on_card()
        if engine is None:
            return None
        try:
            return engine.nearest(queries, wanted, allowed)
        except ENGINE_ERRORS as error:
            self._engine = None  # what failed once is not waited for again
            logger.warning("the card failed (%s): searched on the processor from now on", error)
            return None

    def _on_card(self) -> CardEngine | None:
        with self._lock:
            if not self._asked:
                self._asked = True
                self._engine = self._put_on_card()
        return self._engine

    def _put_on_card(self) -> CardEngine | None:
        count, dim = int(self._index.ntotal), int(self._index.d)
        report = self._find()
        refusal = report.words
        if report.device is not None and report.make is not None:
            if report.fits(count, dim):
                try:
                    return report.make(report.device, dim, self._blocks())
                except ENGINE_ERRORS as error:
                    refusal = str(error)
            else:
                refusal = f"{count:,} embeddings do not fit on {report.device.name}"
        logger.warning("an index for a card is searched on the processor: %s", refusal)
        return None

    def _blocks(self) -> Iterator[Embeddings]:
        count = int(self._index.ntotal)
        for start in range(0, count, _BLOCK_ROWS):
            yield self._index.reconstruct_n(start, min(_BLOCK_ROWS, count - start))
