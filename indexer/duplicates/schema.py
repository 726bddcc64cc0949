"""The tables of a collection's `duplicates.sqlite`, as a ladder of versions. Runs nothing itself.

A file of its own: a service writes decisions here while an indexer is writing the catalog, and
neither waits for the other. Everything is kept by content hash, so it outlives generations.
"""

from indexer.catalog.schema import Migration
from indexer.catalog.schema_digests import DigestedTable, statements

_DECISIONS = """
CREATE TABLE decisions (
    one TEXT NOT NULL,
    other TEXT NOT NULL CHECK (one <= other),
    verdict TEXT NOT NULL CHECK (verdict IN ('keep', 'not_a_duplicate')),
    decided_at TEXT NOT NULL,
    PRIMARY KEY (one, other)
) WITHOUT ROWID"""
# Moves with every decision that changes what belongs together.
_SERIAL = "CREATE TABLE serial (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), value INTEGER)"
_GROUPINGS = """
CREATE TABLE groupings (
    mode TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    max_distance INTEGER NOT NULL,
    min_score REAL NOT NULL,
    contents INTEGER NOT NULL,
    unhashed INTEGER NOT NULL,
    crowded INTEGER NOT NULL,
    groups INTEGER NOT NULL,
    decisions_serial INTEGER NOT NULL
) WITHOUT ROWID"""
# place 0 is the group's best.
_MEMBERS = """
CREATE TABLE members (
    mode TEXT NOT NULL,
    number INTEGER NOT NULL,
    place INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    distance INTEGER,
    score REAL NOT NULL,
    copies INTEGER NOT NULL,
    PRIMARY KEY (mode, number, place)
) WITHOUT ROWID"""

DIGESTED = (
    DigestedTable("decisions", ("one", "other"), ("verdict", "decided_at")),
    DigestedTable(
        "groupings",
        ("mode",),
        (
            *("generation", "made_at", "max_distance", "min_score"),
            *("contents", "unhashed", "crowded", "groups", "decisions_serial"),
        ),
    ),
    DigestedTable(
        "members",
        ("mode", "number", "place"),
        ("content_hash", "reason", "distance", "score", "copies"),
    ),
)

DUPLICATE_MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        version=1,
        reason="decisions by pairs of contents, and the last grouping of each mode",
        statements=(
            _DECISIONS,
            _SERIAL,
            "INSERT INTO serial VALUES (1, 0)",
            _GROUPINGS,
            _MEMBERS,
            "CREATE UNIQUE INDEX members_by_content ON members (mode, content_hash)",
            "CREATE INDEX decisions_by_other ON decisions (other)",
        ),
    ),
    Migration(
        version=2,
        reason="digests of decisions and groups: flipped bits are found",
        statements=statements(DIGESTED),
    ),
)
