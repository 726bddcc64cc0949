"""Why a listed file is refused before anybody has opened it: by its name, by its status."""

import os
import stat

from indexer.reading import kind_of_file
from models.config import DecodeLimits
from models.images import PICTURE_EXTENSIONS

NO_PICTURE = "not_a_picture"


def extension_of(name: str) -> str:
    """The extension in lower case, with its dot; a leading dot begins none."""
    stem, dot, extension = name.rpartition(".")
    return dot + extension.lower() if stem else ""


def is_picture_name(name: str) -> bool:
    """Whether the extension is that of a picture."""
    return extension_of(name) in PICTURE_EXTENSIONS


def no_picture_reason(name: str) -> str:
    """The sentence for a name that is no picture's."""
    extension = extension_of(name)
    if not extension:
        return "its name has no extension that says it is a picture"
    return f"{os.fsencode(extension).decode(errors='replace')} is no picture's extension"


def refusal_by_status(
    status: os.stat_result, limits: DecodeLimits
) -> tuple[str, str] | tuple[None, None]:
    """Code and reason if a file is refused by what its status says."""
    if not stat.S_ISREG(status.st_mode):
        return "not_a_file", f"it is {kind_of_file(status.st_mode)}, not a regular file"
    return refusal_by_size(status.st_size, limits)


def refusal_by_size(size_bytes: int, limits: DecodeLimits) -> tuple[str, str] | tuple[None, None]:
    """Code and reason if a file is refused for having no bytes, or too many."""
    if size_bytes == 0:
        return "empty_file", "the file is empty"
    if size_bytes > limits.max_bytes:
        reason = f"the file has {size_bytes} bytes, the limit is {limits.max_bytes}"
        return "too_many_bytes", reason
    return None, None


def stat_problem(error: OSError | ValueError) -> tuple[str, str]:
    """Code and reason for a file whose status cannot be had."""
    if isinstance(error, PermissionError):
        return "unreadable", "permission denied"
    if isinstance(error, FileNotFoundError):
        return "not_found", "there is no such file, or it is a link to nothing"
    strerror = error.strerror if isinstance(error, OSError) else str(error)
    return "not_found", f"it cannot be reached: {strerror}"
