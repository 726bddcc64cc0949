"""The Python client, blocking and awaitable, against the real service and against a stand-in that
misbehaves.
"""

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app.client import awaiting_resources, blocking_resources
from app.client.awaiting import AsyncClient
from app.client.blocking import Client
from app.client.calls import SearchOptions
from app.client.errors import (
    CursorExpiredError,
    LockedError,
    MissingError,
    OverloadedError,
    ProblemError,
    RefusedError,
    UnavailableError,
    error_of,
)
from app.client.job_calls import JobOptions
from app.client.terms import embedding, item, picture, text
from app.error_table import ERROR_TABLE
from app.job_schemas import JobBody
from app.schemas import Problem
from app.search_schemas import SearchBody
from models.fake_encoder import FakeEncoder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ours(client: httpx.Client) -> Iterator[Client]:
    """Our client of the service."""
    with Client(str(client.base_url)) as ours:
        yield ours


def test_client_searches_in_every_form_of_a_question(ours: Client, picture: Any, tmp_path: Path):
    file = tmp_path / "query.png"
    file.write_bytes(picture("purple"))
    red = ours.search("red", k=1).hits[0]
    assert ours.images.info(red.id).uri.endswith("red.png")
    assert ours.search(item(red.id), k=1).hits[0].id == red.id
    purple = ours.search(_picture(file), k=1).hits[0]
    assert ours.images.info(purple.id).uri.endswith("purple.jpg")
    assert ours.search(_picture(picture("purple")), k=1).hits[0].id == purple.id
    numbers = FakeEncoder().encode_text(["red"])[0].tolist()
    assert ours.search(embedding(numbers), k=1).hits[0].id == red.id
    away = ours.search(["red", text("red boat", -0.5), text("blue", 0.2)], k=6)
    assert (len(away.hits), away.generation) == (6, 1)


_picture = picture


def test_client_passes_every_option_on(ours: Client):
    red = ours.search("red", k=1).hits[0]
    answer = ours.search(
        "green",
        k=5,
        collection="default",
        filter={"format": {"in": ["PNG", "JPEG"]}},
        mode="vector",
        facets=["format"],
        fold_duplicates=True,
        exclude=[text("black")],
        like=[red.id],
        dislike=[],
        fusion="balanced",
        diversity=0.1,
    )
    assert answer.matching == 6
    assert answer.facets is not None
    assert answer.facets["format"].distinct == 2
    with pytest.raises(RefusedError) as refused:
        ours.search("green", filter="widht > 3")
    assert (refused.value.code, refused.value.problem.status) == ("unknown_field", 400)


def test_options_of_the_client_are_those_of_the_api():
    asked_otherwise = {"query", "target", "vocabulary"}
    known = SearchBody.model_fields.keys() - asked_otherwise
    assert SearchOptions.__annotations__.keys() == known
    assert JobOptions.__annotations__.keys() == JobBody.model_fields.keys()


def test_client_goes_through_pages_as_one_answer(ours: Client):
    whole = [hit.id for hit in ours.search("red", k=100).hits]
    assert [hit.id for hit in ours.hits("red", k=2)] == whole
    pages = list(ours.pages("red", k=4))
    assert [len(page.hits) for page in pages] == [4, 2]


def test_client_classifies_pictures_in_every_form(ours: Client, picture: Any, tmp_path: Path):
    file = tmp_path / "query.png"
    file.write_bytes(picture("purple"))
    known = ours.search("purple", k=1).hits[0].id
    for one in (file, picture("purple"), known):
        answer = ours.classify(one, ["red", "purple"], templates=["{}"])
        assert answer.classes[0].classname == "purple"


def test_client_gets_embeddings_without_rounding(ours: Client, picture: Any):
    texts = ["a red boat", "blue"]
    rows = np.array(ours.embed_texts(texts), np.float32)
    assert np.array_equal(rows, FakeEncoder().encode_text(texts))
    (row,) = ours.embed_pictures([picture("red")])
    assert ours.search(embedding(row), k=1).hits == ours.search(_picture(picture("red")), k=1).hits


def test_client_reads_pictures_collections_and_the_model(ours: Client):
    hit = ours.search("red", k=1).hits[0]
    assert ours.images.original(hit.id).startswith(b"\x89PNG")
    assert ours.images.thumbnail(hit.id).startswith(b"\xff\xd8")
    (collection,) = ours.collections.list()
    assert ours.collections.show("default") == collection
    assert (collection.items, collection.skipped) == (6, 1)
    assert ours.collections.skipped("default").skipped[0].uri.endswith("broken.jpg")
    assert len(ours.collections.sample("default", k=3, seed=1).hits) == 3
    assert "width" in {field.name for field in ours.collections.fields("default").fields}
    assert (ours.collections.map("default").side, ours.collections.map("default").items) == (4, 6)
    assert ours.collections.map_tile("default", 0, 0, 0).slots[0].count == 6
    assert ours.collections.generations("default").generations[0].served
    assert (ours.model().model_name, ours.ready().status) == ("fake", "ready")


def test_client_starts_follows_and_ends_jobs(ours: Client):
    job = ours.jobs.start(retry_skipped=True)
    assert (job.state, job.parameters.retry_skipped) == ("queued", True)
    assert ours.jobs.pause(job.id).state == "paused"
    assert ours.jobs.resume(job.id).state == "queued"
    assert ours.jobs.list(state="queued", limit=1).jobs[0].id == job.id
    assert ours.jobs.cancel(job.id).state == "cancelled"
    events = list(ours.jobs.events(job.id))
    assert [event.data.state for event in events if event.kind == "state"][-1] == "cancelled"
    assert list(ours.jobs.events(job.id, after=events[-1].number)) == []
    assert ours.jobs.wait(job.id).state == "cancelled"
    assert ours.jobs.skipped(job.id).total == 1
    ours.jobs.cancel(ours.jobs.retry_skipped(job.id).id)
    with pytest.raises(MissingError) as missing:
        ours.jobs.show(10**6)
    assert missing.value.code == "job_not_found"


@pytest.mark.anyio
async def test_awaitable_client_does_the_same(client: httpx.Client, ours: Client, picture: Any):
    async with AsyncClient(str(client.base_url)) as other:
        assert (await other.search("red", k=3)).hits == ours.search("red", k=3).hits
        whole = [hit.id for hit in ours.search("red", k=100).hits]
        assert [hit.id async for hit in other.hits("red", k=2)] == whole
        assert await other.embed_texts(["red"]) == ours.embed_texts(["red"])
        assert await other.embed_pictures([picture("red")]) == ours.embed_pictures([picture("red")])
        best = (await other.classify(picture("red"), ["red", "blue"])).classes[0]
        assert best.classname == "red"
        assert await other.images.original(whole[0]) == ours.images.original(whole[0])
        assert await other.collections.list() == ours.collections.list()
        assert (await other.model(), await other.ready()) == (ours.model(), ours.ready())
        added = await other.schedules.add("30 3 * * *", retry_skipped=True)
        assert await other.schedules.list() == ours.schedules.list() == [added]
        await other.schedules.remove(added.id)
        assert ours.schedules.list() == []
        job = await other.jobs.start()
        await other.jobs.cancel(job.id)
        events = [event async for event in other.jobs.events(job.id)]
        assert events == list(ours.jobs.events(job.id))
        assert (await other.jobs.wait(job.id)).state == "cancelled"
        with pytest.raises(MissingError):
            await other.images.info("nothing")


def test_both_clients_have_the_same_methods():
    pairs = [(Client, AsyncClient)] + [
        (getattr(blocking_resources, name), getattr(awaiting_resources, f"Async{name}"))
        for name in ("Images", "Collections", "Keys", "Jobs", "Schedules")
    ]
    for blocking, awaiting in pairs:
        assert _signatures(blocking) == _signatures(awaiting)


def _signatures(kind: type) -> dict[str, list[str]]:
    return {
        name: list(inspect.signature(method).parameters)
        for name, method in vars(kind).items()
        if inspect.isfunction(method) and not name.startswith("_")
    }


def test_every_problem_of_the_service_is_an_error_of_the_tree():
    kinds = {
        row.code: error_of(
            Problem(type="", title="", status=row.status, detail="", code=row.code), None
        )
        for row in ERROR_TABLE
    }
    assert all(isinstance(error, ProblemError) for error in kinds.values())
    for code, kind in {
        "cursor_expired": CursorExpiredError,
        "overloaded": OverloadedError,
        "image_not_found": MissingError,
        "writing_off": LockedError,
        "invalid_request": RefusedError,
        "not_ready": UnavailableError,
    }.items():
        assert type(kinds[code]) is kind


def test_client_loads_neither_model_nor_index():
    script = (
        "import sys, json, app.client.blocking, app.client.awaiting; "
        "print(json.dumps([n for n in ('torch', 'faiss', 'open_clip', 'fastapi') "
        "if n in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
