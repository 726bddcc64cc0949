"""Flipping bits in a collection, and what its files say without the bits that mean nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path


def flip(path: Path, position: int, bit: int = 4) -> None:
    """Flip one bit of one byte of a file."""
    with path.open("r+b") as file:
        file.seek(position)
        (byte,) = file.read(1)
        file.seek(position)
        file.write(bytes([byte ^ 1 << bit]))


def checkpointed(path: Path) -> None:
    """Bring the write-ahead log into the file, as closing the last connection does."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def contents_of(path: Path) -> object:
    """All rows of all tables, as bytes; None where SQLite cannot read them."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.text_factory = bytes
            tables = [
                name.decode()
                for (name,) in connection.execute(
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
                )
            ]
            schema = connection.execute("SELECT * FROM sqlite_schema").fetchall()
            rows = {
                name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}")))
                for name in tables
            }
            return schema, rows
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return None
