"""The cells of pictures that were mapped lately: another question about the same picture encodes
nothing again. Encodes nothing itself.
"""

from collections import OrderedDict
from threading import Lock

from models.heat_maps import Cells

_CELLS_KEPT = 64  # pictures; 16 × 16 cells of 768 numbers take less than a megabyte


class CellMemory:
    """The cells of the pictures that were mapped last, by content; one model's."""

    def __init__(self, capacity: int = _CELLS_KEPT) -> None:
        self._capacity = capacity
        self._kept: OrderedDict[str, Cells] = OrderedDict()
        self._lock = Lock()

    def get(self, content_hash: str) -> Cells | None:
        """The cells of a content, if they are here."""
        with self._lock:
            if content_hash in self._kept:
                self._kept.move_to_end(content_hash)
            return self._kept.get(content_hash)

    def keep(self, content_hash: str, cells: Cells) -> None:
        """Remember cells; the longest unused ones go."""
        with self._lock:
            self._kept[content_hash] = cells
            self._kept.move_to_end(content_hash)
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)
