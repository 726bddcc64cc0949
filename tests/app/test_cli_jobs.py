"""`sightline jobs` and `sightline worker`, from queueing to the end."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.jobs.board import JobBoard
from indexer.jobs.claims import Claims, Report
from indexer.jobs.store import JobStore
from tests.app.command_line import Sightline, one_line_error
from tests.app.conftest import Library
from tests.app.job_workers import ROOT


@pytest.fixture(autouse=True)
def handlers():
    """A worker listens to signals; afterwards the test's process is as it was."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def _work(sightline: Sightline) -> list[str]:
    done = sightline("worker", "--once", "--no-low-priority")
    assert done.code == 0, done.err
    return done.out.splitlines()


def test_jobs_are_queued_run_shown_and_retried(sightline: Sightline, empty_library: Library):
    empty_library.add("a.png", "red")
    (empty_library.pictures / "broken.png").write_bytes(b"no picture")
    queued = sightline("jobs", "start", empty_library.pictures)
    assert (queued.code, queued.err) == (0, "")
    assert "sightline worker" in queued.out
    assert "queued" in sightline("jobs", "list").out
    assert _work(sightline) == ["job 1: indexing default", "job 1: done"]
    shown = json.loads(sightline("jobs", "show", 1, "--json").out)
    assert (shown["id"], shown["state"], shown["result"]["new"]) == (1, "done", 1)
    assert "2 of 2 files, 1 skipped" in sightline("jobs", "show", 1).out
    assert json.loads(sightline("jobs", "retry", 1, "--json").out)["id"] == 2
    _work(sightline)
    watched = sightline("jobs", "watch", 2)
    assert watched.code == 0
    assert "job 2 is done" in watched.err
    listed = json.loads(sightline("jobs", "list", "--state", "done", "--json").out)["jobs"]
    assert [job["id"] for job in listed] == [2, 1]


def test_jobs_are_paused_resumed_and_cancelled(sightline: Sightline, library: Library):
    sightline("jobs", "start")
    assert "paused" in sightline("jobs", "pause", 1).out
    assert _work(sightline) == []
    assert "job 1 is paused" in sightline("jobs", "watch", 1).err
    assert "queued" in sightline("jobs", "resume", 1).out
    assert "cancelled" in sightline("jobs", "cancel", 1).out
    assert sightline("jobs", "watch", 1).code == 1
    refused = one_line_error(sightline("jobs", "resume", 1))
    assert "is cancelled and cannot be resumed" in refused


def test_jobs_that_run_are_shown_with_rate_and_time_left(sightline: Sightline, library: Library):
    sightline("jobs", "start")
    store = JobStore(library.data_dir)
    claims = Claims(store)
    job = claims.claim()
    assert job is not None
    claims.report(job, Report("reading", 250, 1000, 3, 50.0, None, True))
    store.close()
    line = sightline("jobs", "list").out
    assert "250 of 1,000 files, reading, 3 skipped, 50 files/s, 15 s left" in line
    assert "pause at the next batch" in sightline("jobs", "pause", 1).out


def test_jobs_are_queued_by_schedules(sightline: Sightline, library: Library):
    assert sightline("jobs", "schedule", "list").out == "no schedules\n"
    added = sightline("jobs", "schedule", "add", "30 3 * * *")
    assert "30 3 * * *" in added.out
    (listed,) = json.loads(sightline("jobs", "schedule", "list", "--json").out)["schedules"]
    assert listed["next_due"].endswith("+00:00")
    assert sightline("jobs", "schedule", "remove", listed["id"]).code == 0
    assert "no schedule" in one_line_error(sightline("jobs", "schedule", "remove", listed["id"]))
    assert "five fields" in one_line_error(sightline("jobs", "schedule", "add", "nightly"))


def test_jobs_command_says_its_mistakes_in_one_line(sightline: Sightline, library: Library):
    assert "there is no job 7" in one_line_error(sightline("jobs", "show", 7))
    assert "no job was queued" in one_line_error(sightline("jobs", "start", "/no/such/folder"))
    assert "--state" in one_line_error(sightline("jobs", "list", "--state", "happy"))
    board = JobBoard(library.data_dir)
    assert board.jobs() == []
    board.close()


def test_worker_process_ends_by_itself_and_is_told_to_end(tmp_path: Path):
    command = [sys.executable, "-m", "app.cli.main", "worker", "--data-dir", str(tmp_path)]
    idle = subprocess.run([*command, "--once"], cwd=ROOT, timeout=200, check=True)
    assert idle.returncode == 0
    # The signal may come before the worker listens to it: then it ends by the signal itself.
    process = subprocess.Popen(command, cwd=ROOT)
    process.send_signal(signal.SIGTERM)
    assert process.wait(200) in (0, -signal.SIGTERM)


def test_a_thread_of_low_priority_and_those_it_starts_yield_and_no_others():
    script = (
        "import os, threading\n"
        "from indexer.jobs.priority import yield_to_others\n"
        "scheduler = lambda: os.sched_getscheduler(0) if hasattr(os, 'SCHED_IDLE') else None\n"
        "usual, said = scheduler(), []\n"
        "def say(): said.append((scheduler(), os.nice(0)))\n"
        "def in_thread(work): t = threading.Thread(target=work); t.start(); t.join()\n"
        "in_thread(lambda: (yield_to_others(), in_thread(say)))\n"
        "print(said[0] == (getattr(os, 'SCHED_IDLE', usual), 19))\n"
        "print(not hasattr(os, 'SCHED_IDLE') or scheduler() == usual)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["True", "True"]
