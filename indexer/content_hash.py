"""The hash by which a content is known, whatever files hold it. Reads nothing itself."""

import hashlib

# 160 bits: no two different pictures will ever share one, by accident or on purpose.
_HASH_BYTES = 20


def content_hash_of(data: bytes) -> str:
    """The hash by which a content is known: 40 hexadecimal digits."""
    return hashlib.blake2b(data, digest_size=_HASH_BYTES).hexdigest()
