"""The files of a generation's index: opened, compared with what was published, read again.

Small files are read completely when they are opened; of large ones only the size is compared then.
Writes only the list of dead items. Knows no item.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.records import IndexFile, IndexLayout
from indexer.vector_index.index import IndexUnusableError, VectorIndex
from indexer.vector_index.parted import PartedIndex

BASE_FILE = "index.faiss"
DEAD_FILE = "dead.ids"
CAPTIONS_PREFIX = "captions-"  # of the files of the index of captions
DEAD_KIND = "dead"
# A checksum of so many bytes takes some hundredths of a second: no reader waits for that.
CHECKED_AT_OPEN_BYTES = 32 * 2**20

Identity = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A part, and which file it was opened from: device, inode, bytes, time."""

    identity: Identity
    index: VectorIndex


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """A generation's index, and the parts that a later generation may share."""

    searched: PartedIndex
    parts: tuple[OpenPart, ...]


def delta_file(generation: int) -> str:
    """The name of the delta part that a generation has added."""
    return f"delta-{generation:06d}.faiss"


def file_checksum(path: Path) -> str:
    """The checksum of a file, with its algorithm."""
    with path.open("rb") as file:
        return "blake2b:" + hashlib.file_digest(file, "blake2b").hexdigest()[:64]


def described(path: Path, kind: str, count: int) -> IndexFile:
    """A finished file, as the manifest will say it is."""
    return IndexFile(path.name, kind, count, path.stat().st_size, file_checksum(path))


def open_index(
    directory: Path, layout: IndexLayout, dim: int, like: Iterable[OpenPart] = ()
) -> OpenIndex:
    """Open all files. A part that `like` has open already is shared, not opened again.

    Raises IndexUnusableError if one is not as it was published.
    """
    known = {part.identity: part for part in like}
    parts = tuple(_open_part(directory, file, dim, known) for file in layout.parts)
    dead = read_dead(directory, layout.dead)
    return OpenIndex(PartedIndex([part.index for part in parts], dead, layout.effort), parts)


def check_file(directory: Path, file: IndexFile, *, completely: bool) -> Identity:
    """Compare a file with what was published. Raises IndexUnusableError; returns its identity."""
    path = directory / file.name
    try:
        status = path.stat()
        if status.st_size != file.size_bytes:
            raise IndexUnusableError(
                f"{file.name} has {status.st_size} bytes instead of {file.size_bytes}"
            )
        if completely and file_checksum(path) != file.checksum:
            raise IndexUnusableError(f"{file.name} was altered")
    except FileNotFoundError as error:
        raise IndexUnusableError(f"{file.name} is missing") from error
    except OSError as error:
        raise IndexUnusableError(f"{file.name} cannot be read: {error.strerror}") from error
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def read_dead(directory: Path, file: IndexFile | None) -> NDArray[np.int64]:
    """The items (n,) that count no longer. Raises IndexUnusableError."""
    if file is None:
        return np.empty(0, dtype=np.int64)
    check_file(directory, file, completely=True)
    return np.fromfile(directory / file.name, dtype="<i8").astype(np.int64)


def write_dead(path: Path, dead: NDArray[np.int64]) -> None:
    """Write the list of dead items; the caller makes it durable."""
    path.write_bytes(dead.astype("<i8").tobytes())


def _open_part(
    directory: Path, file: IndexFile, dim: int, known: dict[Identity, OpenPart]
) -> OpenPart:
    identity = check_file(directory, file, completely=False)
    if identity in known:
        return known[identity]
    if file.size_bytes <= CHECKED_AT_OPEN_BYTES:
        check_file(directory, file, completely=True)
    index = VectorIndex.load(directory / file.name, file.kind)
    if index.count != file.count or index.dim != dim:
        raise IndexUnusableError(
            f"{file.name} holds {index.count} embeddings of {index.dim} numbers instead of "
            f"{file.count} of {dim}"
        )
    return OpenPart(identity, index)
