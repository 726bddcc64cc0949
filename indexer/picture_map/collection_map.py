"""The map of an open generation with the pictures that stand in it. Never writes.

Safe to use from many threads.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from indexer.catalog.reader import CatalogReader
from indexer.catalog.records import Item
from indexer.errors import GenerationDamagedError
from indexer.generation import Generation
from indexer.picture_map.browsing import PictureMap, Slot
from indexer.picture_map.errors import NoMapError, NoTileError

_VERSION_BYTES = 8


@dataclass(frozen=True, slots=True)
class HeldSlot:
    """A slot, and the picture that stands for all that are in it."""

    slot: Slot
    item: Item


@dataclass(frozen=True, slots=True)
class PicturePlace:
    """Where on the lattice a picture is: column and row."""

    image_id: str
    x: int
    y: int


class CollectionMap:
    """A generation's map, asked by the ids that clients know."""

    def __init__(self, collection: str, reader: CatalogReader, generation: Generation) -> None:
        self._collection = collection
        self._reader = reader
        self._generation = generation

    @property
    def places(self) -> PictureMap:
        """The map. Raises NoMapError."""
        if self._generation.map is None:
            raise NoMapError(self._collection)
        return self._generation.map

    @cached_property
    def version(self) -> str:
        """What is another text whenever the generation is another one."""
        manifest = self._generation.record.manifest or ""
        return hashlib.blake2b(manifest.encode(), digest_size=_VERSION_BYTES).hexdigest()

    def tile(self, level: int, x: int, y: int) -> list[HeldSlot]:
        """The slots of a tile that hold pictures; coordinates are at least 0.

        Raises NoMapError, NoTileError, or GenerationDamagedError if the catalog lacks a picture.
        """
        places = self.places
        if level > places.deepest:
            raise NoTileError(level, x, y, places.deepest, None)
        if max(x, y) >= places.tiles(level):
            raise NoTileError(level, x, y, places.deepest, places.tiles(level))
        slots = places.tile(level, x, y)
        items = self._reader.items(slot.item_id for slot in slots)
        for slot in slots:
            if slot.item_id not in items:
                raise GenerationDamagedError(
                    self._generation.record.generation,
                    f"the catalog has no row for item {slot.item_id}",
                )
        return [HeldSlot(slot, items[slot.item_id]) for slot in slots]

    def of(self, image_ids: Iterable[str]) -> list[PicturePlace]:
        """Where pictures are; what the collection does not have is left out. Raises NoMapError."""
        ids = self._reader.item_ids(image_ids, self._generation.record.generation)
        found = self.places.places(np.array(sorted(ids), np.int64))
        return [PicturePlace(ids[item_id], x, y) for item_id, (x, y) in found.items()]
