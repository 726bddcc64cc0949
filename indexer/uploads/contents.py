"""The bytes of pictures that clients put: one file a content, named by its hash, never by a client.

A file is durable before anybody learns of it. Knows no id and no catalog.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from indexer.catalog.salvage import ASIDE
from indexer.config import IndexConfig
from indexer.content_hash import content_hash_of
from indexer.durability import full_disk_named, sync_directory
from indexer.reading import FileBytes, UnreadableFileError, read_file
from models.config import DecodeLimits

_UNFINISHED = ".unfinished-"
_ABANDONED_S = 3600.0  # nobody writes one file for so long
_LARGEST = 2**63 - 1  # SQLite's integers


def keep(config: IndexConfig, content_hash: str, data: bytes) -> bool:
    """Make the content durable under its hash; what is there and whole stays. Returns whether it
    had to be written.

    Raises DiskFullError.
    """
    path = config.upload_path(content_hash)
    with full_disk_named(config.collection_dir()):
        is_new = not _holds(path, data)
        if is_new:
            _write(path, data)
            path.with_name(path.name + ASIDE).unlink(missing_ok=True)
        # Also for a file that was there: whoever wrote it may not have come to this yet.
        for directory in (path.parent, config.uploads_dir(), config.collection_dir()):
            sync_directory(directory)
    return is_new


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_content(config: IndexConfig, content_hash: str, limits: DecodeLimits) -> FileBytes:
    """The bytes of a content. Raises UnreadableFileError, also if they are not what was put."""
    read = read_file(config.upload_path(content_hash), limits)
    if content_hash_of(read.data) != content_hash:
        raise UnreadableFileError("altered", "its bytes are not those that were put")
    return FileBytes(read.data, read.size_bytes, change_key(content_hash))


def change_key(content_hash: str) -> int:
    """What stands for the time of change of an upload: another one for every content."""
    return int(content_hash[:16], 16) & _LARGEST


def forget(config: IndexConfig, content_hash: str) -> None:
    """Delete a content's file, if it is there."""
    config.upload_path(content_hash).unlink(missing_ok=True)


def sweep(config: IndexConfig, is_needed: Callable[[str], bool]) -> None:
    """Look at all files; delete those that nobody needs, and those that were never finished."""
    for path in _files(config.uploads_dir()):
        if path.name.startswith(_UNFINISHED):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _ABANDONED_S:
                    path.unlink()
        elif not is_needed(path.name.removesuffix(ASIDE)):
            path.unlink(missing_ok=True)


def kept_contents(config: IndexConfig) -> Iterator[Path]:
    """The files of all contents, each named by its hash; not those that were put aside."""
    for path in _files(config.uploads_dir()):
        if not path.name.startswith(_UNFINISHED) and not path.name.endswith(ASIDE):
            yield path


def _files(directory: Path) -> Iterator[Path]:
    if directory.is_dir():
        for below in directory.iterdir():
            yield from below.iterdir()


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False
