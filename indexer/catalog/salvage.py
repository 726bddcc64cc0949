"""A file that SQLite cannot read: put aside, with what can still be told of it.

Deletes nothing: the damaged file stays beside the new one, until the next one is put there.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from indexer.catalog.connection import UNREADABLE, Database, connect

ASIDE = ".damaged"
_SOURCES = "SELECT source FROM sources WHERE kind <> 'uploads' ORDER BY source_id"
_IS_WHOLE = (
    "coalesce(s.digest = "
    "row_digest(CAST(s.source_id AS BLOB), CAST(s.source AS BLOB), CAST(s.kind AS BLOB)), 1)"
)
_TRUSTED_SOURCES = f"""
SELECT s.source FROM sources s NOT INDEXED WHERE {_IS_WHOLE} AND s.kind <> 'uploads'
UNION SELECT i.source FROM items i NOT INDEXED
WHERE i.last_gen IS NULL AND EXISTS (SELECT 1 FROM sources s NOT INDEXED WHERE NOT ({_IS_WHOLE}))
AND i.source NOT IN (SELECT s.source FROM sources s NOT INDEXED WHERE s.kind = 'uploads')"""
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
    """By their own rows where these are whole; where one is not, items name it, too."""
    for question in (_TRUSTED_SOURCES, _SOURCES):
        with suppress(*UNREADABLE), closing(connect(path, create=False)) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA writable_schema = ON")  # other tables may be past reading
            return [str(source) for (source,) in connection.execute(question)]
    return []


def rescue(
    damaged: Path, database: Database, table: str, order: str, digest: str | None = None
) -> int:
    """Take over the rows of a table that can be read, from both ends. Returns how many.

    With `digest`, as SQL, only those that are as they were written.
    """
    columns = [row[1] for row in database.query(f"PRAGMA table_info({table})")]
    names = [name for name in columns if name != "digest"]
    insert = (
        f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    )
    trusted = f"WHERE digest IS NULL OR digest = {digest}" if digest else ""
    saved = 0
    for direction in ("ASC", "DESC"):
        ordered = ", ".join(f"{name} {direction}" for name in order.split(", "))
        select = f"SELECT {', '.join(names)} FROM {table} {trusted} ORDER BY {ordered}"
        with suppress(*UNREADABLE), closing(connect(damaged, create=False)) as old:
            for row in old.execute(select):
                with suppress(sqlite3.IntegrityError):
                    saved += max(0, database.execute(insert, row))
    return saved
