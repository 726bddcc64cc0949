"""How the service starts: at once, ready when the model is there, clear when it never will be."""

import asyncio
import gc
import threading
from collections.abc import Callable

import httpx
import pytest

from app.collector import set_aside_what_is_here, take_back_what_was
from app.main import create_app
from app.state import ServiceState
from models.config import ModelConfig
from models.encoder import Encoder
from models.errors import ModelLoadError
from models.fake_encoder import FakeEncoder


def test_service_answers_while_it_loads_and_says_what_it_waits_for(library, settings_for, serving):
    gate = threading.Event()

    def load(_: ModelConfig) -> Encoder:
        gate.wait(10)
        return FakeEncoder()

    with serving(settings_for(), load, until_ready=False) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        for path in ("/readyz", "/v1/search?q=red", "/v1/model", "/v1/collections"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
            assert answer.json()["detail"] == "the service is starting: waiting for the model"
            assert int(answer.headers["retry-after"]) > 0
        gate.set()
        _until(lambda: client.get("/readyz").status_code == 200)
        assert client.get("/readyz").json() == {
            "status": "ready",
            "model": "fake",
            "collections": ["default"],
            "problems": {},
        }


def _until(check: Callable[[], bool]) -> None:
    for _ in range(500):
        if check():
            return
    raise AssertionError("it never came")


def test_service_whose_model_cannot_be_loaded_says_no_model_without_inner_words(
    settings_for, serving
):
    def load(_: ModelConfig) -> Encoder:
        raise ModelLoadError("builtin", "secret path missing")

    with serving(settings_for(), load) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "model_unavailable")
        assert "secret" not in answer.text
        assert client.get("/healthz").status_code == 200


def test_service_loads_the_model_that_the_settings_name(settings_for, serving):
    seen: list[ModelConfig] = []

    def load(config: ModelConfig) -> Encoder:
        seen.append(config)
        return FakeEncoder()

    with serving(settings_for(model="ViT-B-32", pretrained="x.bin", device="cpu"), load):
        (config,) = seen
    assert (config.model_name, config.pretrained, config.device) == ("ViT-B-32", "x.bin", "cpu")


@pytest.mark.anyio
async def test_state_closes_cleanly_while_the_model_is_still_loading(settings_for):
    gate = threading.Event()

    def load(_: ModelConfig) -> Encoder:
        gate.wait(10)
        return FakeEncoder()

    state: ServiceState = create_app(settings_for(), load).state.sightline
    state.begin()
    await asyncio.sleep(0.05)
    await state.close()
    gate.set()
    assert not state.settled.is_set()


def test_page_is_served_with_its_parts(client: httpx.Client):
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"
    script = client.get("/static/js/main.js")
    assert script.headers["content-type"].startswith("text/javascript")
    etag = script.headers["etag"]
    assert client.get("/static/js/main.js", headers={"if-none-match": etag}).status_code == 304
    assert client.get("/static/../settings.py").status_code == 404
    assert client.get("/static/%2e%2e/settings.py").status_code == 404


def test_collector_of_garbage_spares_what_is_here_and_takes_it_back():
    usual = gc.get_threshold()
    try:
        set_aside_what_is_here()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() != usual
    finally:
        take_back_what_was()
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, usual)
