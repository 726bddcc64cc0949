"""The log and the ids of requests: one line each, nothing in it that is nobody's business."""

import io
import json
import logging
import re

import httpx
import pytest

from app.access.key_store import KeyStore
from app.access.roles import Role
from app.log_lines import JsonLines, TextLines, writing_log
from tests.keys import secret_of


@pytest.fixture
def logged(library, settings_for, serving):
    """Runs requests against a service, and gives what it has written by then."""

    def run(story, form="json", **changes):
        stream = io.StringIO()
        with (
            writing_log(form, "info", stream),
            serving(settings_for(**changes), lambda _: library.encoder) as client,
        ):
            story(client)
        lines = stream.getvalue().splitlines()
        return [line for line in lines if "sightline.requests" in line]

    return run


def test_each_request_is_one_line_of_json(logged, library):
    record, key = KeyStore(library.data_dir).create(Role.SEARCH, "")

    def story(client: httpx.Client) -> None:
        headers = {"x-api-key": key, "x-request-id": "abc-1"}
        client.get("/v1/collections/default", params={"q": "a secret wish"}, headers=headers)
        client.get("/v1/nowhere/secret", headers={"x-forwarded-for": "203.0.113.9"})
        client.head("/healthz")

    lines = logged(story)
    assert "secret" not in "".join(lines)
    assert secret_of(key) not in "".join(lines)
    first, second, third = (json.loads(line) for line in lines)
    assert first["request_id"] == "abc-1"
    assert (first["method"], first["route"]) == ("GET", "/v1/collections/{name}")
    assert (first["status"], first["key"], first["address"]) == (200, record.key_id, "127.0.0.1")
    assert first["bytes"] > 100
    assert first["ms"] >= 0
    assert (second["route"], second["status"], second["key"]) == (None, 404, None)
    assert (third["method"], third["route"], third["status"]) == ("HEAD", "/healthz", 200)


def test_words_are_logged_only_if_the_settings_say_so(logged):
    def story(client: httpx.Client) -> None:
        client.get("/v1/search", params={"q": "red"})

    assert json.loads(logged(story)[0]).get("query") is None
    assert json.loads(logged(story, log_queries=True)[0])["query"] == "q=red"


def test_lines_of_text_cannot_be_forged(logged):
    def story(client: httpx.Client) -> None:
        client.get("/v1/search", params={"q": "red\nERROR forged"})

    lines = logged(story, "text", log_queries=True)
    assert len(lines) == 1
    assert lines[0].startswith("INFO sightline.requests: request request_id=")


@pytest.mark.parametrize("formatter", [TextLines(), JsonLines()])
def test_control_characters_never_reach_the_log(formatter: logging.Formatter):
    record = logging.LogRecord("x", logging.ERROR, "", 0, "a\r\nb\x1b[2J\x9b%s", ("\n",), None)
    assert re.fullmatch(r"[ -~]+", formatter.format(record))


def test_full_log_loses_lines_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.log_lines._ROOM", 5)
    stream = io.StringIO()
    with writing_log("text", "info", stream):
        for number in range(1000):
            logging.getLogger("test").info("%d", number)
    assert 1 <= len(stream.getvalue().splitlines()) <= 1000


@pytest.mark.parametrize("sent", ["abc", "A-1_b.c:d", "x" * 64])
def test_harmless_request_ids_come_back(client: httpx.Client, sent: str):
    assert client.get("/healthz", headers={"x-request-id": sent}).headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", "x" * 65, "a b", "<script>", "a\tb", "ü"])
def test_other_request_ids_are_replaced(client: httpx.Client, sent: str):
    answer = client.get("/healthz", headers=[(b"x-request-id", sent.encode())])
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])


@pytest.mark.parametrize("path", ["/v1/nowhere", "/v1/search", "/v1/images/none", "/v1/search?q="])
def test_errors_name_their_request(client: httpx.Client, path: str):
    answer = client.get(path)
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_refusals_at_the_door_name_their_request(client: httpx.Client):
    answer = client.get("/healthz", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
