"""Making files survive a power cut: the one place that knows when a name is on disk.

A file's bytes and a directory's names are synchronised separately. Knows no file format.
"""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import DiskFullError

# No room, no room in the quota, and no room under the largest size that a file may have.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def full_disk_named(directory: Path) -> Iterator[None]:
    """Say in our words that there is no room for what is written inside. Raises DiskFullError."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError(str(directory)) from error
        raise


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, write: Callable[[Path], None]) -> None:
    """Have `write` fill a file beside `path`, make it durable, then give it its name at once.

    Whoever looks at `path` sees the whole file or none. The name itself is on disk once the caller
    has synchronised the directory.
    """
    unfinished = path.with_name(path.name + ".unfinished")
    write(unfinished)
    descriptor = os.open(unfinished, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    unfinished.replace(path)


def link_durably(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        write_durably(target, lambda unfinished: _copy(source, unfinished))


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
