"""Whose captions the texts are, held against the captions of the items themselves.

Items have digests of their own; the texts are derived from them. What contradicts them is forgotten
with all texts, so that the run that follows makes them again.
"""

import json
from collections.abc import Iterator

from indexer.catalog.captions import is_caption
from indexer.catalog.connection import Database, ReaderPool
from indexer.catalog.digests import caption_digest
from indexer.catalog.row_inspection import altered
from indexer.catalog.schema_digests import CAPTION_TABLES

_PAGE_ROWS = 10_000
_HELD = """
(SELECT group_concat(coalesce(hex(t.digest), '')) FROM item_captions c
 LEFT JOIN caption_texts t USING (text_id) WHERE c.item_id = i.item_id)"""
_PAGE = f"""
SELECT i.item_id, CAST(i.captions AS BLOB), {_HELD} FROM items i
WHERE i.item_id > ?1 AND i.first_gen <= ?2 AND (i.last_gen IS NULL OR i.last_gen >= ?2)
ORDER BY i.item_id LIMIT {_PAGE_ROWS}"""
_OPEN = f"SELECT CAST(i.captions AS BLOB), {_HELD} FROM items i WHERE i.last_gen IS NULL"
_TABLES = ("item_captions", "caption_embeddings", "caption_texts")


def altered_captions(pool: ReaderPool, generation: int) -> Iterator[int]:
    """The items of a generation whose texts are not their captions."""
    last = 0
    while page := pool.query(_PAGE, (last, generation)):
        for item_id, captions, held in page:
            if not _agree(captions, held):
                yield item_id
        last = page[-1][0]


def mend_captions(database: Database) -> list[str]:
    """Forget what was altered; the caller has a transaction. Returns what was, in words."""
    (embeddings,) = CAPTION_TABLES
    database.execute(f"DELETE FROM {embeddings.name} WHERE {altered(embeddings)}")
    there = database.one("SELECT 1 FROM item_captions LIMIT 1")
    if there is None or all(
        held is None or _agree(captions, held) for captions, held in database.query(_OPEN)
    ):
        return []
    for table in _TABLES:
        database.execute(f"DELETE FROM {table}")
    return ["the catalog contradicts itself about captions: all of them are embedded again"]


def _agree(captions: bytes, held: str | None) -> bool:
    try:
        due = {
            caption_digest(text).hex().upper() for text in json.loads(captions) if is_caption(text)
        }
    except ValueError:
        return True  # the digest of the row tells of that
    return due == set((held or "").split(",") if held else ())
