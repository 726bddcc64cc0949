"""The tables of a catalog, as a ladder of versions; each rung says why it is there.

A rung that was released is never edited: what changes is a new rung. Runs nothing itself.
"""

from dataclasses import dataclass

from indexer.catalog import (
    schema_captions,
    schema_digests,
    schema_hashes,
    schema_metadata,
    schema_touched,
    schema_trust,
)


@dataclass(frozen=True, slots=True)
class Migration:
    """The statements that lead to one version, and the reason for it."""

    version: int
    reason: str
    statements: tuple[str, ...]


_SOURCES = """
CREATE TABLE sources (
    source_id INTEGER PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    scanned_at TEXT
)"""
# The last known state of every listed file. code and reason are NULL for a picture that is read.
_FILES = """
CREATE TABLE files (
    file_id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    size_bytes INTEGER,
    mtime_ns INTEGER,
    content_hash TEXT,
    code TEXT,
    reason TEXT,
    seen_at TEXT NOT NULL
)"""
# What each source says of a file. Two sources may list the same one.
_LISTINGS = """
CREATE TABLE listings (
    source_id INTEGER NOT NULL,
    file_id INTEGER NOT NULL,
    captions TEXT NOT NULL,
    metadata TEXT NOT NULL,
    PRIMARY KEY (source_id, file_id)
) WITHOUT ROWID"""
_PICTURES = """
CREATE TABLE pictures (
    content_hash TEXT PRIMARY KEY,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    format TEXT NOT NULL
) WITHOUT ROWID"""
_MODELS = """
CREATE TABLE models (
    model_id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    dim INTEGER NOT NULL,
    info TEXT NOT NULL
)"""
# A configured model's key leads to its fingerprint without loading the model.
_MODEL_KEYS = """
CREATE TABLE model_keys (
    model_key TEXT PRIMARY KEY,
    model_id INTEGER NOT NULL
) WITHOUT ROWID"""
_EMBEDDINGS = """
CREATE TABLE embeddings (
    model_id INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    vector_row INTEGER NOT NULL,
    PRIMARY KEY (model_id, content_hash)
) WITHOUT ROWID"""
_GENERATIONS = """
CREATE TABLE generations (
    generation INTEGER PRIMARY KEY,
    created_at TEXT NOT NULL,
    model_id INTEGER NOT NULL,
    item_count INTEGER NOT NULL,
    index_kind TEXT NOT NULL,
    index_bytes INTEGER NOT NULL,
    index_checksum TEXT NOT NULL
)"""
# The only thing that publishing moves: one row, one number.
_CURRENT = """
CREATE TABLE current (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    generation INTEGER NOT NULL
)"""
# A row is part of the generations first_gen to last_gen; last_gen is NULL while it is in the
# newest. AUTOINCREMENT: a number is never given again, even after rows were dropped.
_ITEMS = """
CREATE TABLE items (
    item_id INTEGER PRIMARY KEY AUTOINCREMENT,
    image_id TEXT NOT NULL,
    uri TEXT NOT NULL,
    source TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    format TEXT NOT NULL,
    captions TEXT NOT NULL,
    metadata TEXT NOT NULL,
    model_id INTEGER NOT NULL,
    vector_row INTEGER NOT NULL,
    first_gen INTEGER NOT NULL,
    last_gen INTEGER
)"""

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        version=1,
        reason="what is known of source files: enough to resume and to skip unchanged files",
        statements=(
            _SOURCES,
            _FILES,
            _LISTINGS,
            _PICTURES,
            _MODELS,
            _MODEL_KEYS,
            _EMBEDDINGS,
            "CREATE INDEX listings_by_file ON listings (file_id)",
            "CREATE INDEX files_by_content ON files (content_hash)",
            "CREATE INDEX skipped_files ON files (uri) WHERE code IS NOT NULL",
        ),
    ),
    Migration(
        version=2,
        reason="published generations: readers see one of them, whole",
        statements=(
            _GENERATIONS,
            _CURRENT,
            _ITEMS,
            # These two also hold the promise: in one generation a picture and an id stand once.
            "CREATE UNIQUE INDEX open_items_by_uri ON items (uri) WHERE last_gen IS NULL",
            "CREATE UNIQUE INDEX open_items_by_id ON items (image_id) WHERE last_gen IS NULL",
            "CREATE INDEX items_by_id ON items (image_id, first_gen)",
            "CREATE INDEX items_by_content ON items (content_hash)",
            "CREATE INDEX closed_items ON items (last_gen) WHERE last_gen IS NOT NULL",
        ),
    ),
    Migration(3, schema_hashes.REASON, schema_hashes.STATEMENTS),
    Migration(4, schema_touched.REASON, schema_touched.STATEMENTS),
    Migration(5, schema_metadata.REASON, schema_metadata.STATEMENTS),
    Migration(6, schema_trust.REASON, schema_trust.STATEMENTS),
    Migration(7, schema_captions.REASON, schema_captions.STATEMENTS),
    Migration(8, schema_digests.REASON, schema_digests.STATEMENTS),
    Migration(9, schema_digests.CAPTION_REASON, schema_digests.CAPTION_STATEMENTS),
)
LATEST_VERSION = MIGRATIONS[-1].version
