"""An album with duplicates, served."""

from collections.abc import Iterator

import httpx
import pytest

from tests.app.conftest import Library, MakeSettings, running
from tests.indexer.duplicates.album import draw_scene

SCENES = 4


@pytest.fixture
def album(empty_library: Library) -> Library:
    """Four scenes: the first with a smaller and a poorer copy, the second as PNG and BMP."""
    for number in range(SCENES):
        draw_scene(number).save(empty_library.pictures / f"{number}.png")
    draw_scene(0).resize((120, 90)).save(empty_library.pictures / "0-small.jpg", quality=85)
    draw_scene(0).save(empty_library.pictures / "0-poor.jpg", quality=30)
    draw_scene(1).save(empty_library.pictures / "1-same.bmp")
    empty_library.index()
    return empty_library


@pytest.fixture
def service(album: Library, settings_for: MakeSettings) -> Iterator[httpx.Client]:
    """A client of a service that serves the album."""
    with running(settings_for(), lambda _: album.encoder) as client:
        yield client


def groups_of(service: httpx.Client, **parameters: object) -> list[list[str]]:
    """The ids of each group, the best first."""
    answer = service.get("/v1/duplicates", params={**parameters})  # type: ignore[dict-item]
    assert answer.status_code == 200, answer.text
    return [[p["id"] for p in group["pictures"]] for group in answer.json()["groups"]]
