"""PUT and DELETE /v1/images/{id} over a real socket, with a worker of its own."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from app.engines import EncoderLoader
from indexer.config import IndexConfig
from indexer.jobs.board import JobBoard
from indexer.jobs.worker import Worker, WorkerSetup
from models.config import ModelConfig
from models.errors import ModelLoadError
from tests.app.conftest import COLOURS, Library, MakeSettings, Serving, picture_bytes

PNG = {"Content-Type": "image/png"}


def _worker(library: Library, load: EncoderLoader | None = None) -> Worker:
    setup = WorkerSetup(
        library.data_dir,
        config_for=lambda name: IndexConfig(
            library.data_dir, name, decode_workers=2, thumbnails=False
        ),
        model_for=lambda _: ModelConfig("fake"),
        load_encoder=load or (lambda _: library.encoder),
        model_key=lambda _: library.encoder.info.fingerprint,
        poll_s=0.05,
    )
    return Worker(setup, say=lambda _: None)


def _work(library: Library) -> int:
    """Run all jobs that can run within a moment, in this process."""
    return _worker(library).run(idle_exit_s=0.4)


@pytest.fixture
def uploads_client(
    library: Library, settings_for: MakeSettings, serving: Serving
) -> Iterator[httpx.Client]:
    """A client of a service that serves the test's library and keeps no worker."""
    with serving(settings_for(), lambda _: library.encoder) as client:
        yield client


def _until_served(client: httpx.Client, generation: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        answer = client.get("/v1/search", params={"q": "red", "k": 1})
        if answer.status_code == 200 and answer.json()["generation"] >= generation:
            return
        time.sleep(0.02)
    raise AssertionError(f"generation {generation} is not served")


def _found(client: httpx.Client, image: bytes) -> dict[str, Any]:
    """The pictures that are most like one, by id, with their scores."""
    body = {"query": [{"image": {"base64": base64.b64encode(image).decode()}}], "k": 50}
    hits = client.post("/v1/search", json=body).json()["hits"]
    return {hit["id"]: hit for hit in hits}


def test_picture_that_is_put_is_found_changed_and_removed(
    uploads_client: httpx.Client, library: Library
):
    client, violet = uploads_client, picture_bytes((120, 0, 200))
    answer = client.put("/v1/images/my.violet", content=violet, headers=PNG)
    assert (answer.status_code, answer.json()["change"]) == (202, "created")
    assert answer.json()["state"] == "pending"
    assert client.get("/v1/images/my.violet").status_code == 404
    assert answer.headers["Location"] == f"/v1/jobs/{answer.json()['job_id']}"
    assert _work(library) == 1
    done = client.get(answer.headers["Location"]).json()
    assert (done["state"], done["result"]["new"]) == ("done", 1)
    _until_served(client, done["result"]["generation"])
    assert client.get("/v1/images/my.violet").content == violet
    assert client.get("/v1/images/my.violet/thumbnail").headers["content-type"] == "image/jpeg"
    assert _found(client, violet)["my.violet"]["score"] > 0.99
    # the same once more, then words alone, then another picture
    again = client.put("/v1/images/my.violet", content=violet, headers=PNG)
    assert (again.status_code, again.json()["state"]) == (200, "published")
    assert (again.json()["change"], again.json()["job_id"]) == ("unchanged", None)
    words = {"captions": ["a violet wall", " ", "a violet wall"], "metadata": {"room": 3}}
    assert client.put("/v1/images/my.violet", json=words).json()["change"] == "changed"
    pink = picture_bytes((250, 150, 200))
    changed = client.put("/v1/images/my.violet", content=pink, headers=PNG).json()
    assert (changed["captions"], changed["metadata"]) == (["a violet wall"], {"room": 3})
    assert _work(library) == 1
    _until_served(client, done["result"]["generation"] + 1)
    info = client.get("/v1/images/my.violet/info").json()
    assert (info["source"], info["uri"]) == ("upload:", "upload:my.violet")
    assert (info["caption"], info["metadata"]) == ("a violet wall", {"room": 3})
    assert client.get("/v1/images/my.violet").content == pink
    removed = client.delete("/v1/images/my.violet")
    assert (removed.status_code, removed.json()["change"]) == (202, "removed")
    assert client.delete("/v1/images/my.violet").status_code == 202
    assert _work(library) == 1
    _until_served(client, done["result"]["generation"] + 2)
    assert client.delete("/v1/images/my.violet").json()["code"] == "image_not_found"
    assert _found(client, violet).keys() == _found(client, pink).keys()
    assert len(_found(client, violet)) == len(COLOURS)


def test_many_pictures_put_close_together_are_published_at_once(
    uploads_client: httpx.Client, library: Library
):
    before = uploads_client.get("/v1/collections/default").json()["generation"]
    answers = [
        uploads_client.put(f"/v1/images/{number}", content=picture_bytes((number, 9, 9)))
        for number in range(20)
    ]
    assert len({answer.json()["job_id"] for answer in answers}) == 1
    assert _work(library) == 1
    _until_served(uploads_client, before + 1)
    assert uploads_client.get("/v1/collections/default").json()["items"] == len(COLOURS) + 20


def test_put_takes_a_form_and_json_as_well(uploads_client: httpx.Client, library: Library):
    files = {"image": ("c:\\..\\x.png", picture_bytes((1, 2, 3)), "image/png")}
    form = {"captions": ["one", "two"], "metadata": '{"year": 1999}'}
    answer = uploads_client.put("/v1/images/form", files=files, data=form)
    assert answer.status_code == 202
    assert answer.json()["captions"] == ["one", "two"]
    assert answer.json()["metadata"] == {"year": 1999}
    image = base64.b64encode(picture_bytes((3, 2, 1))).decode()
    answer = uploads_client.put("/v1/images/json", json={"image": image, "captions": ["three"]})
    assert answer.json()["captions"] == ["three"]
    cleared = uploads_client.put(
        "/v1/images/form", content=b'{"captions": []}', headers={"Content-Type": "application/json"}
    )
    assert (cleared.json()["captions"], cleared.json()["metadata"]) == ([], {"year": 1999})
    names = [path.name for path in library.config().uploads_dir().rglob("*") if path.is_file()]
    assert sorted(names) == sorted({answer.json()["content_hash"], cleared.json()["content_hash"]})


def test_wait_s_answers_when_searches_see_the_change(
    empty_library: Library, settings_for: MakeSettings, serving: Serving
):
    """A new collection, and a worker beside the service."""
    worker = _worker(empty_library)
    thread = threading.Thread(target=worker.run)
    with serving(settings_for(), lambda _: empty_library.encoder) as client:
        thread.start()
        try:
            status = 202
            while status == 202:  # on a slow machine the first wait may be too short
                answer = client.put(
                    "/v1/images/first", params={"wait_s": 10}, content=picture_bytes("red")
                )
                status = answer.status_code
        finally:
            worker.stop()
            thread.join()
        assert (status, answer.json()["generation"]) == (200, 1)
        assert client.get("/v1/search?q=red").json()["hits"][0]["id"] == "first"


def _bomb() -> bytes:
    """A BMP that says it has more pixels than any service decodes."""
    data = bytearray(picture_bytes("red", kind="BMP"))
    data[18:26] = (60_000).to_bytes(4, "little") * 2
    return bytes(data)


REFUSED: tuple[tuple[str, dict[str, Any], int, str], ...] = (
    ("x", {"content": b"no picture"}, 415, "image_unsupported"),
    ("x", {"content": picture_bytes("red", kind="JPEG")[:300]}, 400, "image_corrupt"),
    ("x", {"content": _bomb()}, 413, "image_too_large"),
    ("x", {"content": b"\0" * 40_000_000}, 413, "body_too_large"),
    ("x", {"content": b""}, 400, "invalid_request"),
    ("x", {"json": {}}, 400, "invalid_request"),
    ("x", {"json": {"captions": ["of nothing"]}}, 404, "image_not_found"),
    ("x", {"json": {"captions": ["x"] * 101}}, 400, "invalid_request"),
    ("x", {"json": {"metadata": {"a": "x" * 70_000}}}, 400, "invalid_request"),
    ("x", {"json": {"image": "%%%"}}, 400, "invalid_request"),
    ("x", {"json": {"picture": "aaaa"}}, 400, "invalid_request"),
    (
        "x",
        {
            "content": b'{"metadata": {"a": NaN}}',
            "headers": {"Content-Type": "application/json"},
        },
        400,
        "invalid_request",
    ),
    ("x", {"data": {"metadata": "[1]"}, "files": {"image": b"x"}}, 400, "invalid_request"),
    ("x", {"data": {"a": "form"}}, 415, "unsupported_body"),
    ("%2e%2e%2fx", {"content": b"x"}, 404, "not_found"),
    ("a%20b", {"content": b"x"}, 400, "invalid_request"),
    ("x" * 65, {"content": b"x"}, 400, "invalid_request"),
    ("x?collection=nowhere", {"content": picture_bytes("red")}, 404, "collection_not_found"),
    ("x?collection=No+Name", {"content": picture_bytes("red")}, 400, "invalid_request"),
)


def test_put_that_cannot_be_is_refused_in_the_one_shape_and_leaves_nothing(
    uploads_client: httpx.Client, library: Library
):
    for path, request, status, code in REFUSED:
        answer = uploads_client.put(f"/v1/images/{path}", **request)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (path, request)
        assert answer.headers["content-type"] == "application/problem+json"
    assert not library.config().uploads_path().exists()
    assert not (library.data_dir / "collections" / "nowhere").exists()
    assert uploads_client.get("/v1/jobs").json()["jobs"] == []


def test_picture_of_a_folder_is_neither_changed_nor_removed(uploads_client: httpx.Client):
    hit = uploads_client.get("/v1/search?q=red&k=1").json()["hits"][0]
    for answer in (
        uploads_client.put(f"/v1/images/{hit['id']}", content=picture_bytes("red")),
        uploads_client.delete(f"/v1/images/{hit['id']}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "image_of_source")
        assert "pictures: change or remove it there" in answer.json()["detail"]


def test_nothing_is_put_where_writing_is_off_or_another_site_asks(
    library: Library, settings_for: MakeSettings, serving: Serving, uploads_client: httpx.Client
):
    red = picture_bytes("red")
    foreign = {"Origin": "http://elsewhere.example"}
    assert uploads_client.put("/v1/images/x", content=red, headers=foreign).status_code == 403
    with serving(settings_for(writing="off"), lambda _: library.encoder) as client:
        assert client.put("/v1/images/x", content=red).status_code == 403
        assert client.delete("/v1/images/x").status_code == 403
    assert not library.config().uploads_path().exists()


def test_collection_is_made_by_a_put_only_if_that_is_said(
    uploads_client: httpx.Client, library: Library
):
    made = {"collection": "new", "create": "true"}
    answer = uploads_client.put("/v1/images/x", params=made, content=picture_bytes("red"))
    assert answer.status_code == 202
    assert _work(library) == 1
    again = uploads_client.put(
        "/v1/images/x", params={"collection": "new"}, content=picture_bytes("red")
    )
    assert (again.status_code, again.json()["generation"]) == (200, 1)


def test_service_that_starts_queues_what_no_job_will_take_in(
    library: Library, settings_for: MakeSettings, serving: Serving
):
    """The last job failed; a job that was cancelled is not queued again, an open one not twice."""

    def at_start() -> list[dict[str, Any]]:
        with serving(settings_for(), lambda _: library.encoder) as client:
            jobs: list[dict[str, Any]] = client.get("/v1/jobs").json()["jobs"]
            return jobs

    def fails(_: ModelConfig) -> Any:
        raise ModelLoadError("fake", "there are no weights")

    with serving(settings_for(), lambda _: library.encoder) as client:
        client.put("/v1/images/x", content=picture_bytes((120, 0, 200))).raise_for_status()
    assert _worker(library, fails).run(idle_exit_s=0.4) == 1
    jobs = at_start()
    assert [(job["id"], job["state"]) for job in jobs] == [(2, "queued"), (1, "failed")]
    assert [job["parameters"]["uploads"] for job in jobs] == [True, True]
    assert [job["id"] for job in at_start()] == [2, 1]
    with closing(JobBoard(library.data_dir)) as board:
        board.cancel(2)
        assert [job["id"] for job in at_start()] == [2, 1]
        board.add_uploads("default")
    assert _work(library) == 1
    assert [job["id"] for job in at_start()] == [3, 2, 1]


def test_jobs_for_pictures_leave_the_history_of_other_jobs_alone(library: Library):
    board = JobBoard(library.data_dir)
    try:
        first = board.add_uploads("default")
        assert board.add_uploads("default").job_id == first.job_id
        assert board.add_uploads("other").job_id != first.job_id
        assert json.loads(first.parameters.to_json())["uploads"] is True
    finally:
        board.close()
