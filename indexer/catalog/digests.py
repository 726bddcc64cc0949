"""Digests of rows, so that a bit that flips in the catalog is found.

A published row of `items` never changes but for `last_gen`, which is left out of its digest. Knows
no database.
"""

import hashlib

_DIGEST_BYTES = 12
_CAPTION_BYTES = 16  # no two texts of any collection there will be share 128 bits
_ROW_DIGEST_BYTES = 8  # an integer of SQLite
_NUMBERS = {"item_id", "size_bytes", "width", "height", "model_id", "vector_row", "first_gen"}
# In the order of the arguments of `item_digest`.
_DIGESTED = (
    *("item_id", "image_id", "uri", "source", "content_hash", "size_bytes", "width", "height"),
    *("format", "captions", "metadata", "model_id", "vector_row", "first_gen"),
)
DIGESTED_COUNT = len(_DIGESTED)


def digested(row: str) -> str:
    """The columns of a row as SQL; texts as bytes, since flipped bits may leave no text."""
    return ", ".join(
        f"{row}.{name}" if name in _NUMBERS else f"CAST({row}.{name} AS BLOB)" for name in _DIGESTED
    )


def item_digest(*values: object) -> str:
    """The digest of a row's values, in the order of `digested`."""
    data = b"\x1f".join(v if isinstance(v, bytes) else str(v).encode() for v in values)
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()


def row_digest(*values: bytes | None) -> int:
    """The digest of any other row's values, a signed number of 64 bits; SQL calls it."""
    digest = hashlib.blake2b(digest_size=_ROW_DIGEST_BYTES)
    for value in values:
        digest.update(b"\x00" if value is None else b"%d:" % len(value) + value)
    return int.from_bytes(digest.digest(), "big", signed=True)


def caption_digest(text: object) -> bytes:
    """What a caption is known by."""
    data = str(text).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=_CAPTION_BYTES).digest()
