"""The items of the next generation, compared with those of the newest one: what changed.

Looks only at files that were touched since (see `schema_touched`): all others have the item that
they had. Decides which picture keeps its `image_id`: the one at the same URI, else one of the same
content whose own file is gone; what clients put has the ids that they gave it. Works in temporary
tables; publishes nothing.
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.connection import Database
from indexer.catalog.differences import Differences
from indexer.catalog.digests import DIGESTED_COUNT, digested, item_digest
from indexer.catalog.merging import add_merge_functions
from indexer.uploads.naming import id_of_upload, is_upload

_ID_BYTES = 10  # 80 bits are 16 letters of base32, and no collision in any collection there will be

_TABLES = ("scope", "open_before", "wanted", "closing")
_SCOPE = "CREATE TEMP TABLE scope (uri TEXT PRIMARY KEY) WITHOUT ROWID"
_TOUCHED = "INSERT INTO scope SELECT uri FROM touched"
_EVERYTHING = """
INSERT INTO scope SELECT uri FROM files UNION SELECT uri FROM touched
UNION SELECT uri FROM items WHERE last_gen IS NULL"""
_OPEN_BEFORE = """
CREATE TEMP TABLE open_before AS
SELECT i.item_id, i.uri, i.image_id, i.content_hash
FROM scope CROSS JOIN items i ON i.uri = scope.uri WHERE i.last_gen IS NULL"""
_WANTED = """
CREATE TEMP TABLE wanted (
    file_id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL,
    source TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    format TEXT NOT NULL,
    captions TEXT NOT NULL,
    metadata TEXT NOT NULL,
    vector_row INTEGER NOT NULL,
    item_id INTEGER,
    image_id TEXT,
    change TEXT NOT NULL DEFAULT 'new'
)"""
# Where several sources list a file, the one that was added first speaks first.
_FILL = """
INSERT INTO wanted (file_id, uri, source, content_hash, size_bytes, width, height, format,
                    captions, metadata, vector_row)
SELECT f.file_id, f.uri, s.source, f.content_hash, f.size_bytes, p.width, p.height, p.format,
       l.captions, l.metadata, e.vector_row
FROM scope CROSS JOIN files f ON f.uri = scope.uri
CROSS JOIN listings l USING (file_id)
JOIN sources s USING (source_id)
JOIN pictures p USING (content_hash)
JOIN embeddings e ON e.model_id = ? AND e.content_hash = f.content_hash
WHERE f.code IS NULL
ORDER BY scope.uri, l.source_id
ON CONFLICT (file_id) DO UPDATE SET
    captions = merge_captions(captions, excluded.captions),
    metadata = merge_metadata(metadata, excluded.metadata)"""
_SAME_FACTS = """
i.source = wanted.source AND i.size_bytes = wanted.size_bytes AND i.width = wanted.width
AND i.height = wanted.height AND i.format = wanted.format AND i.captions = wanted.captions
AND i.metadata = wanted.metadata"""
_MATCH_BY_URI = f"""
UPDATE wanted SET
    image_id = i.image_id,
    change = CASE
        WHEN i.content_hash <> wanted.content_hash THEN 'changed'
        WHEN NOT ({_SAME_FACTS}) THEN 'metadata'
        WHEN i.model_id <> ? OR i.vector_row <> wanted.vector_row THEN 'embedding'
        ELSE 'none' END,
    item_id = i.item_id
FROM items i WHERE i.last_gen IS NULL AND i.uri = wanted.uri"""
# An item whose row is not as it was published is nobody's item: its picture gets a new one.
_TRUSTED = f" AND (i.digest IS NULL OR i.digest = item_digest({digested('i')}))"
# Item numbers stay only with rows that stay: a row of the catalog never changes.
_RENEW = "UPDATE wanted SET item_id = NULL WHERE change <> 'none'"
_MATCH_RENAMES = """
UPDATE wanted SET image_id = pairs.image_id, change = 'renamed'
FROM (
    SELECT fresh.file_id, gone.image_id
    FROM (SELECT file_id, content_hash,
                 row_number() OVER (PARTITION BY content_hash ORDER BY uri) AS place
          FROM wanted WHERE image_id IS NULL AND uri NOT GLOB 'upload:*') AS fresh
    JOIN (SELECT image_id, content_hash,
                 row_number() OVER (PARTITION BY content_hash ORDER BY uri) AS place
          FROM open_before b
          WHERE uri NOT GLOB 'upload:*'
          AND NOT EXISTS (SELECT 1 FROM wanted_uris w WHERE w.uri = b.uri)) AS gone
    USING (content_hash, place)
) AS pairs WHERE pairs.file_id = wanted.file_id"""
_CLASHES = """
SELECT file_id FROM (
    SELECT file_id, change = 'new' AS may_yield,
           row_number() OVER (
               PARTITION BY image_id ORDER BY change = 'new', uri NOT GLOB 'upload:*', file_id
           ) AS place
    FROM wanted) WHERE place > 1 AND may_yield
UNION
SELECT w.file_id FROM wanted w CROSS JOIN items i ON i.image_id = w.image_id
WHERE w.change = 'new' AND i.last_gen IS NULL AND i.uri NOT IN (SELECT uri FROM scope)"""
_NUMBER = """
UPDATE wanted SET item_id = numbered.item_id
FROM (SELECT file_id, ? + row_number() OVER (ORDER BY vector_row, file_id) AS item_id
      FROM wanted WHERE item_id IS NULL) AS numbered
WHERE numbered.file_id = wanted.file_id"""
_CLOSING = """
CREATE TEMP TABLE closing AS SELECT item_id FROM open_before
WHERE item_id NOT IN (SELECT item_id FROM wanted WHERE change = 'none')"""
_ALL_VECTORS = """
SELECT item_id, vector_row FROM items
WHERE last_gen IS NULL AND item_id NOT IN (SELECT item_id FROM closing)
UNION ALL SELECT item_id, vector_row FROM wanted WHERE change <> 'none'
ORDER BY vector_row"""
_NEW_VECTORS = """
SELECT item_id, vector_row FROM wanted WHERE change <> 'none' ORDER BY vector_row"""
_CAPTIONS = """
SELECT captions FROM items WHERE item_id IN (SELECT value FROM json_each(?1))
UNION ALL SELECT captions FROM wanted
WHERE change <> 'none' AND item_id IN (SELECT value FROM json_each(?1))"""
_UNTOUCHED = """
SELECT item_count - ? FROM generations ORDER BY generation DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class ItemVectors:
    """Item numbers and the vector rows that they refer to, (n,) each, in the order of the rows."""

    ids: NDArray[np.int64]
    rows: NDArray[np.int64]


class Staging:
    """The next generation's items, as rows that are not published yet.

    With `everything`, all files are looked at, not only the touched ones: for the first generation
    and for another model than the newest one's. With `distrusting`, rows of the newest generation
    whose digest is wrong are not gone on with.
    """

    def __init__(
        self,
        database: Database,
        model_id: int,
        *,
        everything: bool = False,
        distrusting: bool = False,
    ) -> None:
        self._database = database
        self._everything = everything
        self._match = _MATCH_BY_URI + (_TRUSTED if distrusting else "")
        self.model_id = model_id
        add_merge_functions(database)
        database.add_function("image_id_of", 2, image_id_of)
        database.add_function("item_digest", DIGESTED_COUNT, item_digest)

    def prepare(self) -> Differences:
        """Work out the items and their ids. Returns what differs from the newest generation."""
        database = self._database
        with database.transaction():
            for table in _TABLES:
                database.execute(f"DROP TABLE IF EXISTS {table}")
            database.execute(_SCOPE)
            database.execute(_EVERYTHING if self._everything else _TOUCHED)
            database.execute(_OPEN_BEFORE)
            database.execute(_WANTED)
            database.execute(_FILL, (self.model_id,))
            database.execute(self._match, (self.model_id,))
            database.execute(_RENEW)
        differences = self._differences()
        if differences.new and differences.removed:
            self._match_renames()
            differences = self._differences()
        return differences

    def settle(self) -> None:
        """Forget that the files were touched: they differ in nothing from the newest generation."""
        self._database.execute("DELETE FROM touched WHERE uri IN (SELECT uri FROM scope)")

    def assign_ids(self) -> None:
        """Give the new items their public ids and all new rows their numbers."""
        database = self._database
        last: int = database.value("SELECT max(seq) FROM sqlite_sequence WHERE name = 'items'") or 0
        with database.transaction():
            database.execute(
                "UPDATE wanted SET image_id = image_id_of(uri, 0) WHERE image_id IS NULL"
            )
            salt = 1
            while clashes := list(database.query(_CLASHES)):
                database.executemany(
                    "UPDATE wanted SET image_id = image_id_of(uri, ?) WHERE file_id = ?",
                    ((salt, file_id) for (file_id,) in clashes),
                )
                salt += 1
            database.execute(_NUMBER, (last,))
            database.execute(_CLOSING)

    def all_vectors(self) -> ItemVectors:
        """Those of every item of the next generation."""
        return _item_vectors(self._database.query(_ALL_VECTORS))

    def new_vectors(self) -> ItemVectors:
        """Those of the items that the newest generation does not have."""
        return _item_vectors(self._database.query(_NEW_VECTORS))

    def vector_rows_of(self, item_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The vector rows (n,) of published items, in order."""
        rows: dict[int, int] = dict(
            self._database.query(
                "SELECT item_id, vector_row FROM items "
                "WHERE item_id IN (SELECT value FROM json_each(?))",
                (json.dumps(item_ids.tolist()),),
            )
        )
        return np.array([rows[item_id] for item_id in item_ids.tolist()], dtype=np.int64)

    def captions(self, item_ids: list[int]) -> list[str]:
        """The captions of items of the next generation."""
        rows = self._database.query(_CAPTIONS, (json.dumps(item_ids),))
        return [caption for row in rows for caption in json.loads(row[0])]

    def closed(self) -> NDArray[np.int64]:
        """The numbers (n,) of the items that only the generations before have."""
        rows = self._database.query("SELECT item_id FROM closing ORDER BY item_id")
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def _match_renames(self) -> None:
        database = self._database
        with database.transaction():
            database.execute("CREATE TEMP TABLE wanted_uris (uri TEXT PRIMARY KEY) WITHOUT ROWID")
            database.execute("INSERT INTO wanted_uris SELECT uri FROM wanted")
            database.execute(_MATCH_RENAMES)
            database.execute("DROP TABLE wanted_uris")

    def _differences(self) -> Differences:
        counts: dict[str, int] = dict(
            self._database.query("SELECT change, count(*) FROM wanted GROUP BY change")
        )
        before: int = self._database.value("SELECT count(*) FROM open_before")
        untouched: int = self._database.value(_UNTOUCHED, (before,)) or 0
        stayed = sum(count for change, count in counts.items() if change != "new")
        return Differences(
            new=counts.get("new", 0),
            changed=counts.get("changed", 0),
            renamed=counts.get("renamed", 0),
            metadata_changed=counts.get("metadata", 0),
            re_embedded=counts.get("embedding", 0),
            unchanged=counts.get("none", 0) + untouched,
            removed=before - stayed,
        )


def _item_vectors(rows: Iterable[tuple[int, int]]) -> ItemVectors:
    pairs = np.fromiter(rows, dtype=np.dtype((np.int64, 2)))  # (n, 2)
    return ItemVectors(np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1]))


def image_id_of(uri: str, salt: int) -> str:
    """The public id that a picture gets when its URI is first seen: 16 letters and digits, or for
    one that was put by a client, the client's own.
    """
    if salt == 0 and is_upload(uri):
        return id_of_upload(uri)
    text = uri if salt == 0 else f"{uri}\n{salt}"
    digest = hashlib.blake2b(text.encode(), digest_size=_ID_BYTES).digest()
    return base64.b32encode(digest).decode().lower()
