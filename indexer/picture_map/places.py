"""The files of a map: one for its base and one for each part in front of it, as an index has them.

    item ids   n little-endian int64
    keys       n little-endian uint32, ascending: the pictures' places (see `keys`)
    worths     n little-endian uint16, at least 1: how typical a picture is of what lies around it

Fourteen bytes a picture, mapped and not read. Never computes a place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.records import IndexFile, MapLayout
from indexer.index_files import CHECKED_AT_OPEN_BYTES, check_file, read_dead
from indexer.picture_map.keys import Keys
from indexer.vector_index.index import IndexUnusableError

MAP_FILE = "map.u32"
MAP_DEAD_FILE = "map-dead.ids"
MAP_KIND = "map"
_ID_BYTES, _KEY_BYTES, _WORTH_BYTES = 8, 4, 2
_HIGHEST_WORTH = 65_535

Ids = NDArray[np.int64]
Worths = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Placed:
    """Pictures by place: ids, keys (ascending) and worths, (n,) each."""

    ids: Ids
    keys: Keys
    worths: Worths

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> "Placed":
        return Placed(self.ids[chosen], self.keys[chosen], self.worths[chosen])


@dataclass(frozen=True)
class MapPart:
    """One file, and which items (m,) are there no longer; not all of them need be of this file."""

    placed: Placed
    dead: Ids

    @cached_property
    def dead_rows(self) -> NDArray[np.intp]:
        """The rows (k,), ascending, of pictures that are there no longer. Looks at all ids once."""
        return np.flatnonzero(np.isin(self.placed.ids, self.dead))

    def living(self) -> Placed:
        """Those that are there."""
        stays = np.ones(len(self.placed.ids), np.bool_)
        stays[self.dead_rows] = False
        return self.placed[stays]


def map_delta_file(generation: int) -> str:
    """The name of the part that a generation has added."""
    return f"map-{generation:06d}.u32"


def together(parts: Sequence[Placed]) -> Placed:
    """Several lists of pictures as one, by key and then by number."""
    ids = np.concatenate([part.ids for part in parts])
    keys = np.concatenate([part.keys for part in parts])
    worths = np.concatenate([part.worths for part in parts])
    return Placed(ids, keys, worths)[np.lexsort((ids, keys))]


def worths_of(cosines: NDArray[np.float32]) -> Worths:
    """Cosines (n,) as worths: 1 is the least."""
    worths = np.clip((cosines + 1) / 2 * _HIGHEST_WORTH, 1, _HIGHEST_WORTH)
    return worths.astype(np.uint16)


def open_parts(
    directory: Path, layout: MapLayout, closed: Ids | None = None
) -> tuple[MapPart, ...]:
    """Map all files; `closed` are further items that are there no longer.

    Raises IndexUnusableError if a file is not as it was published.
    """
    dead = read_dead(directory, layout.dead)
    if closed is not None:
        dead = np.union1d(dead, closed)
    return tuple(MapPart(_read(directory, file), dead) for file in layout.parts)


def write_placed(path: Path, placed: Placed) -> None:
    """Write a file; the caller makes it durable."""
    with path.open("wb") as file:
        file.write(placed.ids.astype("<i8").tobytes())
        file.write(placed.keys.astype("<u4").tobytes())
        file.write(placed.worths.astype("<u2").tobytes())


def _read(directory: Path, file: IndexFile) -> Placed:
    check_file(directory, file, completely=file.size_bytes <= CHECKED_AT_OPEN_BYTES)
    count = file.count
    if file.size_bytes != count * (_ID_BYTES + _KEY_BYTES + _WORTH_BYTES):
        raise IndexUnusableError(f"{file.name} holds no map of {count} pictures")
    if count == 0:
        return Placed(np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0, np.uint16))
    data = np.memmap(directory / file.name, dtype=np.uint8, mode="r")
    keys_at, worths_at = count * _ID_BYTES, count * (_ID_BYTES + _KEY_BYTES)
    return Placed(
        data[:keys_at].view("<i8"),
        data[keys_at:worths_at].view("<u4"),
        data[worths_at:].view("<u2"),
    )
