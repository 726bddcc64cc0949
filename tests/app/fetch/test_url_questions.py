"""Pictures by URL in real questions to the real service: search, classification, embeddings."""

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from app import url_pictures
from app.fetch.fetcher import PictureFetcher
from tests.app.fetch import far_side
from tests.app.fetch.far_side import BENIGN, FarSide, fetcher_for

QUESTIONS = {
    "/v1/search": lambda url: {"query": [{"image": {"url": url}}], "k": 1},
    "/v1/classify": lambda url: {"image": {"url": url}, "classnames": ["red", "blue"]},
    "/v1/embeddings": lambda url: {"modality": "image", "input": [url]},
}


@contextmanager
def _far_side_in_a_thread() -> Iterator[FarSide]:
    far, ready, stop = FarSide(), threading.Event(), threading.Event()

    async def run() -> None:
        async with far.running():
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert ready.wait(20)
    try:
        yield far
    finally:
        stop.set()
        thread.join(20)


@pytest.fixture
def far(monkeypatch, picture) -> Iterator[FarSide]:
    monkeypatch.setitem(far_side.ANSWERS, "red.png", far_side.plain(picture("red")))
    with _far_side_in_a_thread() as far:
        yield far


@pytest.fixture
def fetching(library, settings_for, serving, far, monkeypatch) -> Iterator[httpx.Client]:
    """A client of a service that may reach the far side."""

    def make(*_: object) -> PictureFetcher:
        return fetcher_for(far.port, max_bytes=100_000)

    monkeypatch.setattr("app.state.picture_fetcher", make)
    with serving(settings_for(), lambda _: library.encoder) as client:
        yield client


@pytest.mark.parametrize("path", sorted(QUESTIONS))
def test_pictures_by_url_answer_like_the_same_picture_sent_along(fetching, far, path, picture):
    def without_time(answer: httpx.Response) -> object:
        assert answer.status_code == 200, answer.text
        return {key: value for key, value in answer.json().items() if key != "took_ms"}

    url = f"http://photos.example.com:{far.port}/red.png"
    by_url = without_time(fetching.post(path, json=QUESTIONS[path](url)))
    if path == "/v1/embeddings":
        sent = "data:image/png;base64," + base64.b64encode(picture("red")).decode()
        assert by_url == without_time(fetching.post(path, json=QUESTIONS[path](sent)))
        return
    data = {"classnames": ["red", "blue"]} if path == "/v1/classify" else {"k": "1"}
    sent_along = fetching.post(path, files={"image": ("a.png", picture("red"))}, data=data)
    assert by_url == without_time(sent_along)


@pytest.mark.parametrize("path", sorted(QUESTIONS))
def test_refusals_never_say_what_the_other_side_said(fetching, far, path):
    def code(url: str) -> tuple[int, str]:
        answer = fetching.post(path, json=QUESTIONS[path](url))
        assert "secret" not in answer.text
        assert "127." not in answer.json()["detail"]
        return answer.status_code, answer.json()["code"]

    there = f"http://photos.example.com:{far.port}"
    assert code(f"{there}/missing") == (422, "url_unreachable")
    assert code(f"{there}/to/302/http://127.0.0.1/") == (422, "url_unreachable")
    assert code("http://nobody.example.com/") == (422, "url_unreachable")
    assert code("http://127.0.0.1/") == (422, "url_unreachable")
    assert code("http://2130706433/") == (400, "url_refused")
    assert code(f"{there}/endless") == (413, "url_too_large")
    assert code(f"{there}/picture")[1] == "image_unsupported"


def test_one_request_names_so_many_urls(fetching, far):
    url = f"http://photos.example.com:{far.port}/red.png"
    terms = [{"image": {"url": url}}] * (url_pictures.MAX_URLS + 1)
    answer = fetching.post("/v1/search", json={"query": terms})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert far.requests == []


def test_services_fetch_nothing_unless_they_are_told_to(client: httpx.Client):
    for path, question in QUESTIONS.items():
        answer = client.post(path, json=question(f"http://{BENIGN}/"))
        assert (answer.status_code, answer.json()["code"]) == (400, "fetch_off")


def test_image_is_given_in_one_way(client: httpx.Client):
    image = {"url": "http://photos.example.com/", "id": "a"}
    assert client.post("/v1/search", json={"query": [{"image": image}]}).status_code == 400
