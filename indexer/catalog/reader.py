"""What a service reads: rows of hits, generations, skipped files. Never writes a row.

Every question is one SQL statement, whatever the number of hits. Safe to use from many threads.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from indexer.catalog.connection import ReaderPool, Row
from indexer.catalog.manifest import record_of
from indexer.catalog.metadata import MetadataTable
from indexer.catalog.records import (
    GenerationRecord,
    IndexFile,
    IndexLayout,
    Item,
    Json,
    SkippedFile,
)
from indexer.catalog.texts import CaptionTexts
from indexer.catalog.words import CaptionWords
from indexer.errors import CatalogDamagedError

_ITEM_COLUMNS = (
    "item_id, image_id, uri, source, content_hash, size_bytes, width, height, format, "
    "captions, metadata, vector_row, "
    "(SELECT facts FROM item_facts f WHERE f.item_id = items.item_id)"
)
_GENERATIONS = """
SELECT g.generation, g.created_at, m.fingerprint, m.dim, g.item_count, m.info,
       g.index_kind, g.index_bytes, g.index_checksum, g.manifest
FROM generations g JOIN models m USING (model_id)"""
_IN_GENERATION = "first_gen <= ?2 AND (last_gen IS NULL OR last_gen >= ?2)"
_SKIPPED = """
SELECT f.uri, min(s.source), f.code, f.reason, f.size_bytes, f.seen_at
FROM files f JOIN listings l USING (file_id) JOIN sources s USING (source_id)
WHERE f.code IS NOT NULL
GROUP BY f.uri ORDER BY f.uri LIMIT ? OFFSET ?"""


class CatalogReader:
    """Read access to one catalog."""

    def __init__(self, path: Path) -> None:
        """Open. Raises FileNotFoundError, or CatalogVersionError for a newer catalog."""
        self._pool = ReaderPool(path)
        self.metadata = MetadataTable(self._pool)
        self.words = CaptionWords(self._pool)
        self.texts = CaptionTexts(self._pool)

    def current_generation(self) -> int | None:
        """The number of the generation to search, or None before the first one."""
        rows = self._pool.query("SELECT generation FROM current")
        return int(rows[0][0]) if rows else None

    def generation(self, number: int) -> GenerationRecord | None:
        """The record of one generation, or None if there is no such generation (any more)."""
        rows = self._pool.query(f"{_GENERATIONS} WHERE g.generation = ?", (number,))
        return _generation(rows[0]) if rows else None

    def generation_numbers(self) -> list[int]:
        """The numbers of all generations that are kept, oldest first."""
        return [row[0] for row in self._pool.query("SELECT generation FROM generations ORDER BY 1")]

    def generations(self) -> list[GenerationRecord]:
        """All generations that are kept, oldest first."""
        rows = self._pool.query(f"{_GENERATIONS} ORDER BY g.generation")
        return [_generation(row) for row in rows]

    def items(self, item_ids: Iterable[int]) -> dict[int, Item]:
        """The rows of these numbers, in one statement; a number that has no row is left out."""
        rows = self._pool.query(
            f"SELECT {_ITEM_COLUMNS} FROM items WHERE item_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(item_ids)),),
        )
        return {row[0]: _item(row) for row in rows}

    def item(self, image_id: str, generation: int) -> Item | None:
        """The picture of this id as it is in one generation."""
        rows = self._pool.query(
            f"SELECT {_ITEM_COLUMNS} FROM items WHERE image_id = ?1 AND {_IN_GENERATION}",
            (image_id, generation),
        )
        return _item(rows[0]) if rows else None

    def item_ids(self, image_ids: Iterable[str], generation: int) -> dict[int, str]:
        """The pictures of these ids that are in one generation: public ids by number."""
        rows = self._pool.query(
            "SELECT item_id, image_id FROM items "
            f"WHERE image_id IN (SELECT value FROM json_each(?1)) AND {_IN_GENERATION}",
            (json.dumps(list(image_ids)), generation),
        )
        return dict(rows)

    def items_of_contents(self, content_hashes: Iterable[str], generation: int) -> list[Item]:
        """The pictures of these contents in one generation, by URI."""
        rows = self._pool.query(
            f"SELECT {_ITEM_COLUMNS} FROM items "
            f"WHERE content_hash IN (SELECT value FROM json_each(?1)) AND {_IN_GENERATION} "
            "ORDER BY uri",
            (json.dumps(list(content_hashes)), generation),
        )
        return [_item(row) for row in rows]

    def image_ids_of_contents(
        self, content_hashes: Iterable[str], generation: int
    ) -> dict[str, list[str]]:
        """The ids of the pictures of these contents in one generation, by content, then by URI."""
        rows = self._pool.query(
            "SELECT content_hash, image_id FROM items "
            f"WHERE content_hash IN (SELECT value FROM json_each(?1)) AND {_IN_GENERATION} "
            "ORDER BY uri",
            (json.dumps(list(content_hashes)), generation),
        )
        ids: dict[str, list[str]] = {}
        for content_hash, image_id in rows:
            ids.setdefault(content_hash, []).append(image_id)
        return ids

    def skipped(self, limit: int, offset: int = 0) -> list[SkippedFile]:
        """Listed files that are not indexed, by URI, with the reason."""
        rows = self._pool.query(_SKIPPED, (limit, offset))
        return [SkippedFile(*row) for row in rows]

    def skipped_count(self) -> int:
        """How many listed files are not indexed."""
        return sum(self.skipped_by_code().values())

    def skipped_by_code(self) -> dict[str, int]:
        """How many listed files are not indexed, by code."""
        rows = self._pool.query(
            "SELECT code, count(*) FROM files f WHERE code IS NOT NULL "
            "AND EXISTS (SELECT 1 FROM listings l WHERE l.file_id = f.file_id) "
            "GROUP BY code ORDER BY code"
        )
        return dict(rows)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def _generation(row: Row) -> GenerationRecord:
    *facts, manifest = row
    if manifest is not None:
        try:
            return replace(record_of(manifest), manifest=manifest)
        except ValueError as error:
            reason = f"it holds no manifest of generation {row[0]}"
            raise CatalogDamagedError("catalog.sqlite", reason) from error
    generation, created_at, fingerprint, dim, item_count, info, kind, index_bytes, checksum = facts
    model: dict[str, Json] = json.loads(info)
    only = IndexFile("index.faiss", kind, item_count, index_bytes, checksum)
    return GenerationRecord(
        generation, created_at, fingerprint, dim, item_count, model, IndexLayout((only,)), {}
    )


def _item(row: Row) -> Item:
    *first, captions, metadata, vector_row, facts = row
    item_id, image_id, uri, source, content_hash, size_bytes, width, height, picture_format = first
    return Item(
        item_id,
        image_id,
        uri,
        source,
        content_hash,
        size_bytes,
        width,
        height,
        picture_format,
        tuple(json.loads(captions)),
        json.loads(metadata),
        vector_row,
        {} if facts is None else json.loads(facts),
    )
