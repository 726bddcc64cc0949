"""A catalog that SQLite cannot read: put aside, with what can still be told of it.

Deletes nothing: the damaged file stays beside the new one, until the next one is put there.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

ASIDE = ".damaged"
# The write-ahead log and its index belong to the file.
_BESIDE = ("", "-wal", "-shm")


def set_aside(path: Path) -> list[str]:
    """Give the file another name. Returns the sources that it names, none if they are unreadable.

    The pictures' rows are not taken over: which of them can be trusted cannot be told.
    """
    sources = _sources(path)
    for ending in _BESIDE:
        old = path.with_name(path.name + ending)
        if old.exists():
            old.replace(path.with_name(path.name + ASIDE + ending))
    return sources


def _sources(path: Path) -> list[str]:
    with (
        suppress(sqlite3.DatabaseError),
        closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection,
    ):
        rows = connection.execute(
            "SELECT source FROM sources WHERE kind <> 'uploads' ORDER BY source_id"
        ).fetchall()
        return [str(source) for (source,) in rows]
    return []
