"""Rows that are not as they were written: held against digests, or what they were made from.

Values of metadata and words of captions are derived from items: they are derived once more and
compared. All of it is read in one snapshot, so that an indexer may publish meanwhile. Changes
nothing but temporary tables.
"""

import sqlite3
from collections.abc import Iterator, Sequence

from indexer.catalog.connection import SCHEMA, Database, schema_due
from indexer.catalog.schema import Migration
from indexer.catalog.schema_digests import DigestedTable, digest_of
from indexer.catalog.schema_metadata import EXPECTED_VALUES, ITEM_WORDS, WORDS_DUE
from indexer.errors import CatalogDamagedError

_MOST_ROWS = 20  # of one table that are named
_VALUES = "SELECT field_id, kind, value, item_id FROM metadata_values"
_ALTERED_VALUES = f"""
SELECT DISTINCT item_id FROM (
    SELECT * FROM ({EXPECTED_VALUES} EXCEPT {_VALUES})
    UNION ALL
    SELECT * FROM ({_VALUES} EXCEPT SELECT * FROM ({EXPECTED_VALUES})))
ORDER BY 1 LIMIT {_MOST_ROWS}"""
_WORD_TABLES = (
    WORDS_DUE,
    f"INSERT INTO temp.words_due (rowid, captions) {ITEM_WORDS}",
    "CREATE VIRTUAL TABLE temp.places_due USING fts5vocab(temp, words_due, instance)",
    "CREATE VIRTUAL TABLE temp.places_held USING fts5vocab(main, caption_words, instance)",
)
# One row a word is few enough to be sorted: how often, and sums in which every place counts.
_WORD_SUMS = """
SELECT term, count(*), sum(doc), sum((doc % 65521) * (offset % 65521 + 1)) FROM {} GROUP BY term"""
_ALTERED_WORDS = f"""
SELECT DISTINCT term FROM (
    SELECT * FROM ({_WORD_SUMS.format("places_due")} EXCEPT {_WORD_SUMS.format("places_held")})
    UNION ALL
    SELECT * FROM ({_WORD_SUMS.format("places_held")} EXCEPT {_WORD_SUMS.format("places_due")}))
LIMIT {_MOST_ROWS}"""
_PLACES = "SELECT doc, offset FROM {} WHERE term = ?1"
_ITEMS_OF_WORD = f"""
SELECT DISTINCT doc FROM (
    SELECT * FROM ({_PLACES.format("places_due")} EXCEPT {_PLACES.format("places_held")})
    UNION ALL
    SELECT * FROM ({_PLACES.format("places_held")} EXCEPT {_PLACES.format("places_due")}))
ORDER BY 1 LIMIT {_MOST_ROWS}"""
_SIZES = "SELECT id, sz FROM {}_docsize"
_ALTERED_SIZES = f"""
SELECT id FROM (
    SELECT * FROM ({_SIZES.format("temp.words_due")} EXCEPT {_SIZES.format("caption_words")})
    UNION
    SELECT * FROM ({_SIZES.format("caption_words")} EXCEPT {_SIZES.format("temp.words_due")}))
LIMIT {_MOST_ROWS}"""
_TOTALS = "SELECT block FROM {}_data WHERE id = 1"
# Of no words at all there are two ways to write the totals.
_SAME_TOTALS = f"""
SELECT NOT EXISTS (SELECT 1 FROM temp.words_due_docsize)
    OR ({_TOTALS.format("temp.words_due")}) IS ({_TOTALS.format("caption_words")})"""
# Ranges are looked up from above: the last one that begins before the row must reach behind it.
UNCOVERED = """
coalesce((SELECT r.first_row + r.row_count FROM vector_ranges r
          WHERE r.model_id = embeddings.model_id AND r.first_row <= embeddings.vector_row
          AND NOT r.lost ORDER BY r.first_row DESC LIMIT 1), -1) <= embeddings.vector_row"""
_CONTRADICTIONS = (
    (
        "SELECT count(*) FROM current WHERE generation NOT IN (SELECT generation FROM generations)",
        "the current generation is none that is kept",
    ),
    (
        "SELECT coalesce(max(item_id), 0) > coalesce((SELECT max(seq) FROM sqlite_sequence "
        "WHERE name = 'items'), 0) FROM items",
        "numbers of items would be given again",
    ),
    (
        f"SELECT count(*) FROM embeddings WHERE {UNCOVERED}",
        "embeddings are said to lie where none were written",
    ),
)


def structure_of(database: Database, migrations: Sequence[Migration]) -> list[str]:
    """What SQLite itself finds wrong with a file, and whether its tables are those of this ladder.

    May raise CatalogDamagedError instead.
    """
    rows = database.query(f"PRAGMA integrity_check({_MOST_ROWS})")
    reasons = [str(reason) for (reason,) in rows if reason != "ok"]
    if sorted(database.query(SCHEMA), key=repr) != schema_due(migrations):
        reasons.append("its tables are not as they were made")
    return reasons


def altered(table: DigestedTable) -> str:
    """The condition that a row of the table is not as it was written, as SQL."""
    return f"digest IS NOT NULL AND digest <> {digest_of(table)}"


def altered_rows(database: Database, tables: tuple[DigestedTable, ...]) -> Iterator[str]:
    """Says of rows with a wrong digest which they are. May raise CatalogDamagedError."""
    for table in tables:
        key = " || ' ' || ".join(f"CAST({name} AS BLOB)" for name in table.key)
        rows = database.query(
            f"SELECT CAST({key} AS BLOB) FROM {table.name} WHERE {altered(table)} "
            f"LIMIT {_MOST_ROWS}"
        )
        for (found,) in rows:
            yield f"the row {found.decode('utf-8', 'replace')!r} of {table.name} was altered"


def contradictions(database: Database) -> Iterator[str]:
    """What rows of different tables contradict each other about."""
    for question, complaint in _CONTRADICTIONS:
        if database.value(question):
            yield complaint


def altered_values(database: Database) -> Iterator[str]:
    """Says of which items the values that filters read are not those of the item."""
    for (item_id,) in database.query(_ALTERED_VALUES):
        yield f"the values that filters read of item {item_id} were altered"


def altered_words(database: Database) -> Iterator[str]:
    """Says of which items the words that keyword search reads are not those of its captions."""
    try:
        for statement in _WORD_TABLES:
            database.execute(statement)
        items: set[int] = set()
        for (term,) in list(database.query(_ALTERED_WORDS)):
            items.update(row[0] for row in database.query(_ITEMS_OF_WORD, (term,)))
        items.update(row[0] for row in database.query(_ALTERED_SIZES))
        for item_id in sorted(items)[:_MOST_ROWS]:
            yield f"the words that keyword search reads of item {item_id} were altered"
        if not items and not database.value(_SAME_TOTALS):
            yield "the totals that keyword search reads were altered"
    except (sqlite3.DatabaseError, CatalogDamagedError) as error:
        yield f"the words that keyword search reads were altered: {error}"
