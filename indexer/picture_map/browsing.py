"""What is in a square of the map, and where a picture is. Reads no catalog; safe in many threads.

The map is a lattice of places. At its deepest level a slot is one place; at each level above, a
slot is four slots of the level below, and shows the picture of the highest worth in it: whoever
stands for a slot also stands for one of the four, so nothing vanishes when one goes closer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.records import MapLayout
from indexer.picture_map.keys import keys_of, places_of
from indexer.picture_map.places import Ids, MapPart, open_parts
from indexer.vector_index.rows import RowTable

TILE_SLOTS = 8  # in a row and in a column of a tile
_TILE_BITS = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """A square of the map at some level: its column and row there, how many pictures it holds, and
    which of them stands for all.
    """

    x: int
    y: int
    count: int
    item_id: int


class PictureMap:
    """The map of one generation: `side` places a row; at level `deepest` a slot is one."""

    def __init__(self, parts: Sequence[MapPart], side: int) -> None:
        self._parts = tuple(parts)
        self.side = side
        self.deepest = max(0, (side - 1).bit_length())

    @classmethod
    def open(cls, directory: Path, layout: MapLayout) -> "PictureMap":
        """Map the files. Raises IndexUnusableError if one is not as it was published."""
        return cls(open_parts(directory, layout), layout.side)

    def ids(self) -> Ids:
        """The pictures (n,) that it shows."""
        return np.concatenate([part.living().ids for part in self._parts])

    def tiles(self, level: int) -> int:
        """How many tiles of a level there are in a row and in a column."""
        return -(-self.side // (TILE_SLOTS << (self.deepest - level)))

    def tile(self, level: int, x: int, y: int) -> list[Slot]:
        """The slots of a tile that hold pictures; level 0 is the whole map, as one slot.

        Takes log n for each slot and a look at the pictures in them.
        """
        bits = min(level, _TILE_BITS)
        first = int(keys_of(np.array([x << bits]), np.array([y << bits]))[0])
        slots = first + np.arange(4**bits + 1, dtype=np.uint64)
        bounds = slots << np.uint64(2 * (self.deepest - level))  # the end may pass 32 bits
        # Of the keys' own type: for any other, the search would convert all keys first.
        firsts, lasts = bounds[:-1].astype(np.uint32), (bounds[1:] - 1).astype(np.uint32)
        counts = np.zeros(4**bits, np.int64)
        worths = np.zeros(4**bits, np.int64)
        ids = np.zeros(4**bits, np.int64)
        for part in self._parts:
            lows = np.searchsorted(part.placed.keys, firsts)
            highs = np.searchsorted(part.placed.keys, lasts, side="right")
            for slot in np.flatnonzero(highs > lows).tolist():
                living, worth, item_id = _best(part, int(lows[slot]), int(highs[slot]))
                counts[slot] += living
                if worth > worths[slot]:
                    worths[slot], ids[slot] = worth, item_id
        held = np.flatnonzero(counts)
        columns, lines = places_of(slots[held].astype(np.uint32))
        listed = (columns.tolist(), lines.tolist(), counts[held].tolist(), ids[held].tolist())
        return [Slot(*slot) for slot in zip(*listed, strict=True)]

    def places(self, item_ids: Ids) -> dict[int, tuple[int, int]]:
        """Where on the lattice these pictures are, column and row; others are left out."""
        found: dict[int, tuple[int, int]] = {}
        for part, table in zip(self._parts, self._tables, strict=True):
            rows = np.setdiff1d(table.select(item_ids).rows, part.dead_rows)
            columns, lines = places_of(part.placed.keys[rows])
            places = zip(columns.tolist(), lines.tolist(), strict=True)
            found.update(zip(part.placed.ids[rows].tolist(), places, strict=True))
        return found

    @cached_property
    def _tables(self) -> tuple[RowTable, ...]:
        return tuple(RowTable(np.asarray(part.placed.ids)) for part in self._parts)


def _best(part: MapPart, low: int, high: int) -> tuple[int, int, int]:
    """Of these rows: how many live, and the worth and id of the best one; 0 where none lives."""
    worths: NDArray[np.uint16] = part.placed.worths[low:high]
    dead = part.dead_rows[slice(*np.searchsorted(part.dead_rows, (low, high)))]
    if len(dead):
        worths = worths.copy()
        worths[dead - low] = 0
    best = int(worths.argmax())
    return high - low - len(dead), int(worths[best]), int(part.placed.ids[low + best])
