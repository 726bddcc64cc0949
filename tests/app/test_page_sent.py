"""How the page's files travel: packed for whoever unpacks, checked before they are used again."""

import gzip

import httpx
import pytest

from app.security import PAGE_POLICY

SCRIPT = "/static/js/page.js"


@pytest.mark.parametrize("path", ["/", SCRIPT, "/static/css/page.css", "/static/logo.svg"])
def test_texts_are_packed_for_those_who_unpack(client: httpx.Client, path: str):
    plain = client.get(path, headers={"accept-encoding": "identity"})
    packed = client.get(path, headers={"accept-encoding": "br, gzip;q=0.5"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content))
    for answer in (plain, packed):
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["cache-control"] == "no-cache"
    assert packed.headers["content-type"] == plain.headers["content-type"]


def test_page_is_packed_once_for_all_who_ask(client: httpx.Client, monkeypatch: pytest.MonkeyPatch):
    client.get("/", headers={"accept-encoding": "gzip"})

    def refuse(*_: object, **__: object) -> bytes:
        raise AssertionError("packed again")

    monkeypatch.setattr("app.routes.page.gzip.compress", refuse)
    assert client.get("/", headers={"accept-encoding": "gzip"}).status_code == 200


def test_gzip_that_is_refused_is_not_sent(client: httpx.Client):
    answer = client.get(SCRIPT, headers={"accept-encoding": "gzip;q=0, *"})
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_copies_that_are_current_are_used_again(client: httpx.Client, coding: str):
    asked = {"accept-encoding": coding}
    tag = client.get(SCRIPT, headers=asked).headers["etag"]
    again = client.get(SCRIPT, headers={**asked, "if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = "identity" if coding == "gzip" else "gzip"
    assert client.get(SCRIPT, headers={"accept-encoding": other}).headers["etag"] != tag


def test_page_itself_always_comes_with_its_policy(client: httpx.Client):
    tag = client.get("/").headers["etag"]
    again = client.get("/", headers={"if-none-match": tag})
    assert again.status_code == 200
    assert again.headers["content-security-policy"] == PAGE_POLICY


def test_head_says_what_get_would_send(client: httpx.Client):
    asked = {"accept-encoding": "gzip"}
    head, get = client.head(SCRIPT, headers=asked), client.get(SCRIPT, headers=asked)
    assert head.content == b""
    for name in ("content-length", "content-encoding", "etag"):
        assert head.headers[name] == get.headers[name]
