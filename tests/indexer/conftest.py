"""Fixtures of the indexer's tests."""

import os
from pathlib import Path
from typing import Any

import pytest

from indexer.catalog.connection import Database
from tests.indexer.workbench import Workbench


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk: a process that is killed loses nothing that it wrote.

    What is synchronised, and in which order, has a test of its own.
    """
    real_init = Database.__init__

    def init(database: Database, *arguments: Any) -> None:
        real_init(database, *arguments)
        database.execute("PRAGMA synchronous = OFF")

    monkeypatch.setattr(Database, "__init__", init)
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    """An empty collection and an empty folder of pictures."""
    return Workbench(tmp_path)
