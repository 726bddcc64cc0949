"""Shutdown: running requests get their answers, but nobody waits for ever."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import uvicorn

from app.main import create_app
from app.server import Server, listen, url_of
from models.encoder import Embeddings
from models.fake_encoder import FakeEncoder
from tests.app.conftest import settings_of


class GatedEncoder(FakeEncoder):
    """Waits at a gate before each batch of texts, and says that it does."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.reached = threading.Event(), threading.Event()

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        self.reached.set()
        self.gate.wait(60)
        return super().encode_text(texts)


@contextmanager
def _serving(library, encoder: GatedEncoder, grace_s: int) -> Iterator[tuple[str, Server]]:
    app = create_app(settings_of(library.data_dir), lambda _: encoder)
    ready = threading.Event()
    config = uvicorn.Config(
        app, ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=grace_s
    )
    server = Server(config, app.state.sightline, ready.set)
    bound = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        assert ready.wait(60)
        yield url_of(bound), server
        thread.join(60)
        assert not thread.is_alive()
    finally:
        server.should_exit = True
        encoder.gate.set()
        thread.join(60)
        bound.close()


def _search(url: str) -> httpx.Response:
    return httpx.get(f"{url}v1/search?q=red", timeout=60, trust_env=False)


def test_request_that_runs_at_shutdown_gets_its_answer_and_nobody_else_comes_in(library):
    encoder = GatedEncoder()
    with _serving(library, encoder, grace_s=60) as (url, server), ThreadPoolExecutor(1) as pool:
        running = pool.submit(_search, url)
        assert encoder.reached.wait(60)
        server.should_exit = True
        while server.servers and any(one.is_serving() for one in server.servers):
            threading.Event().wait(0.01)
        encoder.gate.set()
        assert running.result().status_code == 200


def test_request_that_takes_longer_than_the_grace_is_cut_off(library):
    encoder = GatedEncoder()
    with _serving(library, encoder, grace_s=1) as (url, server), ThreadPoolExecutor(1) as pool:
        running = pool.submit(_search, url)
        assert encoder.reached.wait(60)
        server.should_exit = True
        assert running.result().status_code == 500
        assert not encoder.gate.is_set()  # nobody has waited for the model
