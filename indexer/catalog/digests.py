"""A digest of every published row, so that a bit that flips in the catalog is found.

A row of `items` never changes but for `last_gen`, which is left out. Knows no database.
"""

import hashlib

_DIGEST_BYTES = 12
# In the order of the arguments of `item_digest`.
DIGESTED = (
    "item_id, image_id, uri, source, content_hash, size_bytes, width, height, format, captions, "
    "metadata, model_id, vector_row, first_gen"
)
DIGESTED_COUNT = DIGESTED.count(",") + 1


def item_digest(*values: object) -> str:
    """The digest of a row's values, in the order of `DIGESTED`."""
    text = "\x1f".join(map(str, values))
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()
