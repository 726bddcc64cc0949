"""The catalog's ladder of versions: old files are brought up, newer ones refused, none half-way."""

import sqlite3
from pathlib import Path

import pytest

from indexer.catalog.connection import Database
from indexer.catalog.schema import LATEST_VERSION, MIGRATIONS, Migration
from indexer.errors import CatalogVersionError
from indexer.searcher import Searcher
from tests.indexer.workbench import Workbench


def _schema(path: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def _version(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_catalog_of_the_first_version_is_opened_and_keeps_what_it_knows(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    bench.config.collection_dir().mkdir(parents=True)
    Database(bench.config.catalog_path(), MIGRATIONS[:1]).close()
    assert _version(bench.config.catalog_path()) == 1
    with sqlite3.connect(bench.config.catalog_path()) as old:
        old.execute("INSERT INTO sources (source, kind) VALUES ('file:///gone', 'folder')")
    bench.index()
    assert _version(bench.config.catalog_path()) == LATEST_VERSION
    assert sorted(bench.items()) == ["a.jpg", "b.jpg"]
    with sqlite3.connect(bench.config.catalog_path()) as new:
        known = new.execute("SELECT source FROM sources ORDER BY source_id").fetchall()
    assert known[0] == ("file:///gone",)


def test_catalog_brought_up_step_by_step_equals_a_new_one(tmp_path: Path):
    for rung in range(1, len(MIGRATIONS) + 1):
        Database(tmp_path / "old.sqlite", MIGRATIONS[:rung]).close()
    Database(tmp_path / "new.sqlite").close()
    assert _schema(tmp_path / "old.sqlite") == _schema(tmp_path / "new.sqlite")


def test_migrations_climb_by_one_and_say_why():
    assert [migration.version for migration in MIGRATIONS] == [*range(1, LATEST_VERSION + 1)]
    assert all(len(migration.reason) > 20 for migration in MIGRATIONS)


def test_migration_that_fails_leaves_the_catalog_as_it_was(tmp_path: Path):
    path = tmp_path / "catalog.sqlite"
    Database(path).close()
    before = _schema(path)
    broken = Migration(LATEST_VERSION + 1, "breaks", ("CREATE TABLE extra (x)", "NO SQL"))
    with pytest.raises(sqlite3.OperationalError):
        Database(path, (*MIGRATIONS, broken))
    assert (_schema(path), _version(path)) == (before, LATEST_VERSION)


def test_catalog_of_a_newer_version_is_refused_by_reader_and_writer(bench: Workbench):
    bench.draw("a.jpg")
    bench.index()
    with sqlite3.connect(bench.config.catalog_path()) as connection:
        connection.execute(f"PRAGMA user_version = {LATEST_VERSION + 1}")
    with pytest.raises(CatalogVersionError, match="install the newer Sightline"):
        bench.index()
    with pytest.raises(CatalogVersionError):
        Searcher.open(bench.config)
