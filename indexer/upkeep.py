"""Embeddings that are not on disk as they were written: forgotten, so that they are made again.

Deletes no byte: lost rows stay where they are, and are never written again.
"""

from collections.abc import Callable

from indexer.catalog.files import FileTable, KnownModel
from indexer.config import IndexConfig
from indexer.vector_store import VectorsMissingError, VectorStore, segment_name

Note = Callable[[str], None]


def forget_lost_vectors(
    config: IndexConfig, table: FileTable, model: KnownModel, note: Note
) -> int:
    """Look at the sizes of the segments; of one that is missing or too short all is forgotten.

    Returns how many embeddings that is.
    """
    forgotten = 0
    store = VectorStore(config.vectors_dir(model.fingerprint), model.dim)
    for segment, row_count in table.rows.needed_segments(model.model_id).items():
        try:
            store.check({segment_name(segment): row_count})
        except VectorsMissingError as error:
            lost = table.rows.forget_segment(model.model_id, segment)
            forgotten += lost
            note(f"{error.reason}: {lost} pictures and captions are encoded again")
    return forgotten


def forget_altered_vectors(
    config: IndexConfig, table: FileTable, model: KnownModel, note: Note
) -> None:
    """Read all embeddings; what is not as it was written is forgotten."""
    forget_lost_vectors(config, table, model, note)
    if misplaced := table.rows.forget_misplaced(model.model_id):
        note(f"the catalog contradicts itself: {misplaced} pictures are encoded again")
    store = VectorStore(config.vectors_dir(model.fingerprint), model.dim)
    for rows in table.rows.ranges(model.model_id):
        try:
            store.check_rows(rows)
        except VectorsMissingError as error:
            lost = table.rows.forget(model.model_id, rows.first_row, rows.row_count)
            note(f"{error.reason}: {lost} pictures and captions are encoded again")
