"""Dropping the rows of generations that nobody needs, and of contents that no kept row mentions.

The caller has made sure that nobody reads them. Deletes no file; says which may go.
"""

from indexer.catalog.connection import Database

_FORGOTTEN = """
CREATE TEMP TABLE forgotten AS
SELECT DISTINCT content_hash FROM items WHERE last_gen < ?"""
_STILL_NEEDED = """
DELETE FROM forgotten WHERE content_hash IN (SELECT content_hash FROM items)
OR content_hash IN (SELECT content_hash FROM files WHERE content_hash IS NOT NULL)"""


def kept_generations(database: Database) -> list[int]:
    """The numbers of all generations that have a record, oldest first."""
    return [row[0] for row in database.query("SELECT generation FROM generations ORDER BY 1")]


def drop_generations(database: Database, numbers: list[int]) -> list[str]:
    """Drop these records and the rows that only older generations than the oldest kept one hold.

    Returns the content hashes that nothing mentions any more.
    """
    with database.transaction():
        database.executemany(
            "DELETE FROM generations WHERE generation = ?", ((number,) for number in numbers)
        )
        oldest = database.value("SELECT min(generation) FROM generations")
        database.execute("DROP TABLE IF EXISTS forgotten")
        database.execute(_FORGOTTEN, (oldest,))
        database.execute("DELETE FROM items WHERE last_gen < ?", (oldest,))
        database.execute(_STILL_NEEDED)
        for table in ("embeddings", "pictures"):
            database.execute(
                f"DELETE FROM {table} WHERE content_hash IN (SELECT content_hash FROM forgotten)"
            )
        forgotten = [row[0] for row in database.query("SELECT content_hash FROM forgotten")]
        database.execute("DROP TABLE forgotten")
    return forgotten


def drop_unused_models(database: Database, kept_model_id: int) -> None:
    """Drop the embeddings of models that no kept generation was made with, but for one model."""
    with database.transaction():
        for table in ("embeddings", "model_keys", "models"):
            database.execute(
                f"DELETE FROM {table} WHERE model_id <> ? "
                "AND model_id NOT IN (SELECT model_id FROM generations)",
                (kept_model_id,),
            )


def known_fingerprints(database: Database) -> set[str]:
    """The fingerprints of all models that have embeddings here."""
    return {row[0] for row in database.query("SELECT fingerprint FROM models")}
