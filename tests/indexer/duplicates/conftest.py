"""Fixtures of the tests of duplicates."""

from pathlib import Path

import pytest

from tests.indexer.duplicates.album import Album


@pytest.fixture(autouse=True)
def quick(quick_disk: None) -> None:
    """Do not wait for the disk."""


@pytest.fixture
def album(tmp_path: Path) -> Album:
    """An empty album."""
    return Album(tmp_path)
