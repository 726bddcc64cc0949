"""The ground of the tests that keep house: services whose collections they may change, and the
moves that every one of them makes. What only looks shares the service of the other tests.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Service, address_of, started, wait_until_served

LONG_MS = 150_000  # a worker has to start first, and load its model


def _running(data: Path) -> Iterator[Service]:
    with started(data) as process:
        url = address_of(process)
        wait_until_served(url)
        yield Service(url, data)


@pytest.fixture
def house(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service with a worker, whose collection the test may change."""
    # A worker that yields to everything else would never end beside other tests.
    monkeypatch.setenv("SIGHTLINE_LOW_PRIORITY", "false")
    shutil.copytree(service.data, tmp_path / "data")
    yield from _running(tmp_path / "data")


@pytest.fixture
def closed(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service without a worker, so that its jobs stand still, which lets everybody search, and
    whoever has a key do more.
    """
    shutil.copytree(service.data, tmp_path / "data")
    monkeypatch.setenv("SIGHTLINE_WORKER", "off")
    monkeypatch.setenv("SIGHTLINE_ANONYMOUS", "search")
    yield from _running(tmp_path / "data")


def enter_room(page: Page, name: str) -> None:
    """Into another room by keyboard; its heading has the focus."""
    page.get_by_role("navigation", name="Keeping house").get_by_role("link", name=name).press(
        "Enter"
    )
    expect(page.get_by_role("heading", name=name, level=2)).to_be_focused()


def press(page: Page, name: str) -> None:
    """Press the button of this name by keyboard."""
    page.get_by_role("button", name=name, exact=True).press("Enter")


def forgive_own_doings(page: Page) -> None:
    """What comes of the visitor's own doing moves the lists, on a slow machine long after it; that
    nothing moves by itself is seen to where every room is looked over.
    """
    page.evaluate("window.shifts = 0")
