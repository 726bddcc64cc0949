"""The contents of a generation, best first, with what duplicates are found by. Never writes a row
that a reader sees; adds the hashes of contents that were indexed before there were any.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.connection import Database
from indexer.duplicates.hashes import PictureHashes

# Best first: most pixels, then most bytes (least compressed), then by name, so that it is certain.
_CONTENTS = """
SELECT i.content_hash, coalesce(max(h.pixel_hash), ''), coalesce(max(h.perceptual_hash), -1),
       max(i.vector_row), count(*), max(h.content_hash IS NOT NULL)
FROM items i LEFT JOIN picture_hashes h USING (content_hash)
WHERE i.first_gen <= ?1 AND (i.last_gen IS NULL OR i.last_gen >= ?1)
GROUP BY i.content_hash
ORDER BY max(i.width * i.height) DESC, max(i.size_bytes) DESC, min(i.uri)"""
_UNHASHED = """
SELECT i.content_hash, min(i.uri) FROM items i
WHERE i.first_gen <= ?1 AND (i.last_gen IS NULL OR i.last_gen >= ?1)
AND NOT EXISTS (SELECT 1 FROM picture_hashes h WHERE h.content_hash = i.content_hash)
GROUP BY i.content_hash"""
_ROW = np.dtype(
    [
        ("content_hash", "S40"),
        ("pixel_hash", "S32"),
        ("perceptual_hash", np.int64),
        ("vector_row", np.int64),
        ("copies", np.int32),
        ("hashed", np.bool_),
    ]
)


@dataclass(frozen=True, slots=True)
class Contents:
    """Contents by rank, best first, (n,) each.

    `pixel_hash` is empty and `perceptual_hash` -1 where there is none; `copies` counts the files.
    """

    content_hash: NDArray[np.bytes_]
    pixel_hash: NDArray[np.bytes_]
    perceptual_hash: NDArray[np.int64]
    vector_row: NDArray[np.int64]
    copies: NDArray[np.int32]
    hashed: NDArray[np.bool_]


def read_contents(database: Database, generation: int) -> Contents:
    """All contents of a generation: about 100 bytes each, read as a stream."""
    rows = np.fromiter(database.query(_CONTENTS, (generation,)), dtype=_ROW)
    return Contents(*(np.ascontiguousarray(rows[name]) for name in _ROW.names or ()))


def unhashed_contents(database: Database, generation: int) -> list[tuple[str, str]]:
    """(content hash, URI of a file) of the contents of a generation that have no hashes."""
    return [(content_hash, uri) for content_hash, uri in database.query(_UNHASHED, (generation,))]


def add_hashes(database: Database, hashes: Iterable[tuple[str, PictureHashes]]) -> None:
    """Commit the hashes of contents."""
    with database.transaction():
        database.executemany(
            "INSERT OR REPLACE INTO picture_hashes (content_hash, pixel_hash, perceptual_hash) "
            "VALUES (?, ?, ?)",
            ((content, one.pixel_hash, one.perceptual_hash) for content, one in hashes),
        )
