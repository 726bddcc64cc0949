"""What a generation searches: a base, small parts in front of it, and ids that count no longer.

Searching costs what its parts cost. Opens no file, and decides nothing about merging.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.index import VectorIndex
from indexer.vector_index.neighbours import Neighbours, merged, nobody
from indexer.vector_index.rows import Selection, ascending
from models.encoder import Embeddings

# Copies of one picture are equally near; at the end of an answer, as many more are looked at until
# all that are equal are there.
_MOST_TIES = 10_000
_TIES_LOOKED_FOR = (1, 100, 1_000, _MOST_TIES)


class PartedIndex:
    """Several parts searched as one. Searching is safe in many threads.

    No two parts hold the same living id. `dead` ids are never answered; those that are in no part
    do no harm. `effort` is that of approximate parts, None their own.
    """

    def __init__(
        self,
        parts: Sequence[VectorIndex],
        dead: NDArray[np.int64] | None = None,
        effort: int | None = None,
    ) -> None:
        if not parts or len({part.dim for part in parts}) != 1:
            raise ValueError("parts must be at least one, all of the same dimension")
        self._parts = tuple(parts)
        self._effort = effort
        self._dead = ascending(np.empty(0, np.int64) if dead is None else dead)
        self._living: tuple[Selection | None, ...] = tuple(
            part.selection(excluded=self._dead) for part in self._parts
        )

    @property
    def dim(self) -> int:
        """How many numbers an embedding has."""
        return self._parts[0].dim

    @property
    def count(self) -> int:
        """How many ids may be answered."""
        return sum(
            part.count if living is None else len(living)
            for part, living in zip(self._parts, self._living, strict=True)
        )

    def ids(self) -> NDArray[np.int64]:
        """The living ids (count,), part by part in the order of the files."""
        return np.concatenate(
            [
                part.ids() if living is None else part.ids()[living.rows]
                for part, living in zip(self._parts, self._living, strict=True)
            ]
        )

    def search(
        self, queries: Embeddings, top_k: int, *, among: NDArray[np.int64] | None = None
    ) -> Neighbours:
        """The nearest living ids to (n, dim) queries, of `among` if it is given.

        Returns (n, min(top_k, ids that may be answered)), best first. Equal scores come in the
        order of their ids, and which of them come does not depend on `top_k` (as long as no more
        than `_MOST_TIES` are equal): an answer to more begins with the answer to fewer.
        """
        wanted = None if among is None else ascending(among)
        allowed = [
            self._allowed(part, living, wanted)
            for part, living in zip(self._parts, self._living, strict=True)
        ]
        for more in _TIES_LOOKED_FOR:
            found = self._nearest(queries, top_k + more, allowed)
            if found.ids.shape[1] < top_k + more or not found.ties_across(top_k):
                break
        return found.in_order(top_k)

    def _nearest(
        self, queries: Embeddings, top_k: int, allowed: Sequence[Selection | None]
    ) -> Neighbours:
        answers = [
            part.search_selected(queries, top_k, rows, effort=self._effort)
            for part, rows in zip(self._parts, allowed, strict=True)
        ]
        answers = [found for found in answers if found.ids.shape[1]]
        return merged(answers, top_k) if answers else nobody(len(queries))

    @staticmethod
    def _allowed(
        part: VectorIndex, living: Selection | None, wanted: NDArray[np.int64] | None
    ) -> Selection | None:
        """The rows of a part that may be answered; None for all."""
        allowed = part.selection(wanted)
        if allowed is None:
            return living
        return allowed if living is None else allowed.within(living)
