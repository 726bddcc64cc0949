"""The service follows the model of what is published: loads it beside the old one, changes both at
once, refuses in words what it cannot load, and frees what nobody uses.
"""

import asyncio
import gc
import logging
import threading
import weakref
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest

from app.engines import Engines
from app.follower import Follower
from app.live import LiveCollections
from app.settings import Settings
from indexer.generations import roll_back
from indexer.searcher import Searcher, current_generation
from models.config import ModelConfig
from models.encoder import Encoder
from tests.app.shelf import NamedEncoder, Shelf, hammering
from tests.app.waiting import eventually

OLD = NamedEncoder("old", dim=32, seed=1)
NEW = NamedEncoder("new", dim=48, seed=5)


QUESTION = "a boat"  # no colour: every fake model gives it a direction of its own


@pytest.fixture
def shelf() -> Shelf:
    """Two models."""
    return Shelf({"old": lambda: OLD, "new": lambda: NEW})


def _is_seen(seen: Counter[tuple[int, int, int]], generation: int) -> bool:
    return seen[200, generation, 3] > 0


def _first(client: httpx.Client, **parameters: str) -> tuple[int, str, float]:
    body = client.get("/v1/search", params={"q": QUESTION, **parameters}).json()
    return body["generation"], body["hits"][0]["id"], body["hits"][0]["score"]


def _own_score(encoder: Encoder, library) -> float:
    """What the question must give in a generation of this model, computed here."""
    searcher = Searcher.open(library.config())
    try:
        return searcher.search(encoder.encode_text([QUESTION]), 1)[0][0].score
    finally:
        searcher.close()


def test_generation_of_another_model_is_served_with_that_model_and_no_answer_fails(
    empty_library, shelf: Shelf, settings_for, serving
):
    library = empty_library
    for colour in ("red", "green", "blue"):
        library.add(f"{colour}.png", colour)
    library.index(encoder=OLD)
    with serving(settings_for(model="old"), shelf.load) as client, hammering(client) as seen:
        for number, encoder in ((2, NEW), (3, OLD), (4, NEW)):
            eventually(partial(_is_seen, seen, number - 1))
            library.index(encoder=encoder)
            eventually(partial(_is_seen, seen, number))
            assert _first(client)[2] == pytest.approx(_own_score(encoder, library), abs=1e-4)
            model = client.get("/v1/model").json()
            assert (model["model_name"], model["dim"]) == (
                encoder.info.model_name,
                encoder.info.dim,
            )
            assert client.get("/readyz").json()["model"] == encoder.info.model_name
    assert set(seen) == {(200, generation, 3) for generation in (1, 2, 3, 4)}
    assert shelf.names() == ["old", "new", "old", "new"]


def test_class_scores_are_those_of_the_model_that_is_served(
    library, shelf: Shelf, settings_for, serving, picture
):
    library.index(encoder=OLD)
    question = {"classnames": ["red", "blue"]}

    def score(client: httpx.Client) -> float:
        answer = client.post("/v1/classify", data=question, files={"image": picture("red")})
        return next(
            float(one["score"]) for one in answer.json()["classes"] if one["classname"] == "blue"
        )

    with serving(settings_for(model="old"), shelf.load) as client:
        before = score(client)
        library.index(encoder=NEW)
        eventually(lambda: client.get("/v1/model").json()["model_name"] == "new")
        assert abs(score(client) - before) > 1e-3


def test_model_that_is_not_here_is_refused_in_words_until_its_files_come(
    library, shelf: Shelf, settings_for, serving, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    library.index(encoder=OLD)
    folder = tmp_path / "my model"
    stranger = NamedEncoder(str(folder), dim=16, seed=8)
    with serving(settings_for(model="old"), shelf.load) as client:
        served = client.get("/v1/collections/default").json()["generation"]
        library.index(encoder=stranger)
        eventually(lambda: client.get("/v1/collections/default").json()["problem"])
        one = client.get("/v1/collections/default").json()
        for words in (str(folder), "there are no weights", "sightline generations rollback"):
            assert words in one["problem"]
        assert one["generation"] == served == _first(client)[0]
        assert client.get("/readyz").json()["problems"] == {"default": one["problem"]}
        assert one["problem"] in caplog.text
        loads = len(shelf.loads)
        shelf.encoders[str(folder)] = lambda: stranger
        folder.mkdir()
        (folder / "weights.safetensors").write_bytes(b"here they are")
        eventually(lambda: _first(client)[0] == served + 1)
        assert client.get("/readyz").json()["problems"] == {}
        assert len(shelf.loads) == loads + 1


def test_model_of_the_same_name_with_other_weights_is_refused_until_all_is_embedded_again(
    library, shelf: Shelf, settings_for, serving
):
    """As after an upgrade that brings another built-in model."""
    library.index(encoder=NamedEncoder("old", dim=48, seed=99))
    with serving(settings_for(model="old"), shelf.load) as client:
        refused = client.get("/v1/search", params={"q": QUESTION})
        assert (refused.status_code, refused.json()["code"]) == (409, "model_mismatch")
        problem = client.get("/v1/collections/default").json()["problem"]
        assert refused.json()["detail"] == problem
        for words in ("other weights here", OLD.info.fingerprint, "reindex --model old` embeds"):
            assert words in problem
        library.index(encoder=OLD)
        eventually(lambda: client.get("/readyz").json()["problems"] == {})
        served = _first(client)[0]
        roll_back(library.config())
        eventually(lambda: client.get("/v1/collections/default").json()["problem"] == problem)
        assert _first(client)[0] == served


def test_start_serves_the_newest_generation_that_it_can_and_says_what_it_cannot(
    library, shelf: Shelf, settings_for, serving, caplog: pytest.LogCaptureFixture
):
    library.index(encoder=OLD)
    library.index(encoder=NamedEncoder("lost", dim=16))
    with serving(settings_for(model="old"), shelf.load) as client:
        one = client.get("/v1/collections/default").json()
        assert (one["generation"], one["model"]["model_name"]) == (2, "old")
        assert "'lost'" in one["problem"]
        assert "default" in client.get("/readyz").json()["problems"]
        assert _first(client)[0] == 2
        assert "serving the older generation 2" in caplog.text
        library.index(encoder=NEW)
        eventually(lambda: _first(client)[0] == 4)
        assert client.get("/v1/collections/default").json()["problem"] is None


def test_start_loads_the_model_that_the_collection_was_made_with(
    library, shelf: Shelf, settings_for, serving
):
    library.index(encoder=NEW)
    with serving(settings_for(model="old"), shelf.load) as client:
        assert _first(client)[0] == 2
        assert client.get("/v1/model").json()["model_name"] == "new"
        assert client.get("/readyz").json()["problems"] == {}


def test_model_is_loaded_as_this_machine_is_configured(
    library, shelf: Shelf, settings_for, serving
):
    library.index(encoder=NEW)
    settings = settings_for(model="old", pretrained="old.bin", precision="fp32", batch_size=7)
    with serving(settings, shelf.load):
        configured, followed = shelf.loads
    assert configured == settings.model_choice()
    assert followed == replace(configured, model_name="new", pretrained=None)


def test_collections_of_different_models_are_served_at_once_and_share_equal_ones(
    library, shelf: Shelf, settings_for, serving
):
    library.index(encoder=OLD)
    library.index("b", encoder=NEW)
    library.index("c", encoder=NEW)
    with serving(settings_for(model="old"), shelf.load) as client:
        assert shelf.names() == ["old", "new"]
        found = {name: _first(client, collection=name) for name in ("default", "b", "c")}
        assert found["b"][2] == found["c"][2] == pytest.approx(_first(client, collection="b")[2])
        assert abs(found["default"][2] - found["b"][2]) > 1e-4
        models = {
            name: client.get("/v1/model", params={"collection": name}).json()["model_name"]
            for name in found
        }
        assert models == {"default": "old", "b": "new", "c": "new"}
        library.index("b", encoder=OLD)
        eventually(lambda: _first(client, collection="b")[0] == 2)
        assert shelf.names() == ["old", "new"]
        assert _first(client, collection="c")[2] == found["c"][2]


def test_start_serves_an_older_generation_while_the_newest_is_damaged(
    library, shelf: Shelf, settings_for, serving
):
    library.index(encoder=OLD)
    library.index(encoder=NEW)
    (library.data_dir / "collections/default/generations/000003/manifest.json").unlink()
    with serving(settings_for(model="new"), shelf.load) as client:
        assert _first(client)[0] == 2
        assert "manifest.json" in client.get("/readyz").json()["problems"]["default"]


@pytest.mark.anyio
async def test_old_model_is_freed_when_its_last_request_ends(library, settings_for):
    settings: Settings = settings_for(model="old")
    made: list[weakref.ref[Encoder]] = []

    def load(config: ModelConfig) -> Encoder:
        encoder = NamedEncoder(config.model_name, seed=len(config.model_name))
        made.append(weakref.ref(encoder))
        return encoder

    library.index(encoder=NamedEncoder("first", seed=5))
    engines = Engines(settings, load)
    live = LiveCollections(settings, engines, await engines.configured())
    follower = Follower(settings, engines, live)
    await follower.look()
    await follower.settled()
    with live.pair("default") as old:
        library.index(encoder=NamedEncoder("second", seed=6))
        await follower.look()
        await follower.settled()
        with live.pair("default") as new:
            assert (old.engine.info.model_name, new.engine.info.model_name) == ("first", "second")
            embedding = await old.engine.batcher.encode_texts(["red"])
            assert len(old.searcher.search(embedding, 5)[0]) == 5
            assert old.searcher.record.fingerprint == old.engine.info.fingerprint
            assert new.searcher.record.fingerprint == new.engine.info.fingerprint
        gc.collect()
        assert [one() is not None for one in made] == [False, True, True]
    del old, new
    gc.collect()
    assert [one() is not None for one in made] == [False, False, True]
    follower.close()
    live.close()
    engines.close()


@pytest.mark.anyio
async def test_change_that_is_taken_back_while_its_model_loads_is_not_served(
    library, settings_for, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    library.index(encoder=OLD)
    settings, gate, asked = settings_for(model="old"), threading.Event(), threading.Event()

    def load(config: ModelConfig) -> Encoder:
        if config.model_name == "new":
            asked.set()
            assert gate.wait(20)
        return shelf.load(config)

    engines = Engines(settings, load)
    live = LiveCollections(settings, engines, await engines.configured())
    follower = Follower(settings, engines, live)
    await follower.look()
    library.index(encoder=NEW)
    await follower.look()
    assert await asyncio.to_thread(asked.wait, 20)
    monkeypatch.setattr("app.follower.current_generation", lambda _: 2)
    gate.set()
    await follower.settled()
    assert live.served("default") == 2
    monkeypatch.setattr("app.follower.current_generation", current_generation)
    await follower.look()
    await follower.settled()
    assert live.served("default") == 3
    follower.close()
    live.close()
    engines.close()


def test_log_says_which_model_is_loaded_for_what(
    library, shelf: Shelf, settings_for, serving, caplog: pytest.LogCaptureFixture
):
    library.index(encoder=NEW)
    with caplog.at_level(logging.INFO, "sightline"), serving(settings_for(model="old"), shelf.load):
        assert "loading new for generation 2" in caplog.text
        assert "the model old is no longer used" in caplog.text
