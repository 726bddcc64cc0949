"""Dropping the rows of generations that nobody needs, and of contents that no kept row mentions.

The caller has made sure that nobody reads them. Deletes no file; says which may go.
"""

from indexer.catalog.connection import Database

# Whether a row is still mentioned is looked up row by row: little is dropped, the tables are large.
_FORGOTTEN = """
CREATE TEMP TABLE forgotten AS
SELECT DISTINCT content_hash FROM items INDEXED BY closed_items WHERE last_gen < ?"""
_STILL_NEEDED = """
DELETE FROM forgotten WHERE
EXISTS (SELECT 1 FROM items i WHERE i.content_hash = forgotten.content_hash)
OR EXISTS (SELECT 1 FROM files f WHERE f.content_hash = forgotten.content_hash)"""
_DROP_EMBEDDINGS = """
DELETE FROM embeddings WHERE model_id IN (SELECT model_id FROM models)
AND content_hash IN (SELECT content_hash FROM forgotten)"""
_UNUSED_MODELS = """
CREATE TEMP TABLE unused AS
SELECT model_id FROM models
WHERE model_id IS NOT ? AND model_id < (SELECT max(model_id) FROM generations)
AND model_id NOT IN (SELECT model_id FROM generations)"""


def kept_generations(database: Database) -> list[int]:
    """The numbers of all generations that have a record, oldest first."""
    return [row[0] for row in database.query("SELECT generation FROM generations ORDER BY 1")]


def drop_generations(database: Database, numbers: list[int]) -> list[str]:
    """Drop these records and the rows that only older generations than the oldest kept one hold.

    The current one stays, even if it has become so only now. Returns the content hashes that
    nothing mentions any more.
    """
    with database.transaction():
        database.executemany(
            "DELETE FROM generations WHERE generation = ? "
            "AND generation NOT IN (SELECT generation FROM current)",
            ((number,) for number in numbers),
        )
        oldest = database.value("SELECT min(generation) FROM generations")
        database.execute("DROP TABLE IF EXISTS forgotten")
        database.execute(_FORGOTTEN, (oldest,))
        database.execute("DELETE FROM items WHERE last_gen < ?", (oldest,))
        database.execute(_STILL_NEEDED)
        database.execute(_DROP_EMBEDDINGS)
        for table in ("pictures", "picture_hashes"):
            database.execute(
                f"DELETE FROM {table} WHERE content_hash IN (SELECT content_hash FROM forgotten)"
            )
        forgotten = [row[0] for row in database.query("SELECT content_hash FROM forgotten")]
        database.execute("DROP TABLE forgotten")
    return forgotten


def drop_unused_models(database: Database, kept_model_id: int | None) -> None:
    """Drop the embeddings of models that no kept generation was made with, but for one model.

    Those of a model newer than all published ones stay: its reindexing was interrupted, and the
    next run with it goes on from them.
    """
    with database.transaction():
        database.execute("DROP TABLE IF EXISTS unused")
        database.execute(_UNUSED_MODELS, (kept_model_id,))
        for table in ("embeddings", "caption_embeddings", "vector_ranges", "model_keys", "models"):
            database.execute(f"DELETE FROM {table} WHERE model_id IN (SELECT model_id FROM unused)")
        database.execute("DROP TABLE unused")


def known_fingerprints(database: Database) -> set[str]:
    """The fingerprints of all models that have embeddings here."""
    return {row[0] for row in database.query("SELECT fingerprint FROM models")}
