"""Duplicates over HTTP and on the command line: groups, folded searches."""

import json

import httpx
import pytest

from app import duplicate_desk
from tests.app.command_line import Sightline, one_line_error
from tests.app.conftest import Library
from tests.app.duplicates.conftest import SCENES, groups_of


def test_duplicates_are_listed_by_mode_with_thumbnails_and_reasons(service: httpx.Client):
    near = service.get("/v1/duplicates").json()
    assert (near["mode"], near["total"], near["fresh"]) == ("near", 2, True)
    assert [len(group["pictures"]) for group in near["groups"]] == [3, 2]
    best, *others = near["groups"][0]["pictures"]
    assert best["reason"] == "best"
    assert (best["width"], best["height"]) == (240, 180)
    assert {picture["reason"] for picture in others} == {"near"}
    assert all(picture["distance"] <= near["max_distance"] for picture in others)
    assert all(picture["score"] >= near["min_score"] for picture in others)
    assert service.get(best["thumbnail_url"]).headers["content-type"] == "image/jpeg"
    identical = service.get("/v1/duplicates", params={"mode": "identical"}).json()
    (pair,) = identical["groups"]
    assert [picture["reason"] for picture in pair["pictures"]] == ["best", "pixels"]
    assert [p["score"] for p in pair["pictures"]] == [1.0, 1.0]


def test_duplicates_come_in_pages(service: httpx.Client):
    everything = groups_of(service)
    pages = [groups_of(service, limit=1, offset=offset) for offset in range(3)]
    assert [group for page in pages for group in page] == everything
    assert service.get("/v1/duplicates", params={"mode": "similar"}).status_code in (400, 422)


def test_search_folds_duplicates_to_one_hit_a_group(service: httpx.Client):
    trio, _ = groups_of(service)
    question = {"query": [{"image": {"id": trio[1]}}], "k": 10}
    plain = service.post("/v1/search", json=question).json()["hits"]
    assert len(plain) == SCENES + 3
    assert all(hit["folded"] is None for hit in plain)
    folded = service.post("/v1/search", json={**question, "fold_duplicates": True}).json()["hits"]
    assert len(folded) == SCENES
    first = folded[0]
    assert first["id"] == plain[0]["id"]
    assert first["folded"]["count"] == 2
    assert {first["id"], *first["folded"]["ids"]} == set(trio)
    assert sorted(hit["folded"]["count"] for hit in folded) == [0, 0, 1, 2]
    for k in range(1, SCENES + 1):
        answer = service.get("/v1/search", params={"q": "x", "k": k, "fold_duplicates": True})
        assert len(answer.json()["hits"]) == k


def test_large_collections_are_looked_at_by_the_command_only(
    service: httpx.Client, sightline: Sightline, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(duplicate_desk, "MAX_PICTURES_IN_PASSING", 3)
    refused = service.get("/v1/duplicates")
    assert (refused.status_code, refused.json()["code"]) == (409, "duplicates_unknown")
    assert "sightline duplicates" in refused.json()["detail"]
    said = sightline("duplicates", "--json")
    assert said.code == 0, said.err
    assert len(groups_of(service)) == len(json.loads(said.out)["groups"]) == 2


def test_command_lists_decides_and_forgets(album: Library, sightline: Sightline):
    said = sightline("duplicates")
    assert said.code == 0, said.err
    assert said.out.startswith("2 groups of near pictures")
    assert "0-small.jpg" in said.out
    groups = json.loads(sightline("duplicates", "--json").out)["groups"]
    ids = [picture["id"] for picture in groups[0]["pictures"]]
    options = [word for image_id in ids for word in ("--keep", image_id)]
    assert sightline("duplicates", *options).out == "kept: 3 pairs\n"
    assert json.loads(sightline("duplicates", "--json").out)["total"] == 1
    assert json.loads(sightline("duplicates", "--json", "--decided").out)["total"] == 2
    forget = [word for image_id in ids for word in ("--forget", image_id)]
    assert sightline("duplicates", *forget).out == "forgotten: 3 decisions\n"
    one_line_error(sightline("duplicates", "--keep", ids[0]))
    strict = sightline("duplicates", "--json", "--max-distance", 0, "--min-score", 0.999)
    assert json.loads(strict.out)["max_distance"] == 0


def test_command_searches_with_folded_duplicates(album: Library, sightline: Sightline):
    said = sightline("search", "anything", "-k", 10, "--fold-duplicates", "--json")
    assert said.code == 0, said.err
    hits = json.loads(said.out)["hits"]
    assert sorted(hit["folded"]["count"] for hit in hits) == [0, 0, 1, 2]
    assert "(and 2 like it)" in sightline("search", "anything", "--fold-duplicates").out
