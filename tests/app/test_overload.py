"""Overload and slowness: refused at once, with a time to come back; the loop stays free."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from app.main import create_app
from app.turning_away import TurningAway
from models.encoder import Embeddings
from models.fake_encoder import FakeEncoder


class SlowEncoder(FakeEncoder):
    """Waits at a gate before each batch of texts."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.asked: list[list[str]] = []

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        self.asked.append(list(texts))
        self.gate.wait(20)
        return super().encode_text(texts)


@pytest.fixture
def slow() -> Iterator[SlowEncoder]:
    """An encoder whose gate is closed until the test's end."""
    encoder = SlowEncoder()
    yield encoder
    encoder.gate.set()


def _search(client: httpx.Client, words: str) -> httpx.Response:
    return httpx.get(
        client.base_url.join("/v1/search"), params={"q": words}, timeout=20, trust_env=False
    )


def test_requests_beyond_the_queue_are_answered_429_at_once_and_the_others_later(
    library, settings_for, serving, slow: SlowEncoder
):
    with (
        serving(settings_for(queue_length=3, batch_size=1), lambda _: slow) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        asked = [pool.submit(_search, client, f"red {number}") for number in range(8)]
        refused: list[Future[httpx.Response]] = []
        while len(refused) < 4:
            refused = [one for one in asked if one.done()]
            time.sleep(0.01)
        for answer in (one.result() for one in refused):
            assert (answer.status_code, answer.json()["code"]) == (429, "overloaded")
            assert 1 <= int(answer.headers["retry-after"]) <= 30
        slow.gate.set()
        statuses = sorted(one.result().status_code for one in asked)
        assert statuses == [200] * 4 + [429] * 4


def test_full_queue_refuses_new_words_and_large_bodies_unread_and_answers_known_words(
    library, settings_for, serving, slow: SlowEncoder
):
    slow.gate.set()
    with (
        serving(settings_for(queue_length=1, batch_size=1), lambda _: slow) as client,
        ThreadPoolExecutor(4) as pool,
    ):
        known = _search(client, "known words").json()["hits"]
        slow.gate.clear()
        asked = [pool.submit(_search, client, f"red {number}") for number in range(4)]
        while sum(one.done() for one in asked) < 2:  # one is encoded, one waits, two were refused
            time.sleep(0.01)
        answer = _search(client, "new words")
        assert (answer.status_code, answer.json()["code"]) == (429, "overloaded")
        assert 1 <= int(answer.headers["retry-after"]) <= 30
        assert _search(client, "known words").json()["hits"] == known
        assert _search(client, "photo:nobodys").status_code == 404
        assert client.get("/v1/search?q=new&collection=no").status_code == 404
        assert client.get("/v1/search?q=new" + "&a=1" * 200).status_code == 429
        with socket.create_connection((client.base_url.host, client.base_url.port or 0), 20) as raw:
            # The head of a large body, and not a byte of the body: nobody waits for it.
            raw.sendall(
                b"POST /v1/search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"Content-Length: 1000000\r\n\r\n"
            )
            assert raw.recv(12) == b"HTTP/1.1 429"
        body = json.dumps({"query": [{"text": "known words"}]}).encode()
        streamed = client.post(  # of unknown length: it may be words, and these are known
            "/v1/search", content=iter([body]), headers={"content-type": "application/json"}
        )
        assert streamed.json()["hits"][0]["id"] == known[0]["id"]
        slow.gate.set()
        statuses = sorted(one.result().status_code for one in asked)
        assert statuses == [200, 200, 429, 429]


class Held:
    """An app that lets requests in, and lets each go on when it is told to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._inside = 0
        self._gate = asyncio.Semaphore(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._inside += 1
        await self._gate.acquire()
        self._inside -= 1
        await self._app(scope, receive, send)

    async def let_in(self, client: httpx.AsyncClient, *words: str) -> list[asyncio.Task[Any]]:
        coming = [asyncio.create_task(client.get(f"/v1/search?q={one}")) for one in words]
        while self._inside < len(words):
            await asyncio.sleep(0)
        return coming

    async def answers(self, coming: list[asyncio.Task[Any]]) -> list[int]:
        statuses = []
        for one in coming:
            self._gate.release()
            statuses.append((await one).status_code)
        return statuses


@pytest.mark.anyio
async def test_new_words_are_refused_while_the_threads_behind_the_model_might_refuse_them(
    library, settings_for
):
    app = create_app(settings_for(queue_length=1, lookup_threads=1), lambda _: library.encoder)
    async with app.router.lifespan_context(app):
        await app.state.sightline.settled.wait()
        held = Held(app)
        transport = httpx.ASGITransport(TurningAway(held, app.state.sightline))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            inside = await held.let_in(client, "red 1", "red 2")
            refused = await client.get("/v1/search?q=new")
            assert (refused.status_code, refused.json()["code"]) == (429, "overloaded")
            assert refused.headers["retry-after"] == "1"
            assert await held.answers(inside) == [200, 200]
            known = await held.let_in(client, "red 1", "red 2", "red 1")  # words asked before
            assert await held.answers(known) == [200, 200, 200]
            assert await held.answers(await held.let_in(client, "new")) == [200]


def test_request_that_waited_too_long_is_answered_429_and_not_late(
    library, settings_for, serving, slow: SlowEncoder
):
    settings = settings_for(queue_wait_s=0.2, batch_size=1)
    with serving(settings, lambda _: slow) as client, ThreadPoolExecutor(2) as pool:
        running = pool.submit(_search, client, "red")
        while not slow.asked:
            time.sleep(0.01)
        late = _search(client, "blue")
        assert (late.status_code, late.json()["code"]) == (429, "overloaded")
        assert not running.done()
        slow.gate.set()
        assert running.result().status_code == 200
    assert slow.asked == [["red"]]


def test_same_question_of_many_is_encoded_once_while_it_runs_and_afterwards(
    library, settings_for, serving, slow: SlowEncoder
):
    with serving(settings_for(), lambda _: slow) as client, ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(_search, client, "red") for _ in range(4)]
        while not slow.asked:
            time.sleep(0.01)
        slow.gate.set()
        answers = [one.result().json()["hits"] for one in asked]
        assert all(answer == answers[0] for answer in answers)
        assert _search(client, "red").json()["hits"] == answers[0]
    assert slow.asked == [["red"]]


def test_health_and_pictures_answer_at_once_while_the_model_is_busy(
    library, settings_for, serving, slow: SlowEncoder
):
    with (
        serving(settings_for(), lambda _: slow) as client,
        ThreadPoolExecutor(4) as pool,
    ):
        (some, *_) = client.get("/v1/collections/default/sample").json()["hits"]
        waiting = [pool.submit(_search, client, f"red {number}") for number in range(4)]
        for path in ("/healthz", "/readyz", some["image_url"], "/v1/collections"):
            began_s = time.monotonic()
            assert client.get(path).status_code == 200
            assert time.monotonic() - began_s < 1.0
        assert not any(one.done() for one in waiting)
        slow.gate.set()
        assert [one.result().status_code for one in waiting] == [200] * 4


def test_model_that_fails_answers_500_without_its_words_and_goes_on(library, settings_for, serving):
    class BrokenEncoder(FakeEncoder):
        """Fails on one text, in a way that nobody foresaw."""

        def encode_text(self, texts: Sequence[str]) -> Embeddings:
            if "poison" in texts:
                raise RuntimeError("CUDA error: secret address")
            return super().encode_text(texts)

    with serving(settings_for(), lambda _: BrokenEncoder()) as client:
        answer = client.get("/v1/search", params={"q": "poison"})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert "secret" not in answer.text
        assert client.get("/v1/search", params={"q": "red"}).status_code == 200
