"""Rows that were altered: forgotten, so that the run that follows makes them again.

What cannot be made again is taken from another row that says the same. A published item that cannot
be trusted is marked: its picture gets a new one. Part of `index --rebuild`, before anything is
looked at; derived tables are filled again from what then stands.
"""

import json
from collections.abc import Sequence
from contextlib import suppress

from indexer.catalog.caption_inspection import mend_captions
from indexer.catalog.connection import Database
from indexer.catalog.manifest import record_of
from indexer.catalog.row_inspection import UNCOVERED, altered
from indexer.catalog.schema_digests import CAPTION_TABLES, TABLES, DigestedTable, digest_of
from indexer.catalog.schema_metadata import FROM_FILE, VALUES_AGAIN, WORDS_AGAIN

_TABLES = {table.name: table for table in TABLES}
# What is known of a content, under its hash.
_OF_CONTENTS = ("pictures", "picture_hashes", "picture_facts", "embeddings")
# No published item has a digest like this: whoever compares finds it altered.
_DISTRUST = "UPDATE items SET digest = '' WHERE item_id IN "
_WITHOUT_FACTS = """
(SELECT v.item_id FROM metadata_values v JOIN metadata_fields f USING (field_id)
 WHERE f.origin = ? AND NOT EXISTS (SELECT 1 FROM item_facts a WHERE a.item_id = v.item_id))"""
_LOST_FACTS = """
SELECT i.content_hash FROM item_facts JOIN items i USING (item_id)
WHERE i.last_gen IS NULL
AND NOT EXISTS (SELECT 1 FROM picture_facts p WHERE p.content_hash = i.content_hash)"""
# Items say which source they are from, in rows that have a digest.
_SOURCE_OF_ITEMS = """
SELECT i.source FROM listings l JOIN files f USING (file_id)
JOIN items i ON i.uri = f.uri AND i.last_gen IS NULL
WHERE l.source_id = ? GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"""
_MANIFESTS = """
SELECT manifest FROM generations WHERE model_id = ? AND manifest IS NOT NULL
ORDER BY generation DESC"""


def mend_rows(database: Database) -> list[str]:
    """Forget what was altered. Returns what was, in words; may raise CatalogDamagedError."""
    with database.transaction():
        notes = [
            f"the catalog has {count} altered rows of {table.name}: they are made again"
            for table in (*TABLES, *CAPTION_TABLES)
            if (count := _count(database, table))
        ]
        _distrust_items(database)
        notes += mend_captions(database)
        _forget_contents(database)
        _forget_files(database)
        for source_id in _altered_numbers(database, "sources"):
            notes += _mend_source(database, source_id)
        for model_id in _altered_numbers(database, "models"):
            _mend_model(database, model_id)
        database.execute(f"DELETE FROM model_keys WHERE {altered(_TABLES['model_keys'])}")
        for table in (*TABLES, *CAPTION_TABLES):  # what was written before there were digests
            database.execute(
                f"UPDATE {table.name} SET digest = {digest_of(table)} WHERE digest IS NULL"
            )
        for statement in (*VALUES_AGAIN, *WORDS_AGAIN):
            database.execute(statement)
    return notes


def forget_contents(database: Database, content_hashes: Sequence[str]) -> None:
    """Have these contents read again, and all that is made of them made again."""
    with database.transaction():
        for name in _OF_CONTENTS:
            database.executemany(
                f"DELETE FROM {name} WHERE content_hash = ?",
                ((content_hash,) for content_hash in content_hashes),
            )


def _count(database: Database, table: DigestedTable) -> int:
    count: int = database.value(f"SELECT count(*) FROM {table.name} WHERE {altered(table)}")
    return count


def _altered_numbers(database: Database, name: str) -> list[int]:
    table = _TABLES[name]
    (key,) = table.key
    rows = database.query(f"SELECT {key} FROM {name} WHERE {altered(table)}")
    return [number for (number,) in rows]


def _distrust_items(database: Database) -> None:
    condition = altered(_TABLES["item_facts"])
    database.execute(f"{_DISTRUST} (SELECT item_id FROM item_facts WHERE {condition})")
    database.execute(f"DELETE FROM item_facts WHERE {condition}")
    database.execute(f"{_DISTRUST} {_WITHOUT_FACTS}", (FROM_FILE,))


def _forget_contents(database: Database) -> None:
    """Without an embedding a content is read again, and all of this comes with it."""
    doubted = " UNION ".join(
        f"SELECT content_hash FROM {name} WHERE {altered(_TABLES[name])}" for name in _OF_CONTENTS
    )
    database.execute("DROP TABLE IF EXISTS temp.doubted")
    database.execute(f"CREATE TEMP TABLE doubted AS {doubted} UNION {_LOST_FACTS}")
    for name in _OF_CONTENTS:
        database.execute(
            f"DELETE FROM {name} WHERE content_hash IN (SELECT content_hash FROM doubted)"
        )
    database.execute(
        "DELETE FROM embeddings WHERE NOT EXISTS "
        "(SELECT 1 FROM pictures p WHERE p.content_hash = embeddings.content_hash)"
    )
    database.execute(f"DELETE FROM embeddings WHERE {UNCOVERED}")
    database.execute("DROP TABLE temp.doubted")


def _forget_files(database: Database) -> None:
    files = altered(_TABLES["files"])
    database.execute(
        f"DELETE FROM listings WHERE file_id IN (SELECT file_id FROM files WHERE {files})"
    )
    database.execute(f"DELETE FROM files WHERE {files}")
    database.execute(f"DELETE FROM listings WHERE {altered(_TABLES['listings'])}")


def _mend_source(database: Database, source_id: int) -> list[str]:
    """Have the name that items know; without one it must be named again."""
    name: str | None = database.value(_SOURCE_OF_ITEMS, (source_id,))
    taken = database.value("SELECT 1 FROM sources WHERE source = ?", (name,))
    if name is None or taken:
        database.execute("DELETE FROM listings WHERE source_id = ?", (source_id,))
        database.execute("DELETE FROM sources WHERE source_id = ?", (source_id,))
        return ["a source of the collection is unreadable: name it with the next `sightline index`"]
    database.execute("UPDATE sources SET source = ? WHERE source_id = ?", (name, source_id))
    return []


def _mend_model(database: Database, model_id: int) -> None:
    """Have what a generation's manifest says; a model that never was published is forgotten."""
    for (manifest,) in list(database.query(_MANIFESTS, (model_id,))):
        with suppress(ValueError):
            record = record_of(manifest)
            database.execute(
                "UPDATE models SET fingerprint = ?, dim = ?, info = ? WHERE model_id = ?",
                (record.fingerprint, record.dim, json.dumps(record.model), model_id),
            )
            return
    for name in ("embeddings", "caption_embeddings", "vector_ranges", "model_keys", "models"):
        database.execute(f"DELETE FROM {name} WHERE model_id = ?", (model_id,))
