"""GET and POST /v1/search over a real socket: what is found, and in which shape."""

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

MakePicture = Callable[..., bytes]


def _hits(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    hits: list[dict[str, Any]] = answer.json()["hits"]
    return hits


def _file_of(client: httpx.Client, hit: dict[str, Any]) -> str:
    """The name of the picture's file."""
    uri: str = client.get(f"/v1/images/{hit['id']}/info").json()["uri"]
    return uri.rpartition("/")[2]


def _first(client: httpx.Client, answer: httpx.Response) -> str:
    return _file_of(client, _hits(answer)[0])


@pytest.mark.parametrize("colour", ["red", "green", "blue", "yellow"])
def test_search_by_words_finds_the_picture_of_that_colour(client: httpx.Client, colour: str):
    assert _first(client, client.get("/v1/search", params={"q": colour})).startswith(colour)


def test_search_answers_as_many_as_asked_best_first(client: httpx.Client):
    hits = _hits(client.get("/v1/search", params={"q": "red", "k": 4}))
    scores = [hit["score"] for hit in hits]
    assert len(hits) == 4
    assert scores == sorted(scores, reverse=True)
    assert all(-1 <= score <= 1 for score in scores)


def test_search_answers_all_there_are_when_more_are_asked(client: httpx.Client):
    assert len(_hits(client.get("/v1/search", params={"q": "red", "k": 1000}))) == 6


def test_search_answer_has_everything_a_page_needs(client: httpx.Client):
    body = client.get("/v1/search", params={"q": "red", "k": 1}).json()
    (hit,) = body["hits"]
    assert (body["collection"], body["generation"]) == ("default", 1)
    assert (hit["width"], hit["height"], hit["format"]) == (40, 30, "PNG")
    assert (hit["caption"], hit["captions"], hit["metadata"]) == (None, [], {})
    for name in ("image_url", "thumbnail_url"):
        assert client.get(hit[name]).headers["content-type"].startswith("image/")
    steps = body["took_ms"]
    assert set(steps) == {"decode", "encode", "search", "metadata", "total"}
    assert 0 < steps["encode"] + steps["search"] <= steps["total"]


def test_search_with_a_negative_weight_moves_away_from_the_term(client: httpx.Client):
    plain = {"query": [{"text": "red"}], "k": 6}
    pushed = {"query": [{"text": "red"}, {"text": "orange", "weight": -0.9}], "k": 6}
    before, after = (
        [_file_of(client, hit) for hit in _hits(client.post("/v1/search", json=body))]
        for body in (plain, pushed)
    )
    assert before.index("orange.png") < after.index("orange.png")


def test_search_by_the_id_of_a_picture_finds_that_picture_first(client: httpx.Client):
    (blue,) = _hits(client.get("/v1/search", params={"q": "blue", "k": 1}))
    again = client.post("/v1/search", json={"query": [{"image": {"id": blue["id"]}}], "k": 2})
    assert _hits(again)[0]["id"] == blue["id"]
    assert _hits(again)[0]["score"] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_search_by_base64_finds_the_same_colour(
    client: httpx.Client, picture: MakePicture, prefix: str
):
    text = prefix + base64.b64encode(picture("green")).decode()
    answer = client.post("/v1/search", json={"query": [{"image": {"base64": text}}], "k": 1})
    assert _first(client, answer) == "green.jpg"


def test_search_by_upload_finds_the_same_colour(client: httpx.Client, picture: MakePicture):
    files = {"image": ("photo.png", picture("purple"))}
    answer = client.post("/v1/search", files=files, data={"k": "1"})
    assert _first(client, answer) == "purple.jpg"
    assert len(_hits(answer)) == 1
    assert answer.json()["took_ms"]["decode"] > 0


def test_search_by_upload_and_text_weighs_both(client: httpx.Client, picture: MakePicture):
    files = {"image": ("photo.png", picture("purple"))}
    data = {"text": "green", "text_weight": "1", "image_weight": "0.01"}
    assert _first(client, client.post("/v1/search", files=files, data=data)) == "green.jpg"


def test_search_by_upload_takes_an_empty_text_for_none(client: httpx.Client, picture: MakePicture):
    files = {"image": ("photo.png", picture("purple"))}
    answer = client.post("/v1/search", files=files, data={"text": ""})
    assert _first(client, answer) == "purple.jpg"


def test_search_parses_a_large_json_body_as_it_does_a_small_one(
    client: httpx.Client, picture: MakePicture
):
    large = picture("blue", size=(1200, 900), kind="BMP")
    text = base64.b64encode(large).decode()
    assert len(text) > 4_000_000
    answer = client.post("/v1/search", json={"query": [{"image": {"base64": text}}], "k": 1})
    assert _first(client, answer) == "blue.png"


def test_empty_fields_of_a_form_are_none_and_described_so(client: httpx.Client, picture):
    paths = client.get("/openapi.json").json()["paths"]
    content = paths["/v1/search"]["post"]["requestBody"]["content"]
    form = content["multipart/form-data"]["schema"]["properties"]
    empty = {"type": "string", "maxLength": 0}
    untyped = [name for name, schema in form.items() if empty in schema.get("anyOf", ())]
    assert {"filter", "text", "k", "min_relevance"} <= set(untyped)
    classify = paths["/v1/classify"]["post"]["requestBody"]["content"]["multipart/form-data"]
    lists = classify["schema"]["properties"]
    assert lists["classnames"]["minItems"] == 1
    assert "minItems" not in lists["templates"]["anyOf"][0]  # a form cannot send an empty list
    files = {"image": ("a.png", picture("red"))}
    plain = client.post("/v1/search", files=files)
    filled = client.post("/v1/search", files=files, data=dict.fromkeys(untyped, ""))
    assert filled.status_code == 200, filled.text
    assert filled.json()["hits"] == plain.json()["hits"]
