"""Which known files one look has come across: a byte a file, whatever is found. Knows no SQL."""

import numpy as np
from numpy.typing import NDArray

_GROWTH = 1.5


class SeenFiles:
    """A set of file numbers, and how many of them the source had listed before."""

    def __init__(self) -> None:
        self._seen = np.zeros(1024, dtype=np.bool_)  # (capacity,), by number
        self.listed_before = 0

    def __contains__(self, file_id: int) -> bool:
        return file_id < len(self._seen) and bool(self._seen[file_id])

    def add(self, file_id: int, *, was_listed: bool) -> None:
        """Come across a file; a second time changes nothing."""
        if file_id >= len(self._seen):
            room = np.zeros(int((file_id + 1) * _GROWTH), dtype=np.bool_)
            room[: len(self._seen)] = self._seen
            self._seen = room
        self.listed_before += was_listed and not self._seen[file_id]
        self._seen[file_id] = True

    def missing(self, file_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of these numbers (n,) that were not come across."""
        known = file_ids < len(self._seen)
        seen = np.zeros(len(file_ids), dtype=np.bool_)
        seen[known] = self._seen[file_ids[known]]
        return file_ids[~seen]

    def numbers(self) -> NDArray[np.int64]:
        """All numbers (n,), ascending."""
        return np.flatnonzero(self._seen)
