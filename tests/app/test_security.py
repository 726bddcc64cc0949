"""What stands before every request: host check, body limit, headers, the last catch."""

import httpx
import pytest

from app.listening import is_loopback
from app.security import (
    DATA_POLICY,
    PAGE_POLICY,
    REFERENCE_POLICY,
    RESPONSE_HEADERS,
    allowed_names,
)


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/healthz", "/v1/search?q=red", "/v1/nowhere", "/v1/search"]
)
def test_every_answer_carries_the_security_headers(client: httpx.Client, path: str):
    answer = client.get(path)
    for name, value in RESPONSE_HEADERS.items():
        if name != "Cache-Control":  # files of the page say their own
            assert answer.headers[name] == value
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/search?q=red", "/v1/nowhere"])
def test_head_is_answered_like_get_without_a_body(client: httpx.Client, path: str):
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/", PAGE_POLICY),
        ("/docs", REFERENCE_POLICY),
        ("/healthz", DATA_POLICY),
        ("/openapi.json", DATA_POLICY),
        ("/v1/search?q=red", DATA_POLICY),
        ("/v1/nowhere", DATA_POLICY),
    ],
)
def test_each_kind_of_answer_may_do_what_it_needs_and_no_more(client, path, policy):
    assert client.get(path).headers["content-security-policy"] == policy


def test_pictures_may_do_nothing(client: httpx.Client):
    hit = client.get("/v1/search?q=red&k=1").json()["hits"][0]
    for url in (hit["image_url"], hit["thumbnail_url"]):
        assert client.get(url).headers["content-security-policy"] == DATA_POLICY


@pytest.mark.parametrize("path", ["/healthz", "/v1/search?q=red", "/v1/nowhere", "/v1/model"])
def test_answers_are_kept_by_nobody_on_the_way(client: httpx.Client, path: str):
    assert client.get(path).headers["cache-control"] == "no-store"


def test_policy_allows_no_foreign_or_inline_script(client: httpx.Client):
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"])
def test_local_service_answers_to_its_local_names(client: httpx.Client, host: str):
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example"])
def test_local_service_turns_foreign_names_away(client: httpx.Client, host: str):
    answer = client.get("/healthz", headers={"host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "host_not_allowed")
    assert "SIGHTLINE_ALLOWED_HOSTS" in answer.json()["detail"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_allowed_names_are_any_on_a_public_address_unless_configured():
    assert allowed_names("0.0.0.0", "") is None
    assert allowed_names("127.0.0.1", "*") is None
    configured = allowed_names("0.0.0.0", "Photos.example, other.example")
    assert configured is not None
    assert {"photos.example", "other.example", "localhost"} <= configured
    assert "evil.example" not in configured


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("example.org", False),
    ],
)
def test_loopback_addresses_are_told_from_public_ones(host: str, loopback: bool):
    assert is_loopback(host) is loopback


LIMIT = 4096


@pytest.fixture
def narrow(library, settings_for, serving):
    """A client of a service that accepts small bodies only."""
    with serving(settings_for(max_upload_bytes=LIMIT), lambda _: library.encoder) as client:
        yield client


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x"])
def test_body_that_is_declared_too_large_is_refused_unread(narrow: httpx.Client, content_type):
    answer = narrow.post(
        "/v1/search", content=b"x" * (LIMIT + 1), headers={"content-type": content_type}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert "4,096" in answer.json()["detail"]
    assert narrow.get("/healthz").status_code == 200


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x"])
def test_body_that_turns_out_too_large_is_refused_while_it_comes(
    narrow: httpx.Client, content_type
):
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    chunks = (head if number == 0 else b"x" * 1024 for number in range(LIMIT // 1024 + 2))
    answer = narrow.post("/v1/search", content=chunks, headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert narrow.get("/healthz").status_code == 200


def test_body_within_the_limit_is_read(narrow: httpx.Client):
    assert narrow.post("/v1/search", json={"query": [{"text": "red"}]}).status_code == 200


def test_picture_with_more_pixels_than_allowed_is_refused(library, settings_for, serving, picture):
    with serving(settings_for(max_upload_pixels=1000), lambda _: library.encoder) as client:
        answer = client.post("/v1/search", files={"image": ("a.png", picture("red"))})
        assert (answer.status_code, answer.json()["code"]) == (413, "image_too_large")
        assert "1,200 pixels" in answer.json()["detail"]
