"""Files of the data directory that nobody but their owner may read: written whole, and looked at
with every request whether they have changed. Knows no form of them.
"""

import json
import os
from pathlib import Path

from indexer.durability import sync_directory, write_durably

Stamp = tuple[int, int, int]

ABSENT: Stamp = (0, 0, 0)  # of a file that is not there

_OWNER_ONLY = 0o600


def keep_private(path: Path, document: object) -> None:
    """Write it as JSON, whole or not at all; it is on disk when this returns. Raises OSError."""
    write_durably(path, lambda unfinished: _write(unfinished, document))
    sync_directory(path.parent)


def stamp_of(path: Path) -> Stamp | None:
    """What tells one content of a file from another without reading it; None if nothing can."""
    try:
        found = os.stat(path)  # noqa: PTH116 - the quicker one, once a request
    except FileNotFoundError:
        return ABSENT
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _write(path: Path, document: object) -> None:
    """Never readable by others, not even for the moment before a chmod."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        owner = path.parent.stat()
        if os.geteuid() == 0:  # made by the administrator for a service that runs as somebody else
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        json.dump(document, file, indent=1)
