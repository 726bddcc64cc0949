"""A thumbnail's own checksum, as a comment inside the JPEG: no table has to be asked.

The checksum is of all other bytes and of the content that they show, so that neither a flipped bit
nor another picture's thumbnail passes. Decodes nothing, opens nothing.
"""

import hashlib

_START = b"\xff\xd8"  # of every JPEG
_COMMENT = b"\xff\xfe"
_NAME = b"sightline "
_DIGEST_BYTES = 16
_TEXT_BYTES = len(_NAME) + 2 * _DIGEST_BYTES
_LENGTH = (_TEXT_BYTES + 2).to_bytes(2, "big")  # counts itself
_HEAD = _START + _COMMENT + _LENGTH
_SEAL_END = len(_HEAD) + _TEXT_BYTES


def sealed(jpeg: bytes, content_hash: str) -> bytes:
    """The same picture with a checksum in it. `jpeg` begins as every JPEG does."""
    return _HEAD + _seal(jpeg, content_hash) + jpeg[len(_START) :]


def is_altered(data: bytes, content_hash: str) -> bool:
    """Whether the bytes are not those that were sealed.

    What was written before there were seals cannot be told from what it was, and passes.
    """
    if not data.startswith(_START) or not data.endswith(b"\xff\xd9"):
        return True
    seal = data[len(_HEAD) : _SEAL_END]
    if not data.startswith(_HEAD) or not seal.startswith(_NAME):
        # Every unsealed one begins as Pillow begins it: anything else was a seal.
        return not data.startswith(_START + b"\xff\xe0")
    return seal != _seal(_START + data[_SEAL_END:], content_hash)


def _seal(jpeg: bytes, content_hash: str) -> bytes:
    digest = hashlib.blake2b(jpeg, digest_size=_DIGEST_BYTES, key=content_hash.encode())
    return _NAME + digest.hexdigest().encode()
