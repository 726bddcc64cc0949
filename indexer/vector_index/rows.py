"""Ids, the rows of an index that hold them, and which rows may be answered. Knows no embedding."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray


def ascending(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The distinct ids (m,), ascending; the array itself if it is that already."""
    ids = np.ascontiguousarray(ids, dtype=np.int64)
    return ids if bool(np.all(ids[1:] > ids[:-1])) else np.unique(ids)


class Selection:
    """The rows that may be answered, (m,) ascending, of an index of `count` rows."""

    def __init__(self, rows: NDArray[np.int64], count: int) -> None:
        self.rows = rows
        self.count = count

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """Whether a row may be answered, (count,)."""
        mask = np.zeros(self.count, dtype=np.bool_)
        mask[self.rows] = True
        return mask

    @cached_property
    def bits(self) -> NDArray[np.uint8]:
        """The mask with eight rows a byte, the lowest bit first, as faiss wants it."""
        return np.packbits(self.mask, bitorder="little")

    def without(self, other: "Selection") -> "Selection":
        """These rows except those of the other selection of the same index."""
        return Selection(self.rows[~other.mask[self.rows]], self.count)


class RowTable:
    """Finds the rows of ids. Sorting waits for the first question, so that opening costs nothing.

    Safe in many threads: two that ask first at once work out the same.
    """

    def __init__(self, ids: NDArray[np.int64]) -> None:
        self.ids = ids  # (count,), by row

    def select(self, wanted: NDArray[np.int64]) -> Selection:
        """The rows of those ids that are here; the others do no harm."""
        return Selection(self._rows_of(ascending(wanted)), len(self.ids))

    def all_rows(self) -> Selection:
        """Every row."""
        return Selection(np.arange(len(self.ids)), len(self.ids))

    def _rows_of(self, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        own, rows = self._by_id
        if not len(own) or not len(wanted):
            return np.empty(0, np.int64)
        if len(wanted) <= len(own):  # look the shorter list up in the longer one
            places = np.searchsorted(own, wanted).clip(max=len(own) - 1)
            chosen = rows[places[own[places] == wanted]]
        else:
            places = np.searchsorted(wanted, own).clip(max=len(wanted) - 1)
            chosen = rows[wanted[places] == own]
        return np.sort(chosen)

    @cached_property
    def _by_id(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The ids ascending, and the row of each, (count,) both."""
        if bool(np.all(self.ids[1:] > self.ids[:-1])):
            return self.ids, np.arange(len(self.ids))
        order = np.argsort(self.ids, kind="stable")
        return self.ids[order], order
