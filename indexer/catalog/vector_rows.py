"""Which rows of a model's segments are valid, and what their bytes must be. Touches no byte."""

from collections.abc import Iterable

from indexer.catalog.connection import Database
from indexer.vector_store import SEGMENT_ROWS, WrittenRows

RANGES = """
SELECT first_row, row_count, checksum FROM vector_ranges
WHERE model_id = ? AND NOT lost ORDER BY first_row"""


# What is published under another row than is known now, though nothing was done to its file.
_MISPLACED = """
DELETE FROM embeddings WHERE model_id = ?1 AND content_hash IN (
    SELECT i.content_hash FROM items i
    JOIN embeddings e ON e.model_id = i.model_id AND e.content_hash = i.content_hash
    WHERE i.last_gen IS NULL AND i.model_id = ?1 AND i.vector_row <> e.vector_row
    AND i.uri NOT IN (SELECT uri FROM touched))"""


class VectorRows:
    """The write side of the rows of segments."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, model_id: int, written: Iterable[WrittenRows]) -> None:
        """Remember what was written; the caller has a transaction."""
        self._database.executemany(
            "INSERT INTO vector_ranges (model_id, first_row, row_count, checksum) "
            "VALUES (?, ?, ?, ?)",
            ((model_id, rows.first_row, rows.row_count, rows.checksum) for rows in written),
        )

    def next_row(self, model_id: int) -> int:
        """The first row that nothing refers to, nor does any later one."""
        value: int | None = self._database.value(
            "SELECT first_row + row_count FROM vector_ranges WHERE model_id = ? "
            "ORDER BY first_row DESC LIMIT 1",
            (model_id,),
        )
        return value or 0

    def needed_segments(self, model_id: int) -> dict[int, int]:
        """For every segment how many rows it must hold."""
        rows = self._database.query(
            "SELECT first_row / ?1, max(first_row + row_count) - first_row / ?1 * ?1 "
            "FROM vector_ranges WHERE model_id = ?2 AND NOT lost GROUP BY 1",
            (SEGMENT_ROWS, model_id),
        )
        return dict(rows)

    def ranges(self, model_id: int) -> list[WrittenRows]:
        """What was written and is not lost, in order."""
        return [WrittenRows(*row) for row in self._database.query(RANGES, (model_id,))]

    def forget_segment(self, model_id: int, segment: int) -> int:
        """Have everything in a segment embedded again. Returns how many embeddings that is."""
        return self.forget(model_id, segment * SEGMENT_ROWS, SEGMENT_ROWS)

    def forget_misplaced(self, model_id: int) -> int:
        """Have embedded again what the catalog contradicts itself about. Returns how many."""
        return self._database.execute(_MISPLACED, (model_id,))

    def forget(self, model_id: int, first_row: int, row_count: int) -> int:
        """Have what lies in these rows embedded again. Returns how many embeddings that is."""
        bounds = (model_id, first_row, first_row + row_count)
        with self._database.transaction():
            self._database.execute(
                "UPDATE vector_ranges SET lost = 1 "
                "WHERE model_id = ? AND first_row >= ? AND first_row < ?",
                bounds,
            )
            return sum(
                self._database.execute(
                    f"DELETE FROM {table} "
                    "WHERE model_id = ? AND vector_row >= ? AND vector_row < ?",
                    bounds,
                )
                for table in ("embeddings", "caption_embeddings")
            )
