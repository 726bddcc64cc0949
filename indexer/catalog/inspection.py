"""Reads a whole catalog and says what is wrong with it. Changes nothing."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from indexer.catalog.caption_inspection import altered_captions
from indexer.catalog.connection import Database, ReaderPool, Row
from indexer.catalog.digests import digested, item_digest
from indexer.catalog.records import GenerationRecord
from indexer.catalog.row_inspection import (
    altered_rows,
    altered_values,
    altered_words,
    contradictions,
    structure_of,
)
from indexer.catalog.schema import MIGRATIONS
from indexer.catalog.schema_digests import CAPTION_TABLES, TABLES
from indexer.catalog.vector_rows import RANGES
from indexer.vector_store import WrittenRows

_PAGE_ROWS = 10_000
_MOST_COMPLAINTS = 20
_ITEMS = f"""
SELECT item_id, digest, {digested("i")} FROM items i
WHERE item_id > ?1 AND first_gen <= ?2 AND (last_gen IS NULL OR last_gen >= ?2)
ORDER BY item_id LIMIT {_PAGE_ROWS}"""
_DOUBLED = """
SELECT count(*) - count(DISTINCT image_id), count(*) - count(DISTINCT uri) FROM items
WHERE first_gen <= ?1 AND (last_gen IS NULL OR last_gen >= ?1)"""
_CAPTIONS = """
SELECT DISTINCT c.text_id FROM item_captions c JOIN items i USING (item_id)
WHERE i.first_gen <= ?1 AND (i.last_gen IS NULL OR i.last_gen >= ?1)"""
_ROW = """
SELECT CAST(created_at AS BLOB), item_count, CAST(index_kind AS BLOB), index_bytes,
       CAST(index_checksum AS BLOB) FROM generations WHERE generation = ?"""
_OTHER_MODEL = """
SELECT count(*) FROM items JOIN models USING (model_id)
WHERE first_gen <= ?1 AND (last_gen IS NULL OR last_gen >= ?1) AND fingerprint <> ?2"""


class Inspection:
    """Read access to one catalog."""

    def __init__(self, path: Path) -> None:
        """Open. Raises FileNotFoundError, CatalogVersionError or CatalogDamagedError."""
        self._path = path
        self._pool = ReaderPool(path)

    def structure(self) -> list[str]:
        """What is wrong with the file as such. May raise CatalogDamagedError instead."""
        with closing(Database(self._path)) as database:
            return structure_of(database, MIGRATIONS)

    def rows(self) -> Iterator[str]:
        """What is wrong with rows that are not those of one generation. May raise
        CatalogDamagedError.
        """
        with closing(Database(self._path)) as database, database.snapshot():
            yield from altered_rows(database, (*TABLES, *CAPTION_TABLES))
            yield from contradictions(database)
            yield from altered_values(database)
            yield from altered_words(database)

    def items(self, record: GenerationRecord) -> tuple[set[int], list[str]]:
        """The numbers of a generation's items, and what is wrong with their rows."""
        numbers: set[int] = set()
        altered: list[int] = []
        for item_id, digest, *values in self._rows(record.generation):
            numbers.add(item_id)
            if digest is not None and digest != item_digest(*values):
                altered.append(item_id)
        complaints = [f"the row of item {item_id} was altered" for item_id in altered]
        same_id, same_uri = self._pool.query(_DOUBLED, (record.generation,))[0]
        if same_id or same_uri:
            complaints.append(f"generation {record.generation} has items twice")
        stray = self._pool.query(_OTHER_MODEL, (record.generation, record.fingerprint))[0][0]
        if stray:
            complaints.append(f"generation {record.generation} has items of another model")
        if record.manifest is not None and self._pool.query(_ROW, (record.generation,)) != [
            _row_of(record)
        ]:
            complaints.append(f"the row of generation {record.generation} was altered")
        if len(numbers) != record.item_count:
            complaints.append(
                f"generation {record.generation} has {len(numbers)} items instead of "
                f"{record.item_count}"
            )
        return numbers, complaints[:_MOST_COMPLAINTS]

    def captions(self, generation: int) -> set[int]:
        """The numbers of the texts that a generation's items have as captions."""
        return {row[0] for row in self._pool.query(_CAPTIONS, (generation,))}

    def altered_captions(self, generation: int) -> list[int]:
        """The first items of a generation whose texts are not their captions."""
        return list(islice(altered_captions(self._pool, generation), _MOST_COMPLAINTS))

    def vector_ranges(self, fingerprint: str) -> list[WrittenRows]:
        """What was written of a model's embeddings and is not lost."""
        rows = self._pool.query(
            RANGES.replace("?", "(SELECT model_id FROM models WHERE fingerprint = ?)"),
            (fingerprint,),
        )
        return [WrittenRows(*row) for row in rows]

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _rows(self, generation: int) -> Iterator[Row]:
        last = 0
        while page := self._pool.query(_ITEMS, (last, generation)):
            yield from page
            last = page[-1][0]


def _row_of(record: GenerationRecord) -> Row:
    """What the manifest says of a generation, as `publication` writes it into its row."""
    return (
        record.created_at.encode(),
        record.item_count,
        record.layout.base.kind.encode(),
        record.layout.size_bytes,
        record.layout.base.checksum.encode(),
    )
