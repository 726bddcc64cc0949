"""Forgetting what files say of themselves, for people who do not want it kept.

The one change to rows of published generations: what is asked to be forgotten must not wait until
they are dropped.
"""

from indexer.catalog.connection import Database
from indexer.catalog.schema_metadata import FROM_FILE


def forget_facts(database: Database) -> None:
    """Drop the facts of all files, of all generations, and what filters know of them."""
    if database.one("SELECT 1 FROM picture_facts UNION ALL SELECT 1 FROM item_facts") is None:
        return
    with database.transaction():
        database.execute(
            "DELETE FROM metadata_values WHERE field_id IN "
            "(SELECT field_id FROM metadata_fields WHERE origin = ?)",
            (FROM_FILE,),
        )
        for table in ("item_facts", "picture_facts"):
            database.execute(f"DELETE FROM {table}")
