"""/v1/jobs and /v1/schedules over a real socket; workers are run by the test, or kept by the
service.
"""

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.main import get_command

from app import job_desk
from app.cli.main import cli
from app.settings import Settings, environment_for_child
from app.worker_keeper import WorkerKeeper, worker_command
from indexer.config import IndexConfig
from indexer.jobs.board import JobBoard
from indexer.jobs.claims import Claims
from indexer.jobs.records import JobParameters
from indexer.jobs.store import JobStore
from indexer.jobs.worker import Worker, WorkerSetup
from models.config import ModelConfig
from tests.app.conftest import Library
from tests.app.job_story import tell_story
from tests.app.job_workers import ROOT

DOCUMENT = ROOT / "docs" / "jobs.md"


@pytest.fixture
def jobs_client(library: Library, settings_for, serving):
    """A client of a service that serves the test's library and keeps no worker."""
    with serving(settings_for(), lambda _: library.encoder) as client:
        yield client


def _work(library: Library) -> None:
    """Run all jobs, in this process."""
    setup = WorkerSetup(
        library.data_dir,
        config_for=lambda name: IndexConfig(library.data_dir, name, decode_workers=2),
        model_for=lambda _: ModelConfig("fake"),
        load_encoder=lambda _: library.encoder,
        model_key=lambda _: library.encoder.info.fingerprint,
    )
    Worker(setup, say=lambda _: None).run(idle_exit_s=0)


@pytest.mark.timeout(600)
def test_job_over_http_is_told_in_the_document_as_it_happens(
    empty_library: Library, settings_for, serving
):
    with serving(settings_for(), lambda _: empty_library.encoder) as client:
        told = tell_story(client, empty_library)
    block = re.search(r"```text\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert block is not None
    assert block[1] == told, "print it anew: python -m tests.app.job_story"


def test_job_is_queued_run_and_shown_with_its_result(jobs_client: httpx.Client, library: Library):
    library.add("new.png", (1, 2, 3))
    answer = jobs_client.post("/v1/jobs", json={})
    assert answer.status_code == 201
    job = jobs_client.get(answer.headers["Location"]).json()
    assert (job["state"], job["collection"], job["result"]) == ("queued", "default", None)
    _work(library)
    done = jobs_client.get(answer.headers["Location"]).json()
    assert (done["state"], done["result"]["new"]) == ("done", 1)
    skipped = jobs_client.get(f"{answer.headers['Location']}/skipped", params={"limit": 1}).json()
    assert skipped["total"] == 1
    assert skipped["skipped"][0]["uri"].endswith("broken.jpg")
    again = jobs_client.post(f"{answer.headers['Location']}/retry-skipped")
    assert again.status_code == 201
    assert again.json()["parameters"]["retry_skipped"] is True


def test_jobs_are_listed_page_by_page(jobs_client: httpx.Client):
    ids = [jobs_client.post("/v1/jobs", json={}).json()["id"] for _ in range(3)]
    jobs_client.post(f"/v1/jobs/{ids[1]}/cancel")
    first = jobs_client.get("/v1/jobs", params={"limit": 2}).json()
    assert [job["id"] for job in first["jobs"]] == [ids[2], ids[1]]
    rest = jobs_client.get("/v1/jobs", params={"before": first["next_before"]}).json()
    assert [job["id"] for job in rest["jobs"]] == [ids[0]]
    assert rest["next_before"] is None
    cancelled = jobs_client.get("/v1/jobs", params={"state": "cancelled"}).json()
    assert [job["id"] for job in cancelled["jobs"]] == [ids[1]]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"sources": ["/no/such/folder"]}, 400, "source_unusable"),
        ({"sources": ["pictures"]}, 400, "invalid_request"),
        ({"collection": "nowhere"}, 404, "collection_not_found"),
        ({"collection": "No Name"}, 400, "invalid_request"),
        ({"surces": []}, 400, "invalid_request"),
        ({"model": ""}, 400, "invalid_request"),
    ],
)
def test_job_that_could_never_work_is_refused(jobs_client: httpx.Client, body, status, code):
    answer = jobs_client.post("/v1/jobs", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert jobs_client.get("/v1/jobs").json()["jobs"] == []


def test_job_routes_answer_what_cannot_be_done_in_the_one_shape(jobs_client: httpx.Client):
    for method, path in (("GET", ""), ("GET", "/events"), ("GET", "/skipped"), ("POST", "/pause")):
        answer = jobs_client.request(method, f"/v1/jobs/77{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "job_not_found")
    job_id = jobs_client.post("/v1/jobs", json={}).json()["id"]
    jobs_client.post(f"/v1/jobs/{job_id}/cancel")
    answer = jobs_client.post(f"/v1/jobs/{job_id}/resume")
    assert (answer.status_code, answer.json()["code"]) == (409, "job_state")
    assert jobs_client.delete("/v1/schedules/77").json()["code"] == "schedule_not_found"


def test_schedules_are_added_listed_and_removed(jobs_client: httpx.Client):
    body = {"cron": "30 3 * * *", "retry_skipped": True}
    added = jobs_client.post("/v1/schedules", json=body)
    assert added.status_code == 201
    (listed,) = jobs_client.get("/v1/schedules").json()["schedules"]
    assert listed == added.json()
    assert listed["parameters"]["retry_skipped"] is True
    assert jobs_client.delete(f"/v1/schedules/{listed['id']}").status_code == 204
    assert jobs_client.get("/v1/schedules").json()["schedules"] == []
    refused = jobs_client.post("/v1/schedules", json={"cron": "at night"})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")


WRITES = [
    ("POST", "/v1/jobs"),
    *(("POST", f"/v1/jobs/1/{action}") for action in ("pause", "resume", "cancel")),
    ("POST", "/v1/jobs/1/retry-skipped"),
    ("POST", "/v1/schedules"),
    ("DELETE", "/v1/schedules/1"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_service_that_may_not_be_written_to_refuses_every_change(
    library, settings_for, serving, method, path
):
    with serving(settings_for(writing="off"), lambda _: library.encoder) as client:
        answer = client.request(method, path, json={"cron": "* * * * *"} if "sch" in path else {})
        assert (answer.status_code, answer.json()["code"]) == (403, "writing_off")
        assert client.get("/v1/jobs").status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_pages_of_other_sites_may_not_change_anything(jobs_client: httpx.Client, origin: str):
    refused = jobs_client.post("/v1/jobs", json={}, headers={"Origin": origin})
    assert (refused.status_code, refused.json()["code"]) == (403, "foreign_origin")
    own = str(jobs_client.base_url).rstrip("/")
    assert jobs_client.post("/v1/jobs", json={}, headers={"Origin": own}).status_code == 201


def test_events_of_an_ended_job_are_told_once(jobs_client: httpx.Client):
    job_id = jobs_client.post("/v1/jobs", json={}).json()["id"]
    jobs_client.post(f"/v1/jobs/{job_id}/cancel")
    told = jobs_client.get(f"/v1/jobs/{job_id}/events")
    assert re.findall(r'"state":"(\w+)"', told.text) == ["queued", "cancelled"]
    last = re.findall(r"id: (\d+)", told.text)[-1]
    again = jobs_client.get(f"/v1/jobs/{job_id}/events", headers={"Last-Event-ID": last})
    assert again.status_code == 204


def test_events_are_for_so_many_clients_and_a_place_is_free_when_one_goes(
    jobs_client: httpx.Client, monkeypatch
):
    monkeypatch.setattr(job_desk, "MAX_STREAMS", 1)
    job_id = jobs_client.post("/v1/jobs", json={}).json()["id"]
    with jobs_client.stream("GET", f"/v1/jobs/{job_id}/events") as stream:
        lines = stream.iter_lines()  # an iterator that is forgotten closes its stream
        assert next(lines) == "retry: 2000"
        refused = jobs_client.get(f"/v1/jobs/{job_id}/events")
        assert (refused.status_code, refused.json()["code"]) == (429, "overloaded")
    for _ in range(1000):
        with jobs_client.stream("GET", f"/v1/jobs/{job_id}/events") as stream:
            if stream.status_code == 200:
                return
        time.sleep(0.02)
    raise AssertionError("the place of a client that has gone is never free")


def test_worker_that_the_service_keeps_has_the_same_settings(monkeypatch):
    settings = Settings(
        data_dir=Path("/srv/data"), model="m", low_priority=False, decode_workers=2, host="0.0.0.0"
    )
    for name, value in environment_for_child(settings).items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings
    parameters: Any = get_command(cli).commands["worker"].params  # type: ignore[attr-defined]
    known = {name for option in parameters for name in option.opts}
    assert {word.partition("=")[0] for word in worker_command() if word[:2] == "--"} <= known


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """Lets a service keep processes that only wait; gives what was started."""
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def start(_: list[str], **options: Any):
        code = "import signal, sys; signal.signal(15, lambda *_: sys.exit(0)); print(flush=True); "
        options["stdout"] = subprocess.PIPE
        process = real([sys.executable, "-c", code + "signal.pause()"], **options)
        assert process.stdout is not None
        process.stdout.readline()  # it now ends as it should when it is told to
        started.append(process)
        return process

    monkeypatch.setattr("app.worker_keeper.subprocess.Popen", start)
    yield started
    for process in started:
        process.kill()
        process.communicate()


def _wait_for(condition) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it never came true")


def test_service_starts_a_worker_when_there_is_a_job_and_another_when_it_dies(
    library, settings_for, serving, kept
):
    board = JobBoard(library.data_dir)
    store = JobStore(library.data_dir)
    with serving(settings_for(worker="auto"), lambda _: library.encoder) as client:
        assert kept == []
        job_id = client.post("/v1/jobs", json={}).json()["id"]
        _wait_for(lambda: len(kept) == 1)
        claims = Claims(store)
        claims.worker = f"{claims.worker.partition(':')[0]}:{kept[0].pid}:x"
        assert claims.claim() is not None
        kept[0].kill()
        _wait_for(lambda: len(kept) == 2)
        heir = Claims(store)
        claimed = heir.claim()
        assert claimed is not None
        assert (claimed.job_id, claimed.deaths) == (job_id, 1)
    assert kept[1].poll() == 0
    store.close()
    board.close()


def test_service_starts_no_worker_while_there_is_nothing_to_do(library, settings_for, kept):
    board = JobBoard(library.data_dir)
    board.add(JobParameters("default"))
    board.pause(1)
    keeper = WorkerKeeper(settings_for(), board)
    keeper._look()
    assert kept == []
    board.resume(1)
    keeper._look()
    keeper._look()
    assert len(kept) == 1
    keeper._end()
    assert kept[0].returncode == 0
    board.close()
