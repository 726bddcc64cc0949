"""What a worker does with jobs: claim one, renew the lease, report, and every way to end.

A claim is a lease: a worker that does not renew it in time is taken for dead, and its job is queued
again. Only the holder of a lease changes its job. A job whose workers die again and again without
getting further is given up. Reads no file of a collection.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from indexer.catalog.connection import Database
from indexer.jobs.board import set_halted
from indexer.jobs.records import Job, Wanted, name_of_process
from indexer.jobs.store import JobStore, record_event
from indexer.timestamps import utc_now

MAX_DEATHS = 3  # in a row, without a picture done in between
LEASE_S = 15.0

_MINE = "job_id = ? AND worker = ? AND state = 'running'"
_NEXT = """
SELECT job_id FROM jobs WHERE state = 'queued' AND not_before_s <= ?
AND collection NOT IN (SELECT collection FROM jobs WHERE state = 'running')
ORDER BY coalesce(json_extract(parameters, '$.uploads'), 0) DESC, job_id LIMIT 1"""
_UPLOADS_WAIT = """
SELECT 1 FROM jobs WHERE state = 'queued' AND not_before_s <= ?1
AND json_extract(parameters, '$.uploads') AND collection NOT IN (
    SELECT collection FROM jobs WHERE state = 'running' AND job_id <> ?2) LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Report:
    """How far a run is. `advanced` says whether it got any picture done yet."""

    stage: str
    done: int
    total: int | None
    skipped: int
    rate: float | None
    message: str | None
    advanced: bool


class Claims:
    """One worker's claims; `lease_s` is how long it may be silent before it is taken for dead."""

    def __init__(self, store: JobStore, lease_s: float = LEASE_S) -> None:
        # A process number comes again, in a container even at every start.
        self.worker = name_of_process(os.getpid()) + secrets.token_hex(4)
        self.lease_s = lease_s
        self._store = store

    def claim(self) -> Job | None:
        """Judge the jobs of dead workers; then take one that can run now, if any: the oldest, but
        what clients put before all others.
        """
        now_s = self._store.clock()
        if not self._store.path.is_file():
            return None
        with self._store.transaction() as database:
            _judge_the_dead(database, now_s)
            row = database.one(_NEXT, (now_s,))
            if row is None:
                return None
            database.execute(
                "UPDATE jobs SET state = 'running', worker = ?, lease_until_s = ?, advanced = 0, "
                "stage = 'looking', rate = NULL, message = NULL, "
                "started_at = coalesce(started_at, ?) WHERE job_id = ?",
                (self.worker, now_s + self.lease_s, utc_now(), row[0]),
            )
            record_event(database, row[0], "state")
        return self._store.job(row[0])

    def renew(self, job: Job) -> bool:
        """Say that the worker lives. Returns False if the job is not its own any more."""
        return self._change(job, {"lease_until_s": self._store.clock() + self.lease_s}, None)

    def report(self, job: Job, report: Report) -> bool:
        """Write down how far the run is. Returns False if the job is not its own any more."""
        changes: dict[str, object] = {
            "stage": report.stage,
            "done": report.done,
            "total": report.total,
            "skipped": report.skipped,
            "rate": report.rate,
            "message": report.message,
            "advanced": report.advanced,
            "lease_until_s": self._store.clock() + self.lease_s,
        }
        return self._change(job, changes, "progress")

    def wanted(self, job: Job) -> Wanted | Literal["lost"] | None:
        """What the run should do now: go on (None), stop, or know that it lost its job."""
        now = self._store.job(job.job_id)
        if now is None or now.state != "running" or now.worker != self.worker:
            return "lost"
        return now.wanted

    def uploads_wait(self, job: Job) -> bool:
        """Whether another job, for what clients put, could run now if this one did not."""
        return bool(self._store.rows(_UPLOADS_WAIT, (self._store.clock(), job.job_id)))

    def finish(self, job: Job, result: Mapping[str, object]) -> None:
        """The run did all there was to do."""
        self._end(job, "done", {"stage": None, "result": json.dumps(result)})

    def fail(self, job: Job, error: str) -> None:
        """The run cannot succeed, in words."""
        self._end(job, "failed", {"error": error, "message": error})

    def halt(self, job: Job, wanted: Wanted) -> None:
        """The run stopped at a batch because that was wanted."""
        with self._store.transaction() as database:
            if database.one(f"SELECT 1 FROM jobs WHERE {_MINE}", (job.job_id, self.worker)):
                set_halted(database, job.job_id, "paused" if wanted == "pause" else "cancelled")

    def give_back(self, job: Job, reason: str, delay_s: float = 0.0) -> None:
        """The run stopped and shall go on later, with this worker or another."""
        changes: dict[str, object] = {
            "state": "queued",
            "worker": None,
            "lease_until_s": None,
            "rate": None,
            "message": reason,
            "not_before_s": self._store.clock() + delay_s if delay_s else 0.0,
        }
        self._change(job, changes, "state")

    def _end(self, job: Job, state: str, changes: dict[str, object]) -> None:
        ending: dict[str, object] = {
            "state": state,
            "wanted": None,
            "lease_until_s": None,
            "rate": None,
            "message": None,
            "finished_at": utc_now(),
        }
        self._change(job, {**ending, **changes}, "state")

    def _change(
        self, job: Job, changes: Mapping[str, object], kind: Literal["state", "progress"] | None
    ) -> bool:
        assignments = ", ".join(f"{column} = ?" for column in changes)
        with self._store.transaction() as database:
            changed = database.execute(
                f"UPDATE jobs SET {assignments} WHERE {_MINE}",
                (*changes.values(), job.job_id, self.worker),
            )
            if changed and kind is not None:
                record_event(database, job.job_id, kind)
        return changed > 0


def _judge_the_dead(database: Database, now_s: float) -> None:
    """Jobs whose lease is over: do what was wanted of them, queue them again, or give them up."""
    dead = database.query(
        "SELECT job_id, wanted, iif(advanced, 1, deaths + 1), stage, done, total FROM jobs "
        "WHERE state = 'running' AND lease_until_s < ?",
        (now_s,),
    )
    for job_id, wanted, deaths, stage, done, total in list(dead):
        if wanted is not None:
            set_halted(database, job_id, "paused" if wanted == "pause" else "cancelled")
            continue
        is_hopeless = deaths >= MAX_DEATHS
        reason = "its worker died; the job is taken up again"
        if is_hopeless:
            reason = (
                f"{deaths} workers in a row died at the same place ({stage}, {done} of "
                f"{total or 0} files): look for a lack of memory or a file that breaks the "
                "decoder, then retry"
            )
        database.execute(
            "UPDATE jobs SET state = ?2, deaths = ?3, worker = NULL, lease_until_s = NULL, "
            "rate = NULL, message = ?4, error = iif(?5, ?4, NULL), finished_at = iif(?5, ?6, NULL) "
            "WHERE job_id = ?1",
            (job_id, "failed" if is_hopeless else "queued", deaths, reason, is_hopeless, utc_now()),
        )
        record_event(database, job_id, "state")
