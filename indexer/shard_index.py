"""What is kept of a tar shard: where each member's bytes lie, and what the shard says of it.

One file a shard, beside the catalog, made when the shard was last listed: an unchanged shard is not
opened again, and a member is found without reading the archive's headers. It can always be made
again, and a member's own header is looked at before its bytes are believed. Opens no shard.
"""

import hashlib
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path

from indexer.catalog.records import Json

BLOCK_BYTES = 512
_FORMAT = 2  # the last line is a checksum of all before it
_FULL_NAME_BYTES = 100  # a longer name, or one beyond ASCII, stands in a header before this one


@dataclass(frozen=True, slots=True)
class ShardState:
    """How a shard was when it was listed; another size or time means that it has changed."""

    uri: str
    size_bytes: int
    mtime_ns: int | None


@dataclass(frozen=True, slots=True)
class ShardEntry:
    """A member that a listing names; its bytes are `size_bytes` from `offset` on."""

    name: str
    offset: int
    size_bytes: int
    code: str | None = None
    reason: str | None = None
    captions: list[str] = field(default_factory=list)
    metadata: dict[str, Json] = field(default_factory=dict)


def write_shard_index(path: Path, state: ShardState, entries: Iterable[ShardEntry]) -> None:
    """Keep a listing; it appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.{threading.get_native_id()}.unfinished")
    checksum = hashlib.sha256()
    rows = (list(asdict(entry).values()) for entry in entries)
    with unfinished.open("wb") as lines:
        for row in chain(({"format": _FORMAT, **asdict(state)},), rows):
            line = json.dumps(row).encode("ascii") + b"\n"
            checksum.update(line)
            lines.write(line)
        lines.write(checksum.hexdigest().encode() + b"\n")
    unfinished.replace(path)


def read_shard_index(path: Path, state: ShardState) -> Iterator[ShardEntry] | None:
    """The kept listing of a shard in this state; None if there is none, or it was altered."""
    try:
        kept = path.read_bytes()
        lines = kept.decode("ascii").splitlines()
        if json.loads(lines[0]) != {"format": _FORMAT, **asdict(state)} or not _is_whole(kept):
            return None
        return iter([ShardEntry(*json.loads(line)) for line in lines[1:-1]])
    except (OSError, ValueError, IndexError, TypeError):  # a power cut may have left half of it
        return None


def altered_listings(directory: Path) -> list[Path]:
    """The kept listings that are not as they were written; those without a checksum are passed."""
    if not directory.is_dir():
        return []
    old = b'{"format": 1,'
    kept = ((path, path.read_bytes()) for path in sorted(directory.glob("*.jsonl")))
    return [path for path, data in kept if not data.startswith(old) and not _is_whole(data)]


def _is_whole(kept: bytes) -> bool:
    """Whether the last line is the checksum of all lines before it."""
    end = kept.rfind(b"\n", 0, -1) + 1
    return kept[end:] == hashlib.sha256(kept[:end]).hexdigest().encode() + b"\n"


def drop_unlisted(directory: Path, is_listed: Callable[[str], bool]) -> None:
    """Forget the listings of shards that nothing is listed of any more."""
    if not directory.is_dir():
        return
    for path in directory.iterdir():
        try:
            with path.open(encoding="ascii") as lines:
                uri = json.loads(next(lines))["uri"]
        except (OSError, ValueError, StopIteration, KeyError, TypeError):
            uri = ""
        if not is_listed(uri):
            path.unlink(missing_ok=True)


def find_member(path: Path, name: str) -> tuple[int, int] | None:
    """Offset and size of a member by a kept listing; None if that does not have it."""
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    start = kept.find(b"\n[" + json.dumps(name).encode() + b", ")
    if start < 0:
        return None
    try:
        _, offset, size_bytes, *_ = json.loads(kept[start : kept.find(b"\n", start + 1)])
    except ValueError:
        return None
    return offset, size_bytes


def header_of(block: bytes) -> tarfile.TarInfo | None:
    """The header in a block, if it is a sound one."""
    try:
        return tarfile.TarInfo.frombuf(block, tarfile.ENCODING, "surrogateescape")
    except (tarfile.TarError, ValueError):
        return None


def is_header_of(block: bytes, name: str, size_bytes: int) -> bool:
    """Whether the block before a member's bytes still says that they are this member's."""
    header = header_of(block)
    if header is None or header.size != size_bytes:
        return False
    is_elsewhere = not name.isascii() or len(name) >= _FULL_NAME_BYTES
    return is_elsewhere or header.name == name
