"""Clients that leave: their turn goes to others; whoever changes something is left to finish."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from app.leaving import LeavingClients
from app.main import create_app
from models.encoder import Embeddings
from models.fake_encoder import FakeEncoder

pytestmark = pytest.mark.anyio


class GatedEncoder(FakeEncoder):
    """Waits at a gate before each batch, and notes what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.asked: list[list[str]] = []

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        self.asked.append(list(texts))
        self.gate.wait(20)
        return super().encode_text(texts)


class Client:
    """One request as the server hands it to the app, and what came back."""

    def __init__(self, method: str, target: str, body: bytes = b"") -> None:
        path, _, query = target.partition("?")
        headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")]
        self.scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": headers,
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }
        self.sent: list[Message] = []
        self.left = asyncio.Event()
        self._body = [body]

    async def receive(self) -> Message:
        if self._body:
            return {"type": "http.request", "body": self._body.pop(), "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.left.set()  # as servers have it: after the answer there is nothing but a parting

    def asks(self, app: Any) -> "asyncio.Task[None]":
        """The request under way."""
        return asyncio.create_task(app(self.scope, self.receive, self.send))

    @property
    def status(self) -> int | None:
        """The status of the answer, if there is one."""
        return self.sent[0]["status"] if self.sent else None


@asynccontextmanager
async def _service(settings: Any, encoder: GatedEncoder) -> AsyncIterator[FastAPI]:
    app = create_app(settings, lambda _: encoder)
    async with app.router.lifespan_context(app):
        await app.state.sightline.settled.wait()
        try:
            yield app
        finally:
            encoder.gate.set()


POST = json.dumps({"query": [{"text": "left"}]}).encode()


@pytest.mark.parametrize(
    "left", [("GET", "/v1/search?q=left", b""), ("POST", "/v1/search", POST)], ids=["GET", "POST"]
)
async def test_search_of_a_client_that_left_is_never_encoded(library, settings_for, left):
    encoder = GatedEncoder()
    async with _service(settings_for(), encoder) as app:
        stays, leaves = Client("GET", "/v1/search?q=red"), Client(*left)
        running = stays.asks(app)
        while not encoder.asked:
            await asyncio.sleep(0.005)
        waiting = leaves.asks(app)
        with app.state.sightline.ready.live.pair("default") as pair:
            while not pair.engine.batcher.waiting:
                await asyncio.sleep(0.005)
        leaves.left.set()
        await waiting  # ends quietly, although the model is still busy
        assert leaves.sent == []
        encoder.gate.set()
        await running
        assert stays.status == 200
    assert encoder.asked == [["red"]]


async def test_picture_of_a_client_that_left_is_never_decoded(library, settings_for):
    encoder, release = GatedEncoder(), threading.Event()
    async with _service(settings_for(decode_workers=1), encoder) as app:
        decode = app.state.sightline.decode
        blocked = asyncio.create_task(decode.run(release.wait))
        for stored in (library.data_dir / "collections/default/thumbnails").rglob("*.jpg"):
            stored.unlink()
        with app.state.sightline.ready.live.lease("default") as searcher:
            some = searcher.sample(1, seed=0)[0]
        leaves = Client("GET", f"/v1/images/{some.image_id}/thumbnail")
        waiting = leaves.asks(app)
        while decode.busy < 2:
            await asyncio.sleep(0.005)
        leaves.left.set()
        await waiting
        while decode.busy > 1:
            await asyncio.sleep(0.005)
        release.set()
        await blocked
        assert leaves.sent == []


async def test_change_that_was_asked_for_goes_on_without_its_client():
    begun, go_on, done = asyncio.Event(), asyncio.Event(), []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await go_on.wait()
        done.append(scope["method"])

    for method, target in (("POST", "/v1/jobs"), ("DELETE", "/v1/jobs/1"), ("GET", "/v1/jobs")):
        begun.clear()
        go_on.clear()
        client = Client(method, target)
        request = client.asks(LeavingClients(app))
        await begun.wait()
        client.left.set()
        for _ in range(5):
            await asyncio.sleep(0)
        go_on.set()
        await request
    assert done == ["POST", "DELETE"]


async def test_what_follows_an_answer_is_not_cut_short():
    done: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"answer"})
        for _ in range(5):
            await asyncio.sleep(0)
        done.append(await receive())

    await Client("GET", "/v1/search?q=red").asks(LeavingClients(app))
    assert done[0]["type"] == "http.request"


async def test_server_that_ends_a_request_ends_it():
    begun = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await asyncio.sleep(60)

    request = Client("GET", "/v1/search?q=red").asks(LeavingClients(app))
    await begun.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
