"""Decisions on duplicates over HTTP: they hold, can be forgotten, and need the right to write."""

import httpx

from tests.app.conftest import Library, MakeSettings, running
from tests.app.duplicates.conftest import groups_of

DECISIONS = "/v1/duplicates/decisions"


def test_decisions_hold_over_http_and_can_be_forgotten(service: httpx.Client, album: Library):
    trio, pair = groups_of(service)
    said = service.post(DECISIONS, json={"images": pair, "decision": "keep"})
    assert said.json() == {"pairs": 1}
    assert groups_of(service) == [trio]
    assert groups_of(service, decided=True) == [trio, pair]
    body = {"images": [trio[0], trio[2]], "decision": "not_a_duplicate"}
    assert service.post(DECISIONS, json=body).json() == {"pairs": 1}
    assert groups_of(service) == [trio[:2]]
    listed = service.get(DECISIONS).json()
    assert listed["total"] == 2
    assert {entry["decision"] for entry in listed["decisions"]} == {"keep", "not_a_duplicate"}
    assert [trio[2]] in [ids for entry in listed["decisions"] for ids in entry["images"]]
    forgotten = service.delete(DECISIONS, params={"image": body["images"]})
    assert forgotten.json() == {"pairs": 1}
    assert groups_of(service) == [trio]


def test_decisions_are_refused_where_writing_is_off_or_they_make_no_sense(
    service: httpx.Client, album: Library, settings_for: MakeSettings
):
    ((one, other, _), _) = groups_of(service)
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
        assert len(groups_of(client, mode="identical")) == len(groups) - 1
