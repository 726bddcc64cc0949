"""Fixtures of the tests of filters."""

from pathlib import Path

import pytest

from tests.indexer.filters.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A catalog without items."""
    return Shelf(tmp_path)
