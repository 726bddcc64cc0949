"""The index files of a new generation: what is new is written, what stays is linked.

Works in the new generation's directory, which nobody sees yet. Never publishes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.base_part import build_base_part
from indexer.catalog.records import IndexFile, IndexLayout
from indexer.catalog.staging import ItemVectors
from indexer.config import IndexConfig
from indexer.durability import link_durably, write_durably
from indexer.index_files import (
    BASE_FILE,
    DEAD_FILE,
    DEAD_KIND,
    check_file,
    delta_file,
    described,
    read_dead,
    write_dead,
)
from indexer.merge_policy import plan_merge
from indexer.staged_vectors import StagedVectors
from indexer.vector_index.index import IndexUnusableError, VectorIndex
from indexer.vector_index.kinds import EXACT
from indexer.vector_store import VectorStore
from models.encoder import Encoder

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class PartBuilder:
    """Builds the parts of generation `number` from what is staged: `what` is said to users, and
    `prefix` begins the names of the files.
    """

    config: IndexConfig
    staging: StagedVectors
    store: VectorStore
    dim: int
    number: int
    note: Note
    encoder: Callable[[], Encoder | None]
    what: str = "pictures"
    prefix: str = ""

    def build(self, newest: IndexLayout | None, generation: int, item_count: int) -> IndexLayout:
        """Write or link all files. Without a newest generation to go on from, all are new."""
        new, closed = self.staging.new_vectors(), self.staging.closed()
        if newest is None:
            return self._base(item_count)
        plan = plan_merge(
            self.config.merge_policy,
            newest,
            new=len(new.ids),
            closed=len(closed),
            living=item_count,
        )
        if plan.rebuild is not None:
            return self._base(item_count)
        before = self.config.generation_dir(generation)
        try:
            dead = read_dead(before, newest.dead)
            new, dead = _revived(new, dead, closed)
            merged, dead = self._merged(before, plan.merged, new, dead)
            for file in (newest.base, *plan.kept):
                check_file(before, file, completely=False)
                link_durably(before / file.name, self._directory / file.name)
        except IndexUnusableError as error:
            self.note(f"generation {generation} is damaged: {error.reason}")
            return self._base(item_count)
        parts = [newest.base, *plan.kept]
        if len(merged.ids):
            parts.append(self._delta(merged))
        return IndexLayout(
            parts=tuple(parts),
            dead=self._dead(dead) if len(dead) else None,
            reason=newest.reason,
            effort=newest.effort,
            gate=newest.gate,
        )

    def _base(self, item_count: int) -> IndexLayout:
        self.note(f"building the index of {item_count} {self.what}")
        base = build_base_part(self.config, self.staging, self.store, self.dim, self.encoder)
        return IndexLayout(
            parts=(self._write(self.prefix + BASE_FILE, base.index),),
            reason="; ".join(base.gate.reasons),
            effort=None if base.gate.kind == EXACT else base.gate.effort,
            gate=base.gate.to_json(),
        )

    def _merged(
        self, before: Path, files: tuple[IndexFile, ...], new: ItemVectors, dead: NDArray[np.int64]
    ) -> tuple[ItemVectors, NDArray[np.int64]]:
        """The new items and the living ones of these parts; and who is dead in the other parts."""
        ids, rows = [new.ids], [new.rows]
        for file in files:
            check_file(before, file, completely=True)
            held = VectorIndex.load(before / file.name).ids()
            living = np.setdiff1d(held, dead)
            dead = np.setdiff1d(dead, held)
            ids.append(living)
            rows.append(self.staging.vector_rows_of(living))
        return ItemVectors(np.concatenate(ids), np.concatenate(rows)), dead

    def _delta(self, vectors: ItemVectors) -> IndexFile:
        order = np.argsort(vectors.rows, kind="stable")
        blocks = self.store.blocks(vectors.ids[order], vectors.rows[order])
        return self._write(
            self.prefix + delta_file(self.number), VectorIndex.build(self.dim, blocks)
        )

    def _write(self, name: str, index: VectorIndex) -> IndexFile:
        path = self._directory / name
        write_durably(path, index.save)
        return described(path, index.kind, index.count)

    def _dead(self, dead: NDArray[np.int64]) -> IndexFile:
        path = self._directory / (self.prefix + DEAD_FILE)
        write_durably(path, lambda unfinished: write_dead(unfinished, dead))
        return described(path, DEAD_KIND, len(dead))

    @property
    def _directory(self) -> Path:
        return self.config.generation_dir(self.number)


def _revived(
    new: ItemVectors, dead: NDArray[np.int64], closed: NDArray[np.int64]
) -> tuple[ItemVectors, NDArray[np.int64]]:
    """What is new and who is dead, once those that come back stand where they stood before.

    Items never do; a caption does when a picture has it again.
    """
    back = np.isin(new.ids, dead)
    dead = np.union1d(np.setdiff1d(dead, new.ids[back]), closed)
    return ItemVectors(new.ids[~back], new.rows[~back]), dead
