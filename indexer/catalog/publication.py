"""The one transaction that makes a generation current.

Before it nothing of the new generation can be seen, after it everything. Builds no index.
"""

from indexer.catalog.captions import CaptionStaging
from indexer.catalog.connection import Database
from indexer.catalog.records import GenerationRecord

# SQLite's own table of the highest numbers given; a name of no table is left alone there.
_NUMBERS_BEFORE = "generations before"
_CLOSE = "UPDATE items SET last_gen = ? WHERE item_id IN (SELECT item_id FROM closing)"
_OPEN = """
INSERT INTO items (item_id, image_id, uri, source, content_hash, size_bytes, width, height, format,
                   captions, metadata, model_id, vector_row, first_gen, digest)
SELECT item_id, image_id, uri, source, content_hash, size_bytes, width, height, format,
       captions, metadata, ?1, vector_row, ?2,
       item_digest(item_id, image_id, uri, source, content_hash, size_bytes, width, height, format,
                   captions, metadata, ?1, vector_row, ?2)
FROM wanted WHERE change <> 'none'"""


def newest_generation(database: Database) -> int:
    """The highest number that was ever published, 0 if there is none."""
    number: int = database.value(
        "SELECT max(coalesce((SELECT max(generation) FROM generations), 0), "
        "coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0))",
        (_NUMBERS_BEFORE,),
    )
    return number


def begin_above(database: Database, generation: int) -> None:
    """Never give a number up to this one: readers know them from a catalog that is gone."""
    database.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (_NUMBERS_BEFORE, generation))


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


def publish_staged(
    database: Database,
    record: GenerationRecord,
    model_id: int,
    captions: CaptionStaging | None = None,
) -> None:
    """Make the staged items the items of a new generation, and that one the current one."""
    with database.transaction():
        database.execute(_CLOSE, (record.generation - 1,))
        database.execute(_OPEN, (model_id, record.generation))
        if captions is not None and record.captions is not None:
            captions.keep()
        database.execute(
            "INSERT INTO generations VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.generation,
                record.created_at,
                model_id,
                record.item_count,
                record.layout.base.kind,
                record.layout.size_bytes,
                record.layout.base.checksum,
                record.manifest,
            ),
        )
        database.execute("DELETE FROM touched WHERE uri IN (SELECT uri FROM scope)")
        database.execute("INSERT OR REPLACE INTO current VALUES (1, ?)", (record.generation,))
