"""What the service says no to: every refusal is a problem with a code and a sentence."""

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

MakePicture = Callable[..., bytes]


def _refused(answer: httpx.Response, status: int, code: str) -> str:
    """The detail of a refusal, once its shape is checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["type"] == f"urn:sightline:error:{code}"
    assert problem["title"]
    detail: str = problem["detail"]
    assert detail
    return detail


def _search(client: httpx.Client, *terms: dict[str, Any], **others: Any) -> httpx.Response:
    return client.post("/v1/search", json={"query": list(terms), **others})


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "   "}, "q"),
        ({"q": "x" * 2001}, "q"),
        ({"q": "red", "k": "0"}, "k"),
        ({"q": "red", "k": "1001"}, "k"),
        ({"q": "red", "k": "many"}, "k"),
        ({"q": "red", "collection": "../../etc"}, "collection"),
    ],
)
def test_search_refuses_parameters_and_names_them(
    client: httpx.Client, parameters: dict[str, str], said: str
):
    answer = client.get("/v1/search", params=parameters)
    assert f"query.{said}" in _refused(answer, 400, "invalid_request")
    assert answer.json()["errors"][0]["field"] == f"query.{said}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "no terms"),
        ({"query": []}, "query"),
        ({"query": [{"text": "red"}] * 17}, "query"),
        ({"query": [{"text": "red", "image": {"id": "x"}}]}, "one of text, image and embedding"),
        ({"query": [{}]}, "one of text, image and embedding"),
        ({"query": [{"image": {}}]}, "either an id, base64 or a url"),
        ({"query": [{"text": "red", "wieght": 2}]}, "wieght"),
        ({"query": [{"text": "red", "weight": 101}]}, "weight"),
        ({"query": [{"text": "red", "weight": 0}]}, "all weights are zero"),
        ({"query": [{"text": "red"}], "k": 0}, "k"),
        ({"query": [{"text": "red"}], "k": True}, "k: Value error, must be a number"),
        ({"query": [{"text": "red"}], "k": "5"}, "k: Value error, must be a number"),
        ({"query": [{"text": "red"}], "min_relevance": False}, "must be a number"),
        ({"query": [{"text": "red"}], "explain": 1}, "must be true or false"),
        ({"query": [{"text": "red"}], "explain": "yes"}, "must be true or false"),
        ({"query": [{"embedding": [1, True]}]}, "valid number"),
    ],
)
def test_search_refuses_bodies_and_says_why(client: httpx.Client, body: dict[str, Any], said: str):
    answer = client.post("/v1/search", json=body)
    assert said in _refused(answer, 400, "invalid_request")


@pytest.mark.parametrize("weight", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_search_refuses_weights_that_are_not_finite(client: httpx.Client, weight: str):
    content = f'{{"query": [{{"text": "red", "weight": {weight}}}]}}'
    headers = {"content-type": "application/json"}
    answer = client.post("/v1/search", content=content, headers=headers)
    _refused(answer, 400, "invalid_request")


def test_search_refuses_terms_that_cancel_each_other(client: httpx.Client):
    answer = _search(client, {"text": "red"}, {"text": "red", "weight": -1})
    assert "cancel each other" in _refused(answer, 400, "null_query")


def test_search_refuses_json_that_is_none(client: httpx.Client):
    headers = {"content-type": "application/json"}
    answer = client.post("/v1/search", content=b'{"query": [', headers=headers)
    _refused(answer, 400, "invalid_request")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_search_refuses_bodies_of_other_types(client: httpx.Client, content_type: str):
    headers = {"content-type": content_type}
    answer = client.post("/v1/search", content=b'{"query": []}', headers=headers)
    assert "application/json" in _refused(answer, 415, "unsupported_body")


def test_search_says_unknown_collection_is_unknown(client: httpx.Client):
    answer = client.get("/v1/search", params={"q": "red", "collection": "nowhere"})
    assert "nowhere" in _refused(answer, 404, "collection_not_found")


def test_search_says_unknown_picture_is_unknown(client: httpx.Client):
    answer = _search(client, {"image": {"id": "nosuchpicture000"}})
    assert "nosuchpicture000" in _refused(answer, 404, "image_not_found")


BAD_PICTURES = [
    (b"", 400, "image_empty"),
    (b"%PDF-1.7 no picture", 415, "image_unsupported"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 cut off", 400, "image_corrupt"),
]


@pytest.mark.parametrize(("data", "status", "code"), BAD_PICTURES)
def test_search_refuses_bad_pictures_in_a_form(
    client: httpx.Client, data: bytes, status: int, code: str
):
    answer = client.post("/v1/search", files={"image": ("photo.jpg", data)})
    _refused(answer, status, code)


@pytest.mark.parametrize(("data", "status", "code"), BAD_PICTURES[1:])
def test_search_refuses_bad_pictures_in_base64(
    client: httpx.Client, data: bytes, status: int, code: str
):
    answer = _search(client, {"image": {"base64": base64.b64encode(data).decode()}})
    _refused(answer, status, code)


LONG = "A" * 64 * 1024  # what is decoded in one piece


@pytest.mark.parametrize(
    "text",
    ["not base64!", "data:image/png,plain", "A", LONG + "A", LONG[2:] + "==AAAA", LONG + "é"],
)
def test_search_refuses_base64_that_is_none(client: httpx.Client, text: str):
    detail = _refused(_search(client, {"image": {"base64": text}}), 400, "invalid_request")
    assert "base64" in detail


def test_search_refuses_a_form_without_its_picture(client: httpx.Client):
    answer = client.post("/v1/search", files={"picture": ("photo.jpg", b"x")})
    assert "`image`" in _refused(answer, 400, "invalid_request")


def test_search_refuses_a_form_with_an_unknown_field(client: httpx.Client, picture: MakePicture):
    answer = client.post(
        "/v1/search", files={"image": ("a.png", picture("red"))}, data={"weight": "2"}
    )
    assert "weight" in _refused(answer, 400, "invalid_request")


def test_search_refuses_a_form_that_is_cut_off(client: httpx.Client):
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = client.post("/v1/search", content=b"--x\r\nContent-Dis", headers=headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nowhere", 404, "not_found"),
        ("GET", "/static/nowhere.js", 404, "not_found"),
        ("DELETE", "/v1/search", 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
    ],
)
def test_service_refuses_paths_and_methods_in_the_same_shape(
    client: httpx.Client, method: str, path: str, status: int, code: str
):
    _refused(client.request(method, path), status, code)
