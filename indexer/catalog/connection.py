"""The door to SQLite: the one writer's database, and a pool of connections for readers.

The only importer of `sqlite3`. Write-ahead logging, so that readers never wait for the indexer;
full synchronisation, so that a commit survives a power cut. Knows no table.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from indexer.catalog.digests import row_digest
from indexer.catalog.schema import MIGRATIONS, Migration
from indexer.errors import CatalogDamagedError, CatalogVersionError, DiskFullError

Row = tuple[Any, ...]
# How long to wait for a lock: only the short moments of recovery and of publishing ever hold one.
_BUSY_TIMEOUT_S = 30.0
# Pages of 4 KiB kept in memory by the writer: 64 MiB, so that its temporary tables stay there too.
_WRITER_CACHE_KIB = 65_536
# What SQLite calls a file that may not grow, or its shared memory for which there is no room.
_NO_ROOM = (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE)
# A damaged name of a table may be no text, and then Python cannot read SQLite's complaint about it.
UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)

# Where the tables lie differs from file to file.
SCHEMA = "SELECT type, name, tbl_name, CAST(sql AS BLOB) FROM sqlite_schema"


class Database:
    """The writer's connection: every statement outside `transaction` commits by itself."""

    def __init__(self, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        """Open or create, and bring to the latest version.

        Raises CatalogVersionError or CatalogDamagedError.
        """
        self.path = path
        self._connection = connect(path, create=True)
        try:
            with _damage_named(path):
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")
                self._connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
                _migrate(self._connection, migrations)
        except BaseException:
            self._connection.close()
            raise

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement. Returns the number of rows it changed."""
        with _damage_named(self.path):
            return self._connection.execute(sql, parameters).rowcount

    def execute_named(self, sql: str, parameters: Mapping[str, object]) -> int:
        """Run one statement with named parameters. Returns the number of rows it changed."""
        with _damage_named(self.path):
            return self._connection.execute(sql, parameters).rowcount

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for every row of parameters."""
        with _damage_named(self.path):
            self._connection.executemany(sql, rows)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> Iterator[Row]:
        """The rows of a question, read as they are asked for."""
        with _damage_named(self.path):
            cursor = self._connection.execute(sql, parameters)
        return self._read(cursor)

    def _read(self, cursor: Iterator[Row]) -> Iterator[Row]:
        with _damage_named(self.path):
            yield from cursor

    def one(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """The first row of a question."""
        with _damage_named(self.path):
            row: Row | None = self._connection.execute(sql, parameters).fetchone()
        return row

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, parameters)
        return None if row is None else row[0]

    def add_function(
        self, name: str, arity: int, function: Callable[..., str | bytes | int]
    ) -> None:
        """Let SQL call a pure function."""
        self._connection.create_function(name, arity, function, deterministic=True)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside are committed together, or none."""
        with _damage_named(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with _damage_named(self.path):
                self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk has ended it already
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All questions inside see one state; only temporary tables may be written."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close; temporary tables are gone afterwards."""
        self._connection.close()


class ReaderPool:
    """Read-only connections, one for each thread that is reading at this moment."""

    def __init__(self, path: Path) -> None:
        """Open the first connection.

        Raises FileNotFoundError, CatalogVersionError or CatalogDamagedError.
        """
        if not path.is_file():
            raise FileNotFoundError(path)
        self._path = path
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = [self._open()]
        self._closed = False

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of one question."""
        with self._borrowed() as connection, _damage_named(self._path):
            return connection.execute(sql, parameters).fetchall()

    def close(self) -> None:
        """Close what is idle now; what is in use is closed when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._open()
        try:
            yield connection
        finally:
            with self._lock:
                keep = not self._closed
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = connect(self._path, create=False)
        try:
            with _damage_named(self._path):
                _migrate(connection, MIGRATIONS)
                connection.execute("PRAGMA query_only = ON")
            connection.create_function("contains_folded", 2, contains_folded, deterministic=True)
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Say in our words that SQLite cannot read the file, or that there is no room to write.

    Raises CatalogDamagedError or DiskFullError for these.
    """
    try:
        yield
    except UNREADABLE as error:
        extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
        code = extended & 0xFF
        # Python's own complaint about bytes that are no text has no code.
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "decode" in str(error):
            raise CatalogDamagedError(path.name, str(error)) from error
        if code == sqlite3.SQLITE_FULL or extended in _NO_ROOM:
            raise DiskFullError(str(path.parent)) from error
        raise


def contains_folded(text: str, folded: str) -> bool:
    """Whether a text holds another one, whatever the case of letters; `folded` is case-folded."""
    return folded in text.casefold()


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """A bare connection, for whoever copes with SQLite's own errors."""
    mode = "rwc" if create else "rw"  # reading a write-ahead log needs write access to its index
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=_BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.create_function("row_digest", -1, row_digest, deterministic=True)
    return connection


def schema_due(migrations: Sequence[Migration]) -> list[Row]:
    """What `sqlite_schema` says of a file that was just made by this ladder, sorted."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.create_function("row_digest", -1, row_digest, deterministic=True)
        _migrate(connection, migrations)
        return sorted(connection.execute(SCHEMA).fetchall(), key=repr)
    finally:
        connection.close()


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Climb the ladder in one transaction: a catalog is never between two versions."""
    latest = migrations[-1].version
    version = _version(connection)
    if version > latest:
        raise CatalogVersionError(version, latest)
    if version == latest:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)  # another process may have climbed while we waited
        for migration in migrations:
            if migration.version > version:
                for statement in migration.statements:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {migration.version}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
