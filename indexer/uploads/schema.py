"""The tables of a collection's `uploads.sqlite`, as a ladder of versions. Runs nothing itself.

A file of its own: a service accepts pictures here while an indexer is writing the catalog, and
neither waits for the other. What stands here is the only record of what clients put.
"""

from indexer.catalog.schema import Migration
from indexer.catalog.schema_digests import DigestedTable, digest_of, statements

# content_hash is NULL for a picture that was removed, until a generation without it is published.
_UPLOADS = """
CREATE TABLE uploads (
    image_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL UNIQUE,
    content_hash TEXT,
    size_bytes INTEGER NOT NULL,
    captions TEXT NOT NULL,
    metadata TEXT NOT NULL,
    changed_at TEXT NOT NULL
) WITHOUT ROWID"""
_STANDING = """
CREATE TABLE standing (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    version INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    generation INTEGER
)"""
# Contents that a picture does not have any more. Kept generations may still show them.
_LOOSE = "CREATE TABLE loose (content_hash TEXT PRIMARY KEY) WITHOUT ROWID"

UPLOAD_ROWS = DigestedTable(
    "uploads",
    ("image_id",),
    ("version", "content_hash", "size_bytes", "captions", "metadata", "changed_at"),
)
DIGESTED = (
    UPLOAD_ROWS,
    DigestedTable("standing", ("only_row",), ("version", "taken", "generation")),
    DigestedTable("loose", ("content_hash",)),
)

UPLOAD_MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        version=1,
        reason="pictures that clients put, in the order in which they changed",
        statements=(
            _UPLOADS,
            _STANDING,
            _LOOSE,
            "INSERT INTO standing VALUES (1, 0, 0, NULL)",
            "CREATE INDEX uploads_by_content ON uploads (content_hash)",
        ),
    ),
    Migration(
        version=2,
        reason="digests of what was put: flipped bits are found",
        statements=(
            *statements(DIGESTED),
            *(f"UPDATE {table.name} SET digest = {digest_of(table)}" for table in DIGESTED),
        ),
    ),
)
