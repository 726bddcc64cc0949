"""Generations that come and go under a running service: real server, real indexer."""

import asyncio
import fcntl
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from app.engines import Engines
from app.follower import Follower
from app.live import LiveCollections
from app.settings import Settings
from models.fake_encoder import FakeEncoder
from tests.app.waiting import eventually


def _generation(client: httpx.Client, collection: str = "default") -> int | None:
    answer = client.get(f"/v1/collections/{collection}")
    return answer.json().get("generation") if answer.status_code == 200 else None


@pytest.fixture
def hammer(own_client: httpx.Client) -> Iterator[Counter[tuple[int, int, int]]]:
    """Searches without a pause; counts (status, generation, number of hits)."""
    seen: Counter[tuple[int, int, int]] = Counter()
    stop = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=own_client.base_url, timeout=20, trust_env=False) as client:
            while not stop.is_set():
                answer = client.get("/v1/search", params={"q": "red", "k": 100})
                body = answer.json()
                seen[answer.status_code, body.get("generation", 0), len(body.get("hits", []))] += 1

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    yield seen
    stop.set()
    for thread in threads:
        thread.join()


def _is_seen(hammer: Counter[tuple[int, int, int]], generation: int) -> bool:
    return (200, generation, generation + 5) in hammer


def test_new_generation_is_served_without_a_failed_or_mixed_answer(
    library, own_client: httpx.Client, hammer
):
    for number in range(2, 6):
        library.add(f"extra{number}.png", (number, 10, 10))
        library.index()
        eventually(partial(_is_seen, hammer, number))
    # Generation g holds 5 + g pictures: another pair would be an answer of two generations.
    assert {status for status, _, _ in hammer} == {200}
    assert all(hits == generation + 5 for _, generation, hits in hammer)


@pytest.mark.anyio
async def test_new_generation_is_served_by_the_second_look_at_the_latest(library, settings_for):
    settings = settings_for(poll_interval_s=0.05)
    engines = Engines(settings, lambda _: library.encoder)
    live = LiveCollections(settings, engines, await engines.configured())
    follower = Follower(settings, engines, live)
    looks, look = 0, follower.look

    async def counted() -> None:
        nonlocal looks
        looks += 1
        await look()

    follower.look = counted  # type: ignore[method-assign]
    watching = asyncio.create_task(follower.watch())
    while live.served("default") != 1:
        await asyncio.sleep(0.01)
    library.add("extra.png", (1, 2, 3))
    await asyncio.to_thread(library.index)
    before = looks  # one may be on its way that began too early
    while live.served("default") != 2:
        await asyncio.sleep(0.01)
    watching.cancel()
    live.close()
    assert looks - before <= 2
    assert Settings().poll_interval_s == 0.25  # so that is half a second


def test_collection_that_appears_later_is_picked_up(empty_library, settings_for, serving):
    with serving(settings_for(), lambda _: empty_library.encoder) as client:
        nothing = client.get("/v1/search", params={"q": "red"})
        assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_indexed")
        assert "sightline index" in nothing.json()["detail"]
        assert client.get("/v1/collections").json() == {"collections": []}
        assert client.get("/readyz").status_code == 200
        empty_library.add("red.png", "red")
        empty_library.index()
        empty_library.index("holiday")
        eventually(lambda: _generation(client, "holiday") == 1)
        found = client.get("/v1/search", params={"q": "red", "collection": "holiday"})
        assert len(found.json()["hits"]) == 1


def test_collection_that_is_deleted_is_no_longer_served(library, own_client: httpx.Client):
    for path in sorted((library.data_dir / "collections/default").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    eventually(lambda: own_client.get("/v1/collections").json() == {"collections": []})
    assert own_client.get("/v1/search", params={"q": "red"}).status_code == 409


def test_service_of_another_model_than_the_index_says_so_in_words(library, settings_for, serving):
    other = FakeEncoder(seed=7)
    with serving(settings_for(), lambda _: other) as client:
        answer = client.get("/v1/search", params={"q": "red"})
        assert (answer.status_code, answer.json()["code"]) == (409, "model_mismatch")
        assert library.encoder.info.fingerprint in answer.json()["detail"]
        assert client.get("/v1/collections").json()["collections"][0]["problem"]


def test_generation_that_is_damaged_is_refused_while_the_old_one_serves(
    library, own_client: httpx.Client, settings_for, serving
):
    library.add("extra.png", (1, 2, 3))
    library.index()
    eventually(lambda: _generation(own_client) == 2)
    index = library.data_dir / "collections/default/generations/000002/index.faiss"
    index.write_bytes(index.read_bytes()[:-10])
    shutil.rmtree(index.parent.parent / "000001")
    assert own_client.get("/v1/search", params={"q": "red"}).status_code == 200
    with serving(settings_for(), lambda _: library.encoder) as client:
        answer = client.get("/v1/search", params={"q": "red"})
        assert (answer.status_code, answer.json()["code"]) == (503, "generation_damaged")
        assert str(index) not in answer.text


@pytest.mark.anyio
async def test_old_generation_stays_open_until_its_last_request_is_done(library, settings_for):
    settings = settings_for()
    engines = Engines(settings, lambda _: library.encoder)
    live = LiveCollections(settings, engines, await engines.configured())
    follower = Follower(settings, engines, live)
    await follower.look()
    manifest = library.data_dir / "collections/default/generations/000001/manifest.json"
    question = library.encoder.encode_text(["red"])
    with live.lease("default") as old:
        library.add("extra.png", (1, 2, 3))
        library.index()
        await follower.look()
        with live.lease("default") as new:
            assert (old.record.generation, new.record.generation) == (1, 2)
        assert len(old.search(question, 100)[0]) == 6
        assert _is_leased(manifest)
    live.close()
    eventually(lambda: not _is_leased(manifest))


def test_old_generation_is_let_go_once_nobody_uses_it(library, own_client: httpx.Client):
    manifest = library.data_dir / "collections/default/generations/000001/manifest.json"
    assert _is_leased(manifest)
    library.add("extra.png", (1, 2, 3))
    library.index()
    eventually(lambda: _generation(own_client) == 2)
    eventually(lambda: not _is_leased(manifest))


def _is_leased(manifest: Any) -> bool:
    """Whether some process holds the generation open."""
    with manifest.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
