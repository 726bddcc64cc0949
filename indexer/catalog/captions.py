"""The captions of the next generation as texts: which are new, gone, or without an embedding.

Works on the items that `staging` has numbered, in temporary tables; equal captions are one text.
`caption_texts` and `caption_embeddings` grow before a generation is published, where no reader
looks; `keep`, in the publishing transaction, says whose captions they are. Encodes nothing.
"""

import json
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.connection import Database
from indexer.catalog.digests import caption_digest
from indexer.catalog.staging import ItemVectors
from indexer.catalog.vector_rows import VectorRows
from indexer.vector_store import WrittenRows

_TABLES = ("wanted_captions", "staged_captions")
_WANTED = """
CREATE TEMP TABLE wanted_captions (item_id INTEGER NOT NULL, digest BLOB NOT NULL, text TEXT)"""
_OF_CHANGED = """
INSERT INTO wanted_captions
SELECT w.item_id, caption_digest(c.value), c.value FROM wanted w, json_each(w.captions) c
WHERE w.change <> 'none' AND is_caption(c.value)"""
_OF_OTHERS = """
INSERT INTO wanted_captions
SELECT i.item_id, caption_digest(c.value), c.value FROM items i, json_each(i.captions) c
WHERE i.last_gen IS NULL AND i.item_id NOT IN (SELECT item_id FROM closing)
AND is_caption(c.value)"""
_STAGED = """
CREATE TEMP TABLE staged_captions AS
SELECT t.text_id, min(w.text) AS text FROM wanted_captions w JOIN caption_texts t USING (digest)
GROUP BY t.text_id"""
_MISSING = """
SELECT s.text_id, s.text FROM staged_captions s
WHERE NOT EXISTS (SELECT 1 FROM caption_embeddings e WHERE e.model_id = ?
                  AND e.text_id = s.text_id)
ORDER BY s.text_id"""
_EMBEDDED = """
SELECT s.text_id, e.vector_row FROM staged_captions s
JOIN caption_embeddings e ON e.model_id = ? AND e.text_id = s.text_id"""
_ALL = """
SELECT e.text_id, e.vector_row FROM caption_embeddings e WHERE e.model_id = ?
AND (e.text_id IN (SELECT text_id FROM staged_captions)
     OR EXISTS (SELECT 1 FROM item_captions c JOIN items i USING (item_id)
                WHERE c.text_id = e.text_id AND i.last_gen IS NULL
                AND i.item_id NOT IN (SELECT item_id FROM closing)))
ORDER BY e.vector_row"""
_LIVING_BEFORE = """
SELECT 1 FROM item_captions c JOIN items i USING (item_id)
WHERE c.text_id = s.text_id AND i.last_gen IS NULL"""
# Of every text that loses a picture: whether another picture has it still.
_CLOSED = """
SELECT DISTINCT s.text_id FROM closing CROSS JOIN item_captions s USING (item_id)
WHERE s.text_id NOT IN (SELECT text_id FROM staged_captions)
AND NOT EXISTS (SELECT 1 FROM item_captions c JOIN items i USING (item_id)
                WHERE c.text_id = s.text_id AND i.last_gen IS NULL
                AND i.item_id NOT IN (SELECT item_id FROM closing))
ORDER BY 1"""


class CaptionStaging:
    """The texts of the next generation, for an index of captions."""

    def __init__(self, database: Database, model_id: int) -> None:
        self._database = database
        self._model_id = model_id
        self._rows = VectorRows(database)
        database.add_function("caption_digest", 1, caption_digest)
        database.add_function("is_caption", 1, is_caption)

    def prepare(self, *, everything: bool) -> None:
        """Give every text its number; with `everything`, those of all items."""
        database = self._database
        with database.transaction():
            for table in _TABLES:
                database.execute(f"DROP TABLE IF EXISTS {table}")
            database.execute(_WANTED)
            database.execute(_OF_CHANGED)
            if everything:
                database.execute(_OF_OTHERS)
            database.execute(
                "INSERT OR IGNORE INTO caption_texts (digest) "
                "SELECT DISTINCT digest FROM wanted_captions"
            )
            database.execute(_STAGED)
            database.execute("CREATE UNIQUE INDEX temp.staged_ids ON staged_captions (text_id)")

    def missing(self) -> list[tuple[int, str]]:
        """The texts without an embedding, by number."""
        return [(text_id, text) for text_id, text in self._database.query(_MISSING, self._model)]

    def next_row(self) -> int:
        """The first free row of the model's vectors."""
        return self._rows.next_row(self._model_id)

    def record(self, embedded: Iterable[tuple[int, int]], written: Iterable[WrittenRows]) -> None:
        """Commit (text number, vector row) of what was embedded, and the rows written for it."""
        with self._database.transaction():
            self._database.executemany(
                "INSERT OR REPLACE INTO caption_embeddings (model_id, text_id, vector_row) "
                "VALUES (?, ?, ?)",
                ((self._model_id, text_id, row) for text_id, row in embedded),
            )
            self._rows.record(self._model_id, written)

    def all_vectors(self) -> ItemVectors:
        """Those of every text of the next generation."""
        return _vectors(self._database.query(_ALL, self._model))

    def new_vectors(self) -> ItemVectors:
        """Those of the texts that the newest generation does not have."""
        sql = f"{_EMBEDDED} WHERE NOT EXISTS ({_LIVING_BEFORE}) ORDER BY e.vector_row"
        return _vectors(self._database.query(sql, self._model))

    def closed(self) -> NDArray[np.int64]:
        """The texts (n,) that no item of the next generation has."""
        return np.fromiter((row[0] for row in self._database.query(_CLOSED)), dtype=np.int64)

    def vector_rows_of(self, text_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The vector rows (n,) of texts that have an embedding, in order."""
        rows: dict[int, int] = dict(
            self._database.query(
                "SELECT text_id, vector_row FROM caption_embeddings WHERE model_id = ? "
                "AND text_id IN (SELECT value FROM json_each(?))",
                (self._model_id, json.dumps(text_ids.tolist())),
            )
        )
        return np.array([rows[text_id] for text_id in text_ids.tolist()], dtype=np.int64)

    def captions(self, text_ids: list[int]) -> list[str]:
        """None: texts are searched exactly, and nothing has to be measured with others."""
        del text_ids
        return []

    def count_missing(self) -> int:
        """How many of the prepared texts have no embedding."""
        count: int = self._database.value(f"SELECT count(*) FROM ({_MISSING})", self._model)
        return count

    def keep(self) -> None:
        """Say whose captions the texts are; the caller has the transaction that publishes."""
        self._database.execute(
            "INSERT OR IGNORE INTO item_captions SELECT t.text_id, w.item_id "
            "FROM wanted_captions w JOIN caption_texts t USING (digest)"
        )

    @property
    def _model(self) -> Sequence[object]:
        return (self._model_id,)


def count_embedded(database: Database, model_id: int) -> int:
    """How many texts have an embedding of a model, of whichever generation."""
    count: int = database.value(
        "SELECT count(*) FROM caption_embeddings WHERE model_id = ?", (model_id,)
    )
    return count


def has_captions(database: Database) -> bool:
    """Whether any picture of the newest generation has a caption."""
    return bool(
        database.one("SELECT 1 FROM items WHERE last_gen IS NULL AND captions <> '[]' LIMIT 1")
    )


def is_caption(text: object) -> int:
    """Whether there is anything to look for in it."""
    return int(isinstance(text, str) and bool(text.strip()))


def _vectors(rows: Iterable[tuple[int, int]]) -> ItemVectors:
    pairs = np.fromiter(rows, dtype=np.dtype((np.int64, 2)))  # (n, 2)
    return ItemVectors(np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1]))
