"""The one transaction that makes a generation current.

Before it nothing of the new generation can be seen, after it everything. Builds no index.
"""

from indexer.catalog.connection import Database
from indexer.catalog.records import GenerationRecord

_CLOSE = "UPDATE items SET last_gen = ? WHERE item_id IN (SELECT item_id FROM closing)"
_OPEN = """
INSERT INTO items (item_id, image_id, uri, source, content_hash, size_bytes, width, height, format,
                   captions, metadata, model_id, vector_row, first_gen)
SELECT item_id, image_id, uri, source, content_hash, size_bytes, width, height, format,
       captions, metadata, ?, vector_row, ?
FROM wanted WHERE change <> 'none'"""


def newest_generation(database: Database) -> int:
    """The highest number that was ever published and kept, 0 if there is none."""
    number: int = database.value("SELECT coalesce(max(generation), 0) FROM generations")
    return number


def current_generation(database: Database) -> int | None:
    """The number of the generation that readers are given."""
    number: int | None = database.value("SELECT generation FROM current")
    return number


def make_current(database: Database, generation: int) -> bool:
    """Have readers be given a kept generation. Returns whether there is such a one."""
    with database.transaction():
        changed = database.execute(
            "UPDATE current SET generation = ?1 "
            "WHERE EXISTS (SELECT 1 FROM generations WHERE generation = ?1)",
            (generation,),
        )
    return changed == 1


def model_info(database: Database, model_id: int) -> str:
    """The EncoderInfo of a model, as JSON."""
    info: str = database.value("SELECT info FROM models WHERE model_id = ?", (model_id,))
    return info


def publish_staged(database: Database, record: GenerationRecord, model_id: int) -> None:
    """Make the staged items the items of a new generation, and that one the current one."""
    with database.transaction():
        database.execute(_CLOSE, (record.generation - 1,))
        database.execute(_OPEN, (model_id, record.generation))
        database.execute(
            "INSERT INTO generations VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                record.generation,
                record.created_at,
                model_id,
                record.item_count,
                record.index_kind,
                record.index_bytes,
                record.index_checksum,
            ),
        )
        database.execute("DELETE FROM touched WHERE uri IN (SELECT uri FROM scope)")
        database.execute("INSERT OR REPLACE INTO current VALUES (1, ?)", (record.generation,))
