"""A file in a store, as the store's listing describes it: a plain value. Asks nobody anything.

Stores tell when a file was changed under many names, and some give a tag that changes with the
content; both are made into one key.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_NS = 10**9
_TIMES = (
    "LastModified",
    "last_modified",
    "Last-Modified",
    "modified",
    "mtime",
    "updated",
    "created",
)
_TAGS = ("ETag", "etag", "md5", "Content-MD5", "content_hash", "version_id", "sha")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file. `mtime_ns` is its change key: the time to the second, and in the fraction the tag
    that the store gives its content, if it gives one; None if it tells neither.
    """

    uri: str
    size_bytes: int | None
    mtime_ns: int | None
    is_directory: bool = False


def stored_file(uri: str, info: Mapping[str, Any]) -> StoredFile:
    """What a store's `info` says."""
    size = info.get("size")
    return StoredFile(
        uri,
        size if isinstance(size, int) else None,
        _change_key(info),
        is_directory=info.get("type") == "directory",
    )


def _change_key(info: Mapping[str, Any]) -> int | None:
    moments = (_time_ns(info[name]) for name in _TIMES if info.get(name) is not None)
    time_ns = next((moment for moment in moments if moment is not None), None)
    tag = next((str(info[name]) for name in _TAGS if info.get(name)), None)
    if tag is None:
        return time_ns
    digest = hashlib.blake2b(tag.encode(), digest_size=8).digest()
    return (time_ns or 0) // _NS * _NS + int.from_bytes(digest) % _NS


def _time_ns(value: object) -> int | None:
    if isinstance(value, int | float):
        return int(value * _NS)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            try:
                value = parsedate_to_datetime(str(value))
            except ValueError:
                return None
    if not isinstance(value, datetime):
        return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    since = value - datetime.fromtimestamp(0, UTC)
    return (since.days * 86_400 + since.seconds) * _NS + since.microseconds * 1_000
