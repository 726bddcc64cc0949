"""A file's bytes, or the reason why there are none; whatever is opened, nothing waits for ever.

A file may have become a pipe since it was listed, so it is opened without blocking and looked at
again before it is read. Never reads more than the limit. Decodes nothing.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from models.config import DecodeLimits

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_CHUNK_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class FileBytes:
    """A file as it was read; size and time are those at the moment of opening."""

    data: bytes
    size_bytes: int
    mtime_ns: int | None


class UnreadableFileError(Exception):
    """A file cannot be read: .code, .reason, .size_bytes, .mtime_ns (None if it was not opened)"""

    def __init__(self, code: str, reason: str, status: os.stat_result | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.size_bytes = status.st_size if status else None
        self.mtime_ns = status.st_mtime_ns if status else None


def read_file(path: Path, limits: DecodeLimits) -> FileBytes:
    """Read a regular file. Raises UnreadableFileError."""
    descriptor, status = open_regular(path)
    try:
        return _read(descriptor, status, limits)
    except OSError as error:
        raise UnreadableFileError("unreadable", f"reading failed: {error.strerror}") from error
    finally:
        os.close(descriptor)


def open_regular(path: Path) -> tuple[int, os.stat_result]:
    """The descriptor of a regular file and its status. Raises UnreadableFileError."""
    try:
        descriptor = os.open(path, _FLAGS)
    except FileNotFoundError as error:
        raise UnreadableFileError("not_found", "there is no such file any more") from error
    except PermissionError as error:
        raise UnreadableFileError("unreadable", "permission denied") from error
    except OSError as error:
        raise UnreadableFileError("unreadable", f"it cannot be opened: {error.strerror}") from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        reason = f"it is {kind_of_file(status.st_mode)}, not a regular file"
        raise UnreadableFileError("not_a_file", reason, status)
    return descriptor, status


def _read(descriptor: int, status: os.stat_result, limits: DecodeLimits) -> FileBytes:
    parts: list[bytes] = []
    total = 0
    # One more read than the size says: a file that is growing is read to its end or to the limit.
    while part := os.read(descriptor, min(_CHUNK_BYTES, max(status.st_size - total, 0) + 1)):
        parts.append(part)
        total += len(part)
        if total > limits.max_bytes:
            reason = f"the file has more than {limits.max_bytes} bytes"
            raise UnreadableFileError("too_many_bytes", reason, status)
    if total == 0:
        raise UnreadableFileError("empty_file", "the file is empty", status)
    data = parts[0] if len(parts) == 1 else b"".join(parts)
    return FileBytes(data, status.st_size, status.st_mtime_ns)


def kind_of_file(mode: int) -> str:
    """What a file that is not regular is, with its article."""
    kinds = (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((name for test, name in kinds if test(mode)), "something special")
