"""The worker: jobs run with the real indexer, stopped at any batch, failed in words."""

import itertools
import threading
from contextlib import closing
from typing import Any

import pytest
from filelock import FileLock

from indexer import pipeline
from indexer.config import IndexConfig
from indexer.jobs import board, checkpoint
from indexer.jobs.board import JobBoard
from indexer.jobs.claims import Claims, Report
from indexer.jobs.records import Job, JobParameters
from indexer.jobs.worker import Worker, WorkerSetup
from indexer.uploads.store import UploadStore
from models.config import ModelConfig
from models.errors import ModelLoadError
from tests.indexer.workbench import Workbench

BATCH = 8  # the workbench's


def _worker(bench: Workbench, **changes: Any) -> Worker:
    values = {
        "data_dir": bench.config.data_dir,
        "config_for": lambda _: bench.config,
        "model_for": lambda _: ModelConfig("fake"),
        "load_encoder": lambda _: bench.encoder,
        "model_key": lambda _: "fake",
        "poll_s": 0.01,
        **changes,
    }
    return Worker(WorkerSetup(**values), say=lambda _: None)


@pytest.fixture
def job(bench: Workbench, monkeypatch) -> Job:
    """A job that has three batches to read, each committed at once; and a file to skip."""
    monkeypatch.setattr(pipeline, "_COMMIT_INTERVAL_S", 0.0)
    bench.draw(*(f"{number:02d}.jpg" for number in range(3 * BATCH)))
    (bench.pictures / "zz.jpg").write_bytes(b"no picture")
    with closing(JobBoard(bench.config.data_dir)) as opened:
        return opened.add(JobParameters("default", sources=(str(bench.pictures),)))


@pytest.fixture
def jobs(bench: Workbench):
    with closing(JobBoard(bench.config.data_dir)) as opened:
        yield opened


def test_worker_runs_a_job_and_writes_down_what_came_of_it(bench, job, jobs):
    assert _worker(bench).run(idle_exit_s=0) == 1
    done = jobs.job(job.job_id)
    assert (done.state, done.done, done.total, done.skipped) == ("done", 25, 25, 1)
    assert done.result["published"] is True
    assert done.result["skipped_by_code"] == {"unsupported_format": 1}
    assert done.finished_at is not None
    assert len(bench.items()) == 3 * BATCH


@pytest.mark.parametrize("action", ["pause", "cancel", "stop"])
@pytest.mark.parametrize("at", range(1, 6))
def test_worker_stops_at_any_batch_with_everything_committed(
    bench, job, jobs, monkeypatch, action, at
):
    """`at` counts the times that a run tells its progress: loading, batches, publication."""
    worker = _worker(bench)
    told = itertools.count(1)
    real = Claims.report

    def report(claims: Claims, running: Job, report: Report) -> bool:
        if next(told) == at:
            worker.stop() if action == "stop" else getattr(jobs, action)(running.job_id)
        return real(claims, running, report)

    monkeypatch.setattr(Claims, "report", report)
    worker.run(idle_exit_s=0)
    stopped = jobs.job(job.job_id)
    expected = {"pause": "paused", "cancel": "cancelled", "stop": "queued"}[action]
    assert stopped.state == expected
    with FileLock(bench.config.lock_path(), timeout=0):
        committed = stopped.done
    bench.encoder.encoded = 0
    if action == "cancel":
        jobs.retry_skipped(job.job_id)
    if action == "pause":
        jobs.resume(job.job_id)
    monkeypatch.undo()
    assert _worker(bench).run(idle_exit_s=0) == 1
    assert bench.encoder.encoded == 3 * BATCH - min(committed, 3 * BATCH)
    ended = jobs.jobs()[0]
    assert (ended.state, ended.total) == ("done", ended.done)
    assert len(bench.items()) == 3 * BATCH


def test_worker_fails_a_job_in_words_and_goes_on_with_the_next(bench, job, jobs):
    other = jobs.add(JobParameters("default", sources=(str(bench.pictures),), model="other"))

    def load(model: ModelConfig):
        if model.model_name == "fake":
            raise ModelLoadError("fake", "there are no weights")
        return bench.encoder

    assert _worker(bench, load_encoder=load).run(idle_exit_s=0) == 2
    assert jobs.job(job.job_id).state == "failed"
    assert "there are no weights" in jobs.job(job.job_id).error
    assert jobs.job(other.job_id).state == "done"


def test_worker_survives_what_nobody_foresaw_and_keeps_its_words_to_the_log(bench, job, jobs):
    def load(_: ModelConfig):
        raise RuntimeError("secret")

    assert _worker(bench, load_encoder=load).run(idle_exit_s=0) == 1
    assert jobs.job(job.job_id).state == "failed"
    assert "RuntimeError" in jobs.job(job.job_id).error
    assert "secret" not in jobs.job(job.job_id).error


def test_worker_waits_while_somebody_else_indexes_the_collection(bench, job, jobs):
    bench.config.collection_dir().mkdir(parents=True)
    with FileLock(bench.config.lock_path(), timeout=0):
        assert _worker(bench).run(idle_exit_s=0) == 1
    waiting = jobs.job(job.job_id)
    assert (waiting.state, waiting.deaths) == ("queued", 0)
    assert "another indexer is at work" in waiting.message
    assert not jobs.has_work()


def test_worker_tries_only_the_skipped_files_again(bench, job, jobs):
    _worker(bench).run(idle_exit_s=0)
    again = jobs.retry_skipped(job.job_id)
    _worker(bench).run(idle_exit_s=0)
    assert jobs.job(again.job_id).done == 1
    assert jobs.job(again.job_id).result["unchanged"] == 3 * BATCH


def test_worker_keeps_its_model_for_the_next_job(bench, job, jobs):
    loaded = []

    def load(model: ModelConfig):
        loaded.append(model)
        return bench.encoder

    jobs.add(JobParameters("default", sources=(str(bench.pictures),), retry_skipped=True))
    worker = _worker(bench, load_encoder=load)
    assert worker.run(idle_exit_s=0) == 2
    assert len(loaded) == 1


def test_reading_makes_way_for_what_clients_put_and_goes_on_where_it_stopped(
    bench, job, jobs, monkeypatch
):
    """The job for the folder has read a batch when a picture is put."""
    monkeypatch.setattr(checkpoint, "_LEAST_READING_S", 0.0)
    monkeypatch.setattr(checkpoint, "_READING_A_LOOK", 0.0)
    monkeypatch.setattr(board, "GATHERING_S", 0.0)
    real = Claims.report
    put: list[int] = []
    said: list[str] = []

    def report(claims: Claims, running: Job, report: Report) -> bool:
        if report.done == BATCH and not put:
            with closing(UploadStore(bench.config)) as store:
                store.put("mine", (bench.pictures / "00.jpg").read_bytes())
            put.append(jobs.add_uploads("default").job_id)
        return real(claims, running, report)

    monkeypatch.setattr(Claims, "report", report)
    worker = _worker(bench)
    worker._say = said.append
    assert worker.run(idle_exit_s=0) == 3
    first, uploads = job.job_id, put[0]
    assert said[1::2] == [
        f"job {first}: lets pass what clients put",
        f"job {uploads}: done",
        f"job {first}: done",
    ]
    assert jobs.job(uploads).result["generation"] == 1
    assert jobs.job(uploads).result["new"] == 1
    assert jobs.job(first).result["new"] == 3 * BATCH
    assert bench.encoder.encoded == 3 * BATCH  # nothing twice
    assert len(bench.by_uri()) == 3 * BATCH + 1


def test_pictures_are_put_with_the_model_that_the_collection_has(bench, jobs):
    bench.draw("a.jpg")
    bench.index()
    with closing(UploadStore(bench.config)) as store:
        store.put("mine", (bench.pictures / "a.jpg").read_bytes())
    put = jobs.add_uploads("default")
    worker = _worker(
        bench,
        model_for=lambda _: ModelConfig("configured"),
        model_to_add=lambda _: ModelConfig("fake"),
        model_key=lambda model: model.model_name,
    )
    assert worker.run(idle_exit_s=1) == 1
    assert (jobs.job(put.job_id).result["new"], jobs.job(put.job_id).result["re_embedded"]) == (
        1,
        0,
    )


def test_only_reading_sources_yields_to_others(
    bench: Workbench, job: Job, jobs: JobBoard, monkeypatch: pytest.MonkeyPatch
):
    """What clients put is taken in by another thread than the one that was made to yield."""
    monkeypatch.setattr(board, "GATHERING_S", 0.0)
    yielding: set[int] = set()
    worked: list[bool] = []

    def config_for(_: str) -> IndexConfig:
        worked.append(threading.get_ident() in yielding)
        return bench.config

    with closing(UploadStore(bench.config)) as store:
        store.put("mine", (bench.pictures / "00.jpg").read_bytes())
    jobs.add_uploads("default")
    worker = _worker(
        bench,
        config_for=config_for,
        make_yield=lambda: yielding.add(threading.get_ident()),
    )
    assert worker.run(idle_exit_s=0) == 2
    assert len(yielding) == 1
    assert worked == [False, True]  # what clients put comes first
    assert {found.state for found in jobs.jobs()} == {"done"}
