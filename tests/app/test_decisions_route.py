"""Decisions on duplicates over HTTP: they hold, can be forgotten, and need the right to write."""

from collections.abc import Iterator

import httpx
import pytest

from tests.app.conftest import Library, MakeSettings, running
from tests.indexer.duplicates.album import draw_scene

DECISIONS = "/v1/duplicates/decisions"


@pytest.fixture
def album(empty_library: Library) -> Library:
    """A scene with a smaller and a poorer copy, one as PNG and as BMP, and one by itself."""
    for number in range(3):
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


def _groups(service: httpx.Client, **parameters: object) -> list[list[str]]:
    """The ids of each group, the best first."""
    answer = service.get("/v1/duplicates", params={**parameters})  # type: ignore[dict-item]
    assert answer.status_code == 200, answer.text
    return [[p["id"] for p in group["pictures"]] for group in answer.json()["groups"]]


def test_decisions_hold_over_http_and_can_be_forgotten(service: httpx.Client, album: Library):
    trio, pair = _groups(service)
    said = service.post(DECISIONS, json={"images": pair, "decision": "keep"})
    assert said.json() == {"pairs": 1}
    assert _groups(service) == [trio]
    assert _groups(service, decided=True) == [trio, pair]
    body = {"images": [trio[0], trio[2]], "decision": "not_a_duplicate"}
    assert service.post(DECISIONS, json=body).json() == {"pairs": 1}
    assert _groups(service) == [trio[:2]]
    listed = service.get(DECISIONS).json()
    assert listed["total"] == 2
    assert {entry["decision"] for entry in listed["decisions"]} == {"keep", "not_a_duplicate"}
    assert [trio[2]] in [ids for entry in listed["decisions"] for ids in entry["images"]]
    forgotten = service.delete(DECISIONS, params={"image": body["images"]})
    assert forgotten.json() == {"pairs": 1}
    assert _groups(service) == [trio]


def test_decisions_are_refused_where_writing_is_off_or_they_make_no_sense(
    service: httpx.Client, album: Library, settings_for: MakeSettings
):
    ((one, other, _), _) = _groups(service)
    body = {"images": [one, other], "decision": "keep"}
    foreign = service.post(DECISIONS, json=body, headers={"Origin": "http://elsewhere.example"})
    assert foreign.json()["code"] == "foreign_origin"
    for wrong in ([one], [one, one], [one, "nobody"]):
        answer = service.post(DECISIONS, json={"images": wrong, "decision": "keep"})
        assert answer.status_code in (400, 404)
    with running(settings_for(writing="off"), lambda _: album.encoder) as client:
        assert client.post(DECISIONS, json=body).json()["code"] == "writing_off"
        assert client.delete(DECISIONS, params={"image": [one, other]}).status_code == 403
    assert service.get(DECISIONS).json()["total"] == 0


def test_equal_files_cannot_be_said_to_be_different(album: Library, settings_for: MakeSettings):
    copy = album.pictures / "copy.png"
    copy.write_bytes((album.pictures / "2.png").read_bytes())
    album.index()
    with running(settings_for(), lambda _: album.encoder) as client:
        groups = client.get("/v1/duplicates", params={"mode": "identical"}).json()["groups"]
        equal = next(g for g in groups if "bytes" in [p["reason"] for p in g["pictures"]])
        ids = [picture["id"] for picture in equal["pictures"]]
        answer = client.post(DECISIONS, json={"images": ids, "decision": "not_a_duplicate"})
        assert (answer.status_code, answer.json()["code"]) == (400, "same_content")
        assert client.post(DECISIONS, json={"images": ids, "decision": "keep"}).is_success
        assert len(_groups(client, mode="identical")) == len(groups) - 1
