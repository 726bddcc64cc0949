"""The job table: states, leases, dead workers, events, bounds; and schedules that queue them."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from indexer.errors import (
    CollectionNotFoundError,
    ConfigError,
    JobNotFoundError,
    JobQueueFullError,
    JobStateError,
    ScheduleNotFoundError,
    SourceError,
)
from indexer.jobs import board as board_module
from indexer.jobs.board import JobBoard
from indexer.jobs.claims import MAX_DEATHS, Claims, Report
from indexer.jobs.records import Job, JobParameters
from indexer.jobs.schedules import Schedules
from indexer.jobs.store import JobStore


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir(exist_ok=True)
    return tmp_path / "data"


@pytest.fixture
def board(data_dir: Path, clock: Clock):
    board = JobBoard(data_dir, clock)
    yield board
    board.close()


@pytest.fixture
def claims_for(data_dir: Path, clock: Clock):
    stores = []

    def make(lease_s: float = 10) -> Claims:
        stores.append(JobStore(data_dir, clock))
        return Claims(stores[-1], lease_s)

    yield make
    for store in stores:
        store.close()


def _queue(board: JobBoard, data_dir: Path, collection: str = "default") -> Job:
    return board.add(JobParameters(collection, sources=(str(data_dir.parent / "pictures"),)))


def _report(done: int, advanced: bool) -> Report:
    return Report("reading", done, 100, 0, 5.0, None, advanced)


def test_jobs_are_claimed_once_in_order_and_one_for_each_collection(board, claims_for, data_dir):
    first, second, other = (
        _queue(board, data_dir, name) for name in ("default", "default", "other")
    )
    one, two, three = claims_for(), claims_for(), claims_for()
    claimed = [claims.claim() for claims in (one, two, three)]
    assert [job and job.job_id for job in claimed] == [first.job_id, other.job_id, None]
    assert claimed[0] is not None
    one.finish(claimed[0], {"scanned": 3})
    assert board.job(first.job_id).result == {"scanned": 3}
    again = three.claim()
    assert again is not None
    assert again.job_id == second.job_id


def test_jobs_are_each_claimed_once_by_workers_that_hurry(board, data_dir, clock):
    names = [f"c{number:02d}" for number in range(24)]
    for name in names:
        _queue(board, data_dir, name)

    def hurry(_: int) -> list[str]:
        store = JobStore(data_dir, clock)
        claims = Claims(store)
        claimed = []
        while (job := claims.claim()) is not None:
            claimed.append(job.collection)
        store.close()
        return claimed

    with ThreadPoolExecutor(6) as pool:
        claimed = list(pool.map(hurry, range(6)))
    assert sorted(name for part in claimed for name in part) == names


def test_jobs_of_a_dead_worker_are_taken_up_when_its_lease_is_over(
    board, claims_for, data_dir, clock
):
    job_id = _queue(board, data_dir).job_id
    dead, heir = claims_for(lease_s=10), claims_for(lease_s=10)
    job = dead.claim()
    clock.now_s += 9
    assert dead.renew(job)
    clock.now_s += 9
    assert heir.claim() is None
    clock.now_s += 2
    assert board.has_work()
    assert heir.claim().job_id == job_id
    assert not dead.renew(job)
    assert not dead.report(job, _report(5, True))
    assert dead.wanted(job) == "lost"
    dead.finish(job, {})
    assert board.job(job_id).state == "running"
    assert [event.state for event in board.events(job_id)] == [
        *("queued", "running", "queued", "running")
    ]


def test_jobs_of_a_worker_known_to_be_dead_wait_for_no_lease(board, claims_for, data_dir):
    job_id = _queue(board, data_dir).job_id
    claims = claims_for()
    claims.claim()
    board.release(os.getpid() + 1)
    assert claims_for().claim() is None
    board.release(os.getpid())
    assert claims_for().claim().job_id == job_id


@pytest.mark.parametrize(("advances", "state"), [(False, "failed"), (True, "running")])
def test_jobs_that_kill_their_workers_at_one_place_are_given_up(
    board, claims_for, data_dir, clock, advances, state
):
    job_id = _queue(board, data_dir).job_id
    for done in range(MAX_DEATHS):
        claims = claims_for()
        claims.report(claims.claim(), _report(done, advances))
        clock.now_s += 11
    claims_for().claim()
    job = board.job(job_id)
    assert job.state == state
    if state == "failed":
        assert "3 workers in a row died" in job.error
        assert "reading" in job.error


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_jobs_wanted_to_stop_do_so_even_if_their_worker_is_dead(
    board, claims_for, data_dir, clock, state
):
    asked_before, asked_after = (_queue(board, data_dir, name).job_id for name in ("a", "b"))
    ask = board.pause if state == "paused" else board.cancel
    claims_for().claim()
    claims_for().claim()
    assert ask(asked_before).state == "running"
    clock.now_s += 11
    assert ask(asked_after).state == state
    assert claims_for().claim() is None
    assert board.job(asked_before).state == state


def test_jobs_refuse_what_their_state_does_not_allow(board, claims_for, data_dir):
    job_id = _queue(board, data_dir).job_id
    with pytest.raises(JobStateError, match="is queued and cannot be retried"):
        board.retry_skipped(job_id)
    assert board.pause(job_id).state == "paused"
    assert board.pause(job_id).state == "paused"
    assert claims_for().claim() is None
    assert board.resume(job_id).state == "queued"
    assert board.cancel(job_id).state == "cancelled"
    for action in (board.pause, board.resume):
        with pytest.raises(JobStateError, match="is cancelled"):
            action(job_id)
    again = board.retry_skipped(job_id)
    assert again.job_id != job_id
    assert again.parameters.retry_skipped
    with pytest.raises(JobNotFoundError):
        board.pause(77)


def test_jobs_that_could_never_work_are_not_queued(board, data_dir):
    with pytest.raises(ConfigError):
        board.add(JobParameters("No Such/Name"))
    with pytest.raises(CollectionNotFoundError):
        board.add(JobParameters("unknown"))
    with pytest.raises(SourceError, match="no job was queued"):
        board.add(JobParameters("default", sources=("/no/such/folder",)))
    with pytest.raises(ConfigError, match="model"):
        board.add(JobParameters("default", sources=("/",), model=""))
    assert board.jobs() == []
    assert not data_dir.exists()


def test_jobs_that_ended_long_ago_are_forgotten_and_open_ones_are_bounded(
    board, data_dir, monkeypatch
):
    monkeypatch.setattr(board_module, "KEPT_ENDED_JOBS", 2)
    monkeypatch.setattr(board_module, "MAX_OPEN_JOBS", 3)
    for _ in range(4):
        board.cancel(_queue(board, data_dir).job_id)
    newest = [_queue(board, data_dir).job_id for _ in range(3)]
    assert [job.job_id for job in board.jobs()] == [*reversed(newest), 4, 3]
    assert board.jobs(state="cancelled", before=4)[0].job_id == 3
    assert board.events(1) == []
    with pytest.raises(JobQueueFullError):
        _queue(board, data_dir)


def test_events_keep_every_state_and_the_latest_progress(board, claims_for, data_dir):
    job_id = _queue(board, data_dir).job_id
    claims = claims_for()
    job = claims.claim()
    for done in (10, 20, 30):
        claims.report(job, _report(done, True))
    events = board.events(job_id)
    assert [(event.kind, event.done) for event in events] == [
        *(("state", 0), ("state", 0), ("progress", 30))
    ]
    assert events[-1].eta_s == pytest.approx(14)
    assert board.events(job_id, after=events[1].event_id) == events[2:]


@pytest.fixture
def schedules(data_dir: Path, clock: Clock):
    schedules = Schedules(data_dir, clock)
    yield schedules
    schedules.close()


def test_schedules_make_up_for_missed_runs_once(schedules, board, data_dir, clock):
    parameters = JobParameters("default", sources=(str(data_dir.parent / "pictures"),))
    schedule = schedules.add("30 3 * * *", parameters)
    due = datetime.fromtimestamp(schedule.next_due_s)
    assert (due.hour, due.minute, due.second) == (3, 30, 0)
    assert 0 < schedule.next_due_s - clock.now_s <= 25 * 3600
    assert schedules.queue_due() == []
    assert not board.has_work()
    clock.now_s = schedule.next_due_s + 9.5 * 86_400
    assert board.has_work()
    assert len(schedules.queue_due()) == 1
    assert schedules.queue_due() == []
    (job,) = board.jobs()
    assert (job.schedule_id, job.parameters) == (schedule.schedule_id, parameters)
    (next_one,) = schedules.all()
    assert next_one.last_job_id == job.job_id
    assert clock.now_s < next_one.next_due_s <= clock.now_s + 25 * 3600


def test_schedules_queue_no_second_job_while_the_first_is_open(
    schedules, board, data_dir, clock, claims_for
):
    parameters = JobParameters("default", sources=(str(data_dir.parent / "pictures"),))
    schedules.add("* * * * *", parameters)
    clock.now_s += 60
    (job_id,) = schedules.queue_due()
    claims = claims_for(lease_s=1e6)
    job = claims.claim()
    clock.now_s += 60
    assert schedules.queue_due() == []
    claims.finish(job, {})
    assert schedules.queue_due() == []  # it is not made up for: the next one is soon
    clock.now_s += 60
    assert schedules.queue_due() == [job_id + 1]


@pytest.mark.parametrize(
    "cron", ["", "at night", "61 * * * *", "* * * * * *", "0 0 31 2 *", "@daily", "0 3 * *"]
)
def test_schedules_refuse_expressions_that_never_come_true(schedules, data_dir, cron):
    with pytest.raises(ConfigError, match="cron expression"):
        schedules.add(cron, JobParameters("default", sources=(str(data_dir.parent),)))
    assert schedules.all() == []


def test_schedules_are_forgotten_once(schedules, data_dir):
    schedule = schedules.add("0 3 * * *", JobParameters("default", sources=(str(data_dir.parent),)))
    schedules.remove(schedule.schedule_id)
    assert schedules.all() == []
    with pytest.raises(ScheduleNotFoundError):
        schedules.remove(schedule.schedule_id)
