"""The rung of digests of the indexer's own rows: a bit that flips in one of them is found.

Triggers keep a digest beside every row of the tables named here, so whoever writes them need not
know. What is derived from other rows (values of metadata, words of captions) needs none: it is
compared with what it was made from. Whoever adds a table that nothing can be held against adds it
in a rung of its own, with `statements`. Runs nothing itself.
"""

from dataclasses import dataclass

from indexer.catalog.schema_metadata import ITEM_FACTS_COME

REASON = "digests of files, listings, pictures, hashes and embeddings: flipped bits are found"


@dataclass(frozen=True, slots=True)
class DigestedTable:
    """A table of which every row has a digest of its key and of these columns.

    `digest` is NULL in a row that was written before there were digests.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...] = ()


TABLES = (
    DigestedTable("sources", ("source_id",), ("source", "kind")),
    DigestedTable("models", ("model_id",), ("fingerprint", "dim", "info")),
    DigestedTable("model_keys", ("model_key",), ("model_id",)),
    DigestedTable(
        "files",
        ("file_id",),
        ("uri", "size_bytes", "mtime_ns", "content_hash", "code", "reason", "seen_at"),
    ),
    DigestedTable("listings", ("source_id", "file_id"), ("captions", "metadata")),
    DigestedTable("pictures", ("content_hash",), ("width", "height", "format")),
    DigestedTable("picture_hashes", ("content_hash",), ("pixel_hash", "perceptual_hash")),
    DigestedTable("picture_facts", ("content_hash",), ("facts",)),
    DigestedTable("item_facts", ("item_id",), ("facts",)),
    DigestedTable("embeddings", ("model_id", "content_hash"), ("vector_row",)),
)

# Of a later rung: whose captions the texts are is compared with the items instead.
CAPTION_TABLES = (DigestedTable("caption_embeddings", ("model_id", "text_id"), ("vector_row",)),)
CAPTION_REASON = "digests of captions' embeddings: flipped bits are found"


def digest_of(table: DigestedTable, row: str = "") -> str:
    """The digest of a row, as SQL; values as bytes, since flipped bits may leave no text."""
    prefix = f"{row}." if row else ""
    values = ", ".join(f"CAST({prefix}{name} AS BLOB)" for name in (*table.key, *table.columns))
    return f"row_digest({values})"


def statements(tables: tuple[DigestedTable, ...]) -> tuple[str, ...]:
    """What gives these tables their digests."""
    return tuple(statement for table in tables for statement in _of_table(table))


def _of_table(table: DigestedTable) -> tuple[str, ...]:
    name = table.name
    this = " AND ".join(f"{key} = new.{key}" for key in table.key)
    update = f"UPDATE {name} SET digest = {digest_of(table, 'new')} WHERE {this};"
    watched = ", ".join((*table.key, *table.columns))
    return (
        f"ALTER TABLE {name} ADD COLUMN digest INTEGER",
        f"\nCREATE TRIGGER {name}_digested AFTER INSERT ON {name} BEGIN\n{update}\nEND",
        f"\nCREATE TRIGGER {name}_digested_again AFTER UPDATE OF {watched} ON {name} BEGIN\n"
        f"{update}\nEND",
    )


STATEMENTS: tuple[str, ...] = (
    *statements(TABLES),
    # As it was, with the names of the columns.
    "DROP TRIGGER item_facts_come",
    ITEM_FACTS_COME.replace("INTO item_facts VALUES", "INTO item_facts (item_id, facts) VALUES"),
)
CAPTION_STATEMENTS: tuple[str, ...] = statements(CAPTION_TABLES)
