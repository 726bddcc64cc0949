"""The event loop never does heavy work: watched call by call, so that no clock is involved."""

import asyncio
import base64
import importlib.metadata
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import pytest
import uvicorn

from app.main import create_app
from app.metrics.recorder import Metrics
from app.server import listen, url_of
from app.warming import ASKED, NOWHERE, warm_routes
from tests.app.conftest import RunningServer, picture_bytes, settings_of

ROOT = Path(__file__).resolve().parents[2]
# What may block for longer than a moment, by where its code lies.
HEAVY_PACKAGES = ("PIL", "torch", "torchvision", "faiss", "open_clip", "pillow_heif", "fsspec")
HEAVY_MODULES = (
    "indexer/catalog/",
    "indexer/filters/",
    "indexer/generation",
    "indexer/originals.py",
    "indexer/reading.py",
    "indexer/vector_",
    "models/fake_encoder.py",
    "models/images.py",
    "models/thumbnails.py",
    "models/zero_shot.py",
)
# Built-in calls that wait for a disk, a database, a lock or a clock.
BLOCKING_CALLS = ("sqlite3.", "posix.", "time.sleep", "_io.open", "io.open")
# Records that are only held, arithmetic on what is in memory, what touches no disk.
LIGHT = {
    "indexer/catalog/records.py",
    "models/fake_encoder.py:info",
    "posix.fspath",
    "posix.getpid",
    "posix.sched_getaffinity",
    "posix.urandom",
    # One small file of this machine, looked at for each request: a revoked key is out at once.
    "app/access/private_file.py:stamp_of",
    "app/access/key_store.py:records",
}


class LoopWatch:
    """Notes what the loop's thread calls that may block, and which of our lines is behind it."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            file = frame.f_code.co_filename
            package = file.partition("site-packages/")[2].partition("/")[0]
            inside = file.removeprefix(f"{ROOT}/")
            name = f"{inside}:{frame.f_code.co_name}"
            heavy = inside.startswith(HEAVY_MODULES) and inside not in LIGHT and name not in LIGHT
            if heavy or package in HEAVY_PACKAGES:
                self._note(name, frame.f_back)
        elif event == "c_call":
            owner = argument.__module__ or type(argument.__self__).__module__
            name = f"{owner}.{argument.__qualname__}"
            if name.startswith(BLOCKING_CALLS) and name not in LIGHT:
                self._note(name, frame)

    def _note(self, name: str, frame: FrameType | None) -> None:
        while frame is not None and not frame.f_code.co_filename.startswith(f"{ROOT}/"):
            frame = frame.f_back
        where = "the loop"
        if frame is not None:
            where = f"{frame.f_code.co_filename.removeprefix(f'{ROOT}/')}:{frame.f_code.co_name}"
        if where not in LIGHT:
            self.seen.add(f"{name} called by {where}")


@contextmanager
def _watched(library: Any) -> Iterator[tuple[httpx.Client, LoopWatch]]:
    settings = settings_of(library.data_dir, poll_interval_s=60)
    app = create_app(settings, lambda _: library.encoder)
    config = uvicorn.Config(app, loop="uvloop", ws="none", log_config=None, access_log=False)
    server = RunningServer(config, app.state.sightline)
    bound = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    assert server.listening.wait(30)
    watch = LoopWatch()

    def in_loop(call: Callable[[], None]) -> None:
        async def run() -> None:
            call()

        asyncio.run_coroutine_threadsafe(run(), server.loop).result(30)

    try:
        settled = asyncio.run_coroutine_threadsafe(server.state.settled.wait(), server.loop)
        assert settled.result(30)
        with httpx.Client(base_url=url_of(bound), timeout=30, trust_env=False) as client:
            _ask_everything(client, library)  # what is imported or opened once, is
            in_loop(lambda: sys.setprofile(watch))
            yield client, watch
            in_loop(lambda: sys.setprofile(None))
            assert type(server.loop).__module__ == "uvloop"
    finally:
        server.should_exit = True
        thread.join(30)
        bound.close()


def _ask_everything(client: httpx.Client, library: Any) -> list[str]:
    """One request to every GET route, and to those that are asked by POST."""
    (hit, *_) = client.get("/v1/search", params={"q": "red"}).json()["hits"]
    for stored in (library.data_dir / "collections/default/thumbnails").rglob("*.jpg"):
        stored.unlink()  # so that it is drawn
    parameters = {"{image_id}": hit["id"], "{collection}": "default", "{name}": "default"}
    document = client.get("/openapi.json").json()
    asked: list[str] = []
    for path, methods in document["paths"].items():
        if "get" not in methods or path.endswith("/events"):
            continue
        for place, value in parameters.items():
            path = path.replace(place, value)
        if "{" not in path:
            client.get(path, params={"q": f"red {len(asked)}", "facets": "format"})
            asked.append(path)
    image = {"base64": base64.b64encode(picture_bytes("blue", size=(900, 700))).decode()}
    question = {"query": [{"text": "blue"}, {"image": image}, {"image": {"id": hit["id"]}}]}
    for body in (question, {**question, "fold_duplicates": True, "mode": "hybrid"}):
        assert client.post("/v1/search", json=body).status_code == 200
    names = {"image": image, "classnames": ["red", "blue"]}
    assert client.post("/v1/classify", json=names).status_code == 200
    file = {"image": ("a.png", picture_bytes("green", size=(901, 700)))}
    assert client.post("/v1/search", files=file).status_code == 200
    assert client.get(f"/v1/images/{hit['id']}", headers={"range": "bytes=1-9"}).status_code == 206
    return asked


def test_event_loop_does_nothing_that_may_block_whatever_is_asked(library):
    with _watched(library) as (client, watch):
        asked = _ask_everything(client, library)
    assert len(asked) > 15
    assert not watch.seen, "\n".join(sorted(watch.seen))


def _counted(metrics: Metrics) -> dict[tuple[str, ...], float]:
    ours = [one for family in metrics.registry.collect() for one in family.samples]
    return {
        (one.name, *one.labels.values()): one.value
        for one in ours
        if one.name.startswith("sightline_")
    }


@pytest.mark.anyio
async def test_routes_are_built_before_the_first_request_and_nothing_is_asked(library):
    app = create_app(settings_of(library.data_dir), lambda _: library.encoder)
    async with app.router.lifespan_context(app):
        await app.state.sightline.settled.wait()
        before = _counted(app.state.sightline.metrics)
        await warm_routes(app)
        assert _counted(app.state.sightline.metrics) == before
    paths = app.openapi()["paths"]
    for path in ASKED:
        assert "get" in paths[path.replace(f"/{NOWHERE}", "/{image_id}")], path


def test_server_brings_the_quick_loop_and_the_quick_parser():
    wanted = importlib.metadata.requires("uvicorn") or []
    standard = [line for line in wanted if "extra == 'standard'" in line]
    assert {"uvloop", "httptools"} <= {line.partition(">")[0].strip() for line in standard}
