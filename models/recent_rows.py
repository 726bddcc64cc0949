"""Embeddings that were used lately, within so many bytes; the one used longest ago goes first.

Bounded by bytes and not by rows, because models differ in width and keys in length. For one thread
at a time: whoever shares it brings the lock. Never encodes anything.
"""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float32]  # (dim,)

# Of the dictionary's entry, the array's head and the key's head, as CPython 3.11 has them.
ROW_OVERHEAD_BYTES = 300


class RecentRows:
    """Rows of (dim,) by key. With `max_bytes` of 0 it keeps nothing."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.size_bytes = 0
        self._rows: OrderedDict[str | bytes, Row] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: str | bytes) -> Row | None:
        """The row, which counts as used now; None if it is not here."""
        row = self._rows.get(key)
        if row is not None:
            self._rows.move_to_end(key)
        return row

    def put(self, key: str | bytes, row: Row) -> None:
        """Keep a copy of a row: a view would keep the whole batch alive."""
        before = self._rows.pop(key, None)
        if before is not None:
            self.size_bytes -= _size_bytes(key, before)
        self._rows[key] = row.copy()
        self.size_bytes += _size_bytes(key, row)
        while self.size_bytes > self.max_bytes:
            self.size_bytes -= _size_bytes(*self._rows.popitem(last=False))


def _size_bytes(key: str | bytes, row: Row) -> int:
    # A character beyond Latin-1 takes up to four bytes.
    key_bytes = len(key) if isinstance(key, bytes) or key.isascii() else 4 * len(key)
    return ROW_OVERHEAD_BYTES + key_bytes + row.nbytes
