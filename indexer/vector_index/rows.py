"""Ids, the rows of an index that hold them, and which rows may be answered. Knows no embedding."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

# A directory of rows by id is kept where it has no more than so many places for each id.
_LOOSE = 4
# One in so many rows, and more, are put in order by a mask.
_MASK_SORTS = 32


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

    def within(self, other: "Selection") -> "Selection":
        """Those of these rows that the other selection of the same index has too."""
        return Selection(self.rows[other.mask[self.rows]], self.count)

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
        """Ascending rows (m,) of distinct ascending ids."""
        if not len(self.ids) or not len(wanted):
            return np.empty(0, np.int64)
        low, rows_by_id = self._directory
        if rows_by_id is None:
            return self._searched(wanted)
        places = wanted[slice(*np.searchsorted(wanted, (low, low + len(rows_by_id))))] - low
        rows = rows_by_id[places]
        return self._in_order(rows[rows >= 0])

    def _searched(self, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        own, rows = self._by_id
        if len(wanted) <= len(own):  # look the shorter list up in the longer one
            places = np.searchsorted(own, wanted).clip(max=len(own) - 1)
            return self._in_order(rows[places[own[places] == wanted]])
        places = np.searchsorted(wanted, own).clip(max=len(wanted) - 1)
        return self._in_order(rows[wanted[places] == own])

    def _in_order(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows ascending; a mask sorts many of them faster than sorting does."""
        if len(rows) * _MASK_SORTS < len(self.ids):
            return np.sort(rows)
        mask = np.zeros(len(self.ids), dtype=np.bool_)
        mask[rows] = True
        return np.flatnonzero(mask)

    @cached_property
    def _directory(self) -> tuple[int, NDArray[np.int64] | None]:
        """The row of each id from the lowest on, -1 for none; None where ids lie too far apart."""
        low, high = int(self.ids.min()), int(self.ids.max())
        if high - low >= _LOOSE * len(self.ids):
            return low, None
        rows_by_id = np.full(high - low + 1, -1, np.int64)
        rows_by_id[self.ids - low] = np.arange(len(self.ids))
        return low, rows_by_id

    @cached_property
    def _by_id(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The ids ascending, and the row of each, (count,) both."""
        order = np.argsort(self.ids, kind="stable")
        return self.ids[order], order
