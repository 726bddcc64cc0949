"""The members of a tar archive, from its headers alone; nothing is unpacked.

Damage ends nothing: behind bytes that make no sense the walk goes on at the next sound header, and
what was passed over is given out as damage. Writes nothing.
"""

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from indexer.shard_index import BLOCK_BYTES, header_of

_SEARCH_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its bytes are `size_bytes` from `offset` on. `problem` says what it is instead
    if it is no regular file.
    """

    name: str
    offset: int
    size_bytes: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Damage:
    """A place from which on members may be missing."""

    reason: str


def walk_members(file: IO[bytes], size_bytes: int) -> Iterator[Member | Damage]:
    """The members in order, with what could not be read between them. Raises OSError."""
    # TarFile stops at the first damage and does not say so; its headers' own parser does.
    archive = tarfile.TarFile(fileobj=io.BytesIO(bytes(2 * BLOCK_BYTES)))
    archive.fileobj = file
    position = 0
    while True:
        file.seek(position)
        block = file.read(BLOCK_BYTES)
        if len(block) < BLOCK_BYTES:
            yield Damage("the archive has no end: it may be cut short")
            return
        file.seek(position)
        is_end = not any(block)
        try:
            info = tarfile.TarInfo.fromtarfile(archive)
        except (tarfile.TarError, ValueError):
            found = _next_header(file, position + BLOCK_BYTES, size_bytes)
            if found is not None:
                yield Damage(f"bytes {position:,} to {found:,} of the archive make no sense")
            elif not is_end:
                yield Damage(f"the archive makes no sense from byte {position:,} on")
            if found is None:
                return
            position = found
            continue
        if info.isreg() and info.offset_data + info.size > size_bytes:
            yield Damage(f"the archive breaks off in {info.name!r}")
            return
        yield Member(info.name, info.offset_data, info.size, _problem(info))
        position = archive.offset


def _problem(info: tarfile.TarInfo) -> str | None:
    if info.type == tarfile.GNUTYPE_SPARSE or info.sparse is not None:
        return "it is stored with holes, so its bytes lie in pieces"
    if info.isreg():
        return None
    if info.isdir():
        return "it is a directory"
    return "it is a link" if info.islnk() or info.issym() else "it is something special"


def _next_header(file: IO[bytes], position: int, size_bytes: int) -> int | None:
    """Where the next sound header of a file stands, searched block by block."""
    while position < size_bytes:
        file.seek(position)
        stretch = io.BytesIO(file.read(_SEARCH_BYTES))
        while len(block := stretch.read(BLOCK_BYTES)) == BLOCK_BYTES:
            if header_of(block) is not None:
                return position
            position += BLOCK_BYTES
        if stretch.getbuffer().nbytes < _SEARCH_BYTES:
            return None
    return None
