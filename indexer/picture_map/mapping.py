"""A generation's map: what is known of the one before stays where it is, what is new is placed.

A publication writes one part and the list of pictures that have gone, and links the rest, as for an
index. Once the collection has grown or shrunk by so much since the map was made, all of it is made
anew from the stored embeddings; no picture is decoded. Publishes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.records import GenerationRecord, IndexFile, IndexLayout, MapLayout
from indexer.catalog.staging import ItemVectors, Staging
from indexer.config import IndexConfig
from indexer.durability import link_durably, write_durably
from indexer.index_files import DEAD_KIND, described, write_dead
from indexer.merge_policy import plan_merge
from indexer.picture_map.axes import (
    AXES_FILE,
    AXES_KIND,
    Axes,
    anchors_of,
    read_axes,
    write_axes,
)
from indexer.picture_map.keys import Keys, keys_of
from indexer.picture_map.organising import SAMPLE, organise
from indexer.picture_map.places import (
    MAP_DEAD_FILE,
    MAP_FILE,
    MAP_KIND,
    MapPart,
    Placed,
    map_delta_file,
    open_parts,
    together,
    worths_of,
    write_placed,
)
from indexer.picture_map.spreading import lattice_side, settle, spread
from indexer.vector_index.index import IndexUnusableError
from indexer.vector_store import VectorStore

# A map is made anew beyond these shares of the pictures that it was made of: its lattice is nearly
# full by then, or more than half empty; so each picture is placed a few times at most.
_MOST_GROWTH = 4 / 3
_LEAST_LEFT = 1 / 2
_SEED = 11

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class MapBuilder:
    """Writes or links the files of the map of generation `number` into its directory."""

    config: IndexConfig
    staging: Staging
    store: VectorStore
    dim: int
    number: int
    note: Note

    def build(self, newest: GenerationRecord | None, item_count: int) -> MapLayout:
        """The map of the staged items. Raises VectorsMissingError, and what `note` raises."""
        before = None if newest is None else newest.map
        if newest is None or before is None or is_outgrown(before, item_count):
            return self._anew()
        try:
            return self._gone_on_with(newest.generation, before, item_count)
        except IndexUnusableError as error:
            self.note(f"generation {newest.generation} is damaged: {error.reason}")
            return self._anew()

    def _anew(self) -> MapLayout:
        vectors = self.staging.all_vectors()
        count, side = len(vectors.ids), lattice_side(len(vectors.ids))
        if count == 0:
            grid = organise(np.zeros((1, self.dim), np.float32))
            axes = Axes(grid, np.zeros((grid.side**2, 2), np.float32))
            nothing = _placed(vectors.ids, np.empty((0, 2), np.int32), np.empty(0, np.float32))
            return MapLayout((self._write(MAP_FILE, nothing),), None, self._axes(axes), side, 0)
        self.note(f"drawing the map of {count} pictures")
        drawn = np.random.default_rng(_SEED).permutation(count)[:SAMPLE]
        grid = organise(self.store.read(vectors.rows[np.sort(drawn)]))
        points, cells, cosines = [], [], []
        for _, embeddings in self.store.blocks(vectors.ids, vectors.rows):
            located = grid.locate(embeddings)
            points.append(located.mean_of(grid.centres))
            cells.append(located.best.astype(np.int32))
            cosines.append(located.cosines)
        places = spread(np.concatenate(points), side)
        axes = Axes(grid, anchors_of(grid, np.concatenate(cells), places))
        placed = together([_placed(vectors.ids, places, np.concatenate(cosines))])
        return MapLayout((self._write(MAP_FILE, placed),), None, self._axes(axes), side, count)

    def _gone_on_with(self, generation: int, before: MapLayout, item_count: int) -> MapLayout:
        directory = self.config.generation_dir(generation)
        new, closed = self.staging.new_vectors(), self.staging.closed()
        parts = open_parts(directory, before, closed)
        plan = plan_merge(
            self.config.merge_policy,
            IndexLayout(before.parts, before.dead),
            new=len(new.ids),
            closed=len(closed),
            living=item_count,
        )
        axes = read_axes(directory, before.axes, self.dim)
        kept = () if plan.rebuild is not None else (before.base, *plan.kept)
        fresh = self._new(axes, before.side, parts, new, closed)
        stays = [file in kept for file in before.parts]
        taken_up = [
            part.living() for part, kept_on in zip(parts, stays, strict=True) if not kept_on
        ]
        written = together([fresh, *taken_up])
        files = list(kept)
        if plan.rebuild is not None:
            files = [self._write(MAP_FILE, written)]
        elif len(written.ids):
            files.append(self._write(map_delta_file(self.number), written))
        for file in (*kept, before.axes):
            link_durably(directory / file.name, self._directory / file.name)
        dead = _dead_in([part for part, kept_on in zip(parts, stays, strict=True) if kept_on])
        return MapLayout(tuple(files), self._dead(dead), before.axes, before.side, before.fitted_on)

    def _new(
        self,
        axes: Axes,
        side: int,
        parts: tuple[MapPart, ...],
        new: ItemVectors,
        closed: NDArray[np.int64],
    ) -> Placed:
        """The new items; one whose picture had another number before stays where that was."""
        places, cosines = np.empty((0, 2), np.float32), np.empty(0, np.float32)
        for _, embeddings in self.store.blocks(new.ids, new.rows):
            wanted, alike = axes.wanted(embeddings)
            places, cosines = np.concatenate([places, wanted]), np.concatenate([cosines, alike])
        rows = self.staging.vector_rows_of(closed)
        row_of = dict(zip(closed.tolist(), rows.tolist(), strict=True))
        known: dict[int, list[int]] = {}  # equal files have one row and a place each
        for part in parts:
            gone = part.dead_rows[np.isin(part.placed.ids[part.dead_rows], closed)]
            ids, keys = part.placed.ids[gone].tolist(), part.placed.keys[gone].tolist()
            for item_id, key in zip(ids, keys, strict=True):
                known.setdefault(row_of[item_id], []).append(key)
        kept = (known.get(row) for row in new.rows.tolist())
        keys = np.array([its_keys.pop() if its_keys else -1 for its_keys in kept], np.int64)
        taken = np.unique(keys[keys >= 0]).astype(np.uint32)
        moving = np.flatnonzero(keys < 0)

        def is_taken(asked: Keys) -> NDArray[np.bool_]:
            held = np.isin(asked, taken)
            for part in parts:
                held |= _holds(part, asked)
            return held

        settled = settle(places[moving], side, is_taken)
        keys[moving] = keys_of(settled[:, 0], settled[:, 1])
        return Placed(new.ids, keys.astype(np.uint32), worths_of(cosines))

    def _axes(self, axes: Axes) -> IndexFile:
        path = self._directory / AXES_FILE
        write_durably(path, lambda unfinished: write_axes(unfinished, axes))
        return described(path, AXES_KIND, axes.grid.side**2)

    def _write(self, name: str, placed: Placed) -> IndexFile:
        path = self._directory / name
        write_durably(path, lambda unfinished: write_placed(unfinished, placed))
        return described(path, MAP_KIND, len(placed.ids))

    def _dead(self, dead: NDArray[np.int64]) -> IndexFile | None:
        if not len(dead):
            return None
        path = self._directory / MAP_DEAD_FILE
        write_durably(path, lambda unfinished: write_dead(unfinished, dead))
        return described(path, DEAD_KIND, len(dead))

    @property
    def _directory(self) -> Path:
        return self.config.generation_dir(self.number)


def is_outgrown(layout: MapLayout, item_count: int) -> bool:
    """Whether a map is made anew, for so many pictures more or fewer than it was made of."""
    most, least = layout.fitted_on * _MOST_GROWTH, layout.fitted_on * _LEAST_LEFT
    return not least <= item_count <= most


def _placed(
    ids: NDArray[np.int64], places: NDArray[np.int32], cosines: NDArray[np.float32]
) -> Placed:
    return Placed(ids, keys_of(places[:, 0], places[:, 1]), worths_of(cosines))


def _holds(part: MapPart, asked: Keys) -> NDArray[np.bool_]:
    """Whether a living picture of the part is at these places."""
    low = np.searchsorted(part.placed.keys, asked)
    high = np.searchsorted(part.placed.keys, asked, side="right")
    gone = np.searchsorted(part.dead_rows, high) - np.searchsorted(part.dead_rows, low)
    held: NDArray[np.bool_] = high - low > gone
    return held


def _dead_in(parts: list[MapPart]) -> NDArray[np.int64]:
    dead = [np.asarray(part.placed.ids[part.dead_rows]) for part in parts]
    return np.unique(np.concatenate([np.empty(0, np.int64), *dead]))
