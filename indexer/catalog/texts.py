"""The texts of captions, and which pictures have them, for a reader. Never writes.

The tables hold digests: the words are those of a picture's own row.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.connection import ReaderPool
from indexer.catalog.metadata import Ids, parsed_numbers

_DIGESTS = """
SELECT text_id, digest FROM caption_texts WHERE text_id IN (SELECT value FROM json_each(?))"""
_OWNERS = """
SELECT c.text_id, min(c.item_id), count(*) FROM item_captions c JOIN items i USING (item_id)
WHERE c.text_id IN (SELECT value FROM json_each(?1))
AND i.first_gen <= ?2 AND (i.last_gen IS NULL OR i.last_gen >= ?2) GROUP BY c.text_id"""

_ROWS = """
SELECT e.text_id, e.vector_row FROM caption_embeddings e JOIN models m USING (model_id)
WHERE m.fingerprint = ? AND e.text_id IN (SELECT value FROM json_each(?))"""


@dataclass(frozen=True, slots=True)
class Owners:
    """Who has a text as a caption: the first picture, by its number, and how many there are."""

    first_item: int
    count: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Which item has which text, (n,) each, of every kept generation; no order."""

    text_ids: Ids
    item_ids: Ids


class CaptionTexts:
    """The read side of `schema_captions`."""

    def __init__(self, pool: ReaderPool) -> None:
        self._pool = pool

    def digests(self, text_ids: Sequence[int]) -> dict[int, bytes]:
        """The digests of texts."""
        return dict(self._pool.query(_DIGESTS, (json.dumps(text_ids),)))

    def owners(self, text_ids: Sequence[int], generation: int) -> dict[int, Owners]:
        """Who has these texts in one generation."""
        rows = self._pool.query(_OWNERS, (json.dumps(text_ids), generation))
        return {text_id: Owners(first, count) for text_id, first, count in rows}

    def vector_rows(self, text_ids: Sequence[int], fingerprint: str) -> dict[int, int]:
        """Where a model's embeddings of these texts lie."""
        return dict(self._pool.query(_ROWS, (fingerprint, json.dumps(text_ids))))

    def pairs(self) -> Pairs:
        """All of them: 16 bytes a caption."""
        ((texts, items),) = self._pool.query(
            "SELECT group_concat(text_id), group_concat(item_id) FROM item_captions"
        )
        return Pairs(_ids(texts), _ids(items))


def _ids(text: str | None) -> NDArray[np.int64]:
    return parsed_numbers(text, np.int64).astype(np.int64, copy=False)
