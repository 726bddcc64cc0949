"""A place in the pages of one answer, as a text that a client hands back: sealed, so that nobody
makes one up, and bound to its question and to its generation. The service keeps nothing.

A cursor says how many hits were shown and marks the last of them by hashes of their ids, so that
pages neither repeat nor leave out a picture where two equally good searches order neighbours
differently (an embedding differs in its last digits with the company in which it was encoded; an
approximate index finds more the more it is asked for). Never searches.
"""

import base64
import hashlib
import hmac
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import TypeVar

from app.failures import CursorInvalidError
from app.query import Query
from indexer.catalog.records import GenerationRecord

MAX_DEPTH = 10_000  # hits of one question: every page looks for all that came before it again
MARKED_HITS = 64

Shown = TypeVar("Shown")

_VERSION = 1
_SEAL_BYTES = 16
_DIGEST_BYTES = 16
_STAMP_BYTES = 8
_MARK = struct.Struct(">I")
# version, generation, stamp of the generation, digest of the question, hits shown
_HEAD = struct.Struct(f">BQ{_STAMP_BYTES}s{_DIGEST_BYTES}sI")
# What may differ between the pages of one question: how much is shown, and what is counted beside.
_FREE_FIELDS = frozenset({"top_k", "cursor", "facets", "explain", "keep_pictures"})


@dataclass(frozen=True, slots=True)
class Cursor:
    """So many hits of a question were shown, of one generation; `marks` are of the last of them."""

    generation: int
    stamp: bytes
    question: bytes
    shown: int
    marks: tuple[int, ...]

    def sealed(self, key: bytes) -> str:
        """As clients get it."""
        head = _HEAD.pack(_VERSION, self.generation, self.stamp, self.question, self.shown)
        body = head + b"".join(_MARK.pack(mark) for mark in self.marks)
        return base64.urlsafe_b64encode(body + _seal(key, body)).decode().rstrip("=")


def opened(text: str, key: bytes) -> Cursor:
    """The cursor that a client sends. Raises CursorInvalidError if this service did not make it."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise CursorInvalidError("it is garbled") from error
    body, seal = data[:-_SEAL_BYTES], data[-_SEAL_BYTES:]
    if len(body) < _HEAD.size or not hmac.compare_digest(seal, _seal(key, body)):
        raise CursorInvalidError("it is garbled, or of another service")
    _, generation, stamp, question, shown = _HEAD.unpack_from(body)  # sealed, hence well formed
    marks = tuple(mark for (mark,) in _MARK.iter_unpack(body[_HEAD.size :]))
    return Cursor(generation, stamp, question, shown, marks)


def stamp_of(record: GenerationRecord) -> bytes:
    """What tells a generation from another one of the same number, of a collection made anew."""
    # The time is kept to the second; the manifest names every file with its checksum.
    text = f"{record.generation} {record.created_at} {record.fingerprint} {record.manifest}"
    return hashlib.blake2b(text.encode(), digest_size=_STAMP_BYTES).digest()


def digest_of(query: Query) -> bytes:
    """What a question asks, as a hash: the same for all of its pages.

    The bytes of pictures are in it, so megabytes of them belong into a thread.
    """
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    _add(digest, query)
    return digest.digest()


def page_of(
    found: Sequence[Shown], cursor: Cursor | None, size: int, image_id: Callable[[Shown], str]
) -> tuple[list[Shown], list[Shown]]:
    """The next `size` hits among all that were found, and what is left behind them."""
    if cursor is None:
        return list(found[:size]), list(found[size:])
    marked = set(cursor.marks)
    near = max(0, cursor.shown - len(cursor.marks))
    begins = next(
        (place for place in range(near, len(found)) if _mark(image_id(found[place])) in marked),
        cursor.shown,
    )
    fresh = [one for one in found[begins:] if _mark(image_id(one)) not in marked]
    return fresh[:size], fresh[size:]


def next_marks(cursor: Cursor | None, image_ids: Sequence[str]) -> tuple[int, ...]:
    """The marks behind a page: of the last hits that were shown on it and before it."""
    before = () if cursor is None else cursor.marks
    return (*before, *(_mark(one) for one in image_ids))[-MARKED_HITS:]


def _mark(image_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(image_id.encode(), digest_size=4).digest())


def _seal(key: bytes, body: bytes) -> bytes:
    # Keyed BLAKE2b. OpenSSL's HMAC lets other threads go first each time, and the loop waits.
    return hashlib.blake2b(body, key=key, digest_size=_SEAL_BYTES).digest()


def _add(digest: "hashlib.blake2b", value: object) -> None:
    """Every value with its type and its length, so that no two questions run together."""
    if is_dataclass(value) and not isinstance(value, type):
        named = [one.name for one in fields(value) if one.name not in _FREE_FIELDS]
        _add_head(digest, type(value).__name__, len(named))
        for name in named:
            _add_head(digest, name, 0)
            _add(digest, getattr(value, name))
    elif isinstance(value, list | tuple):
        _add_head(digest, "several", len(value))
        for one in value:
            _add(digest, one)
    elif isinstance(value, bytes):
        _add_head(digest, "bytes", len(value))
        digest.update(value)
    else:
        plain = value.value if isinstance(value, Enum) else value
        text = repr(plain).encode()
        _add_head(digest, type(plain).__name__, len(text))
        digest.update(text)


def _add_head(digest: "hashlib.blake2b", name: str, length: int) -> None:
    digest.update(f"{name}:{length};".encode())
