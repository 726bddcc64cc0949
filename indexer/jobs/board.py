"""What users do with jobs: queue, look, pause, resume, cancel, retry. The only way in for the
service and the command line. Runs nothing: a worker, in a process of its own, does.

A running job is only asked: its worker does what is wanted at the next batch. A running job whose
worker is dead obeys at once.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from indexer.catalog.connection import Database
from indexer.config import IndexConfig
from indexer.errors import (
    CollectionNotFoundError,
    ConfigError,
    JobNotFoundError,
    JobQueueFullError,
    JobStateError,
    SourceError,
)
from indexer.jobs.records import (
    ENDED,
    STATES,
    Job,
    JobEvent,
    JobParameters,
    JobState,
    name_of_process,
)
from indexer.jobs.store import JobStore, record_event
from indexer.locations import absolute_path, uri_to_path
from indexer.timestamps import utc_now

MAX_OPEN_JOBS = 1_000  # a program that queues in a loop is told so
KEPT_ENDED_JOBS = 200
KEPT_ENDED_UPLOADS = 50  # a program that puts one picture after the other makes many
GATHERING_S = 0.2
MAX_SOURCES = 1_000
_MAX_MODEL_CHARS = 1_000
_IS_UPLOADS = "coalesce(json_extract(parameters, '$.uploads'), 0)"
_ENDED = ", ".join(f"'{state}'" for state in ENDED)
_WAITING_UPLOADS = f"""
SELECT job_id FROM jobs WHERE state = 'queued' AND collection = ? AND {_IS_UPLOADS}"""
_FORGET_ENDED = f"""
DELETE FROM jobs WHERE state IN ({_ENDED}) AND {_IS_UPLOADS} = ?1 AND job_id NOT IN (
    SELECT job_id FROM jobs WHERE state IN ({_ENDED}) AND {_IS_UPLOADS} = ?1
    ORDER BY job_id DESC LIMIT ?2)"""
_LAST_UPLOADS = f"""
SELECT state FROM jobs WHERE collection = ? AND {_IS_UPLOADS} ORDER BY job_id DESC LIMIT 1"""
_LAPSED = "(lease_until_s IS NULL OR lease_until_s < ?)"


class JobBoard:
    """The jobs of one data directory. Safe to use from many threads and processes."""

    def __init__(self, data_dir: Path, clock: Callable[[], float] = time.time) -> None:
        self._data_dir = data_dir
        self._store = JobStore(data_dir, clock)

    def add(self, parameters: JobParameters) -> Job:
        """Queue a job. Raises ConfigError, SourceError or CollectionNotFoundError if it could never
        work, and JobQueueFullError.
        """
        checked = checked_parameters(parameters, self._data_dir)
        with self._store.transaction() as database:
            job_id = queue_job(database, checked)
        return self.job(job_id)

    def add_uploads(self, collection: str) -> Job:
        """The job that will take in what clients put by now: one that waits already, or a new one,
        which begins in a moment, so that what is put close together is published at once.
        """
        with self._store.transaction() as database:
            job_id = database.value(_WAITING_UPLOADS, (collection,))
            if job_id is None:
                parameters = JobParameters(collection, uploads=True)
                job_id = _insert(database, parameters, None, self._store.clock() + GATHERING_S)
        return self.job(job_id)

    def add_uploads_again(self, collection: str) -> Job | None:
        """A job for what clients put and no generation has, if nobody will look at it: the last one
        failed, or a process died before there was one. None where a job is open or was cancelled.
        """
        last = self._store.rows(_LAST_UPLOADS, (collection,))
        is_open = bool(last) and last[0][0] not in ("failed", "done")
        return None if is_open else self.add_uploads(collection)

    def job(self, job_id: int) -> Job:
        """One job. Raises JobNotFoundError."""
        job = self._store.job(job_id)
        if job is None:
            raise JobNotFoundError(job_id)
        return job

    def jobs(
        self,
        *,
        state: JobState | None = None,
        collection: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[Job]:
        """Jobs, newest first, with a smaller number than `before`."""
        return self._store.jobs(state, collection, before, limit)

    def counts(self) -> dict[JobState, int]:
        """How many jobs are in each state."""
        found: dict[JobState, int] = dict(
            self._store.rows("SELECT state, count(*) FROM jobs GROUP BY state")
        )
        return {state: found.get(state, 0) for state in STATES}

    def events(self, job_id: int, after: int = 0, limit: int = 100) -> list[JobEvent]:
        """What happened to a job after an event, in order."""
        return self._store.events(job_id, after, limit)

    def pause(self, job_id: int) -> Job:
        """Stop a job so that it can go on later. Raises JobNotFoundError or JobStateError."""
        return self._halt(job_id, "pause", "paused")

    def cancel(self, job_id: int) -> Job:
        """End a job; what it has read stays known. Raises JobNotFoundError or JobStateError."""
        return self._halt(job_id, "cancel", "cancelled")

    def resume(self, job_id: int) -> Job:
        """Let a paused job go on. Raises JobNotFoundError or JobStateError."""
        with self._store.transaction() as database:
            job = self.job(job_id)
            if job.state == "paused":
                database.execute(
                    "UPDATE jobs SET state = 'queued', message = NULL, not_before_s = 0 "
                    "WHERE job_id = ?",
                    (job_id,),
                )
                record_event(database, job_id, "state")
            elif job.wanted == "pause":
                database.execute("UPDATE jobs SET wanted = NULL WHERE job_id = ?", (job_id,))
            elif job.ended:
                raise JobStateError(job_id, job.state, "resumed")
        return self.job(job_id)

    def retry_skipped(self, job_id: int) -> Job:
        """Queue an ended job again, with the files that were skipped before. Returns the new job.

        Raises JobNotFoundError, JobStateError, and what `add` raises.
        """
        job = self.job(job_id)
        if not job.ended:
            raise JobStateError(job_id, job.state, "retried")
        return self.add(replace(job.parameters, retry_skipped=True))

    def has_work(self) -> bool:
        """Whether a worker would find something to do."""
        now_s = self._store.clock()
        waiting = self._store.rows(
            "SELECT 1 FROM jobs q WHERE (q.state = 'queued' AND q.not_before_s <= ?1 AND "
            "NOT EXISTS (SELECT 1 FROM jobs r WHERE r.state = 'running' "
            "AND r.collection = q.collection AND r.lease_until_s >= ?1)) "
            "OR (q.state = 'running' AND q.lease_until_s < ?1) "
            "UNION ALL SELECT 1 FROM schedules WHERE next_due_s <= ?1 LIMIT 1",
            (now_s,),
        )
        return bool(waiting)

    def release(self, pid: int, *, was_stopped: bool = False) -> None:
        """A process of this machine that was a worker has ended: its lease is over now.

        With `was_stopped` it was ended on purpose, which is not held against the job.
        """
        if not self._store.path.is_file():
            return
        with self._store.transaction() as database:
            database.execute(
                "UPDATE jobs SET lease_until_s = 0, deaths = iif(?2, 0, deaths) "
                "WHERE state = 'running' AND substr(worker, 1, length(?1)) = ?1",
                (name_of_process(pid), was_stopped),
            )

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    def _halt(self, job_id: int, wanted: str, state: str) -> Job:
        with self._store.transaction() as database:
            job = self.job(job_id)
            if job.ended and job.state != state:
                raise JobStateError(job_id, job.state, state)
            asked = database.execute(
                "UPDATE jobs SET wanted = ? WHERE job_id = ? AND state = 'running' "
                f"AND NOT {_LAPSED}",
                (wanted, job_id, self._store.clock()),
            )
            if not asked and job.state != state:
                set_halted(database, job_id, state)
        return self.job(job_id)


def set_halted(database: Database, job_id: int, state: str) -> None:
    """Make a job that nobody runs paused or cancelled."""
    database.execute(
        "UPDATE jobs SET state = ?2, wanted = NULL, worker = NULL, lease_until_s = NULL, "
        "rate = NULL, message = NULL, finished_at = iif(?2 = 'paused', NULL, ?3) WHERE job_id = ?1",
        (job_id, state, utc_now()),
    )
    record_event(database, job_id, "state")


def queue_job(database: Database, parameters: JobParameters, schedule_id: int | None = None) -> int:
    """Queue a checked job, inside a transaction, and forget the oldest ended ones. Returns its
    number. Raises JobQueueFullError.
    """
    count = database.value(f"SELECT count(*) FROM jobs WHERE state NOT IN ({_ENDED})")
    if count >= MAX_OPEN_JOBS:
        raise JobQueueFullError(count)
    return _insert(database, parameters, schedule_id, 0.0)


def _insert(
    database: Database, parameters: JobParameters, schedule_id: int | None, not_before_s: float
) -> int:
    database.execute(
        "INSERT INTO jobs (collection, parameters, schedule_id, state, created_at, not_before_s) "
        "VALUES (?, ?, ?, 'queued', ?, ?)",
        (parameters.collection, parameters.to_json(), schedule_id, utc_now(), not_before_s),
    )
    job_id: int = database.value("SELECT last_insert_rowid()")
    record_event(database, job_id, "state")
    kept = KEPT_ENDED_UPLOADS if parameters.uploads else KEPT_ENDED_JOBS
    database.execute(_FORGET_ENDED, (parameters.uploads, kept))
    database.execute("DELETE FROM job_events WHERE job_id NOT IN (SELECT job_id FROM jobs)")
    return job_id


def checked_parameters(parameters: JobParameters, data_dir: Path) -> JobParameters:
    """The parameters with absolute paths, if they can work now.

    Raises ConfigError, SourceError or CollectionNotFoundError.
    """
    config = IndexConfig(data_dir, parameters.collection)  # checks the name
    if max(len(parameters.sources), len(parameters.remove)) > MAX_SOURCES:
        raise ConfigError(f"a job takes at most {MAX_SOURCES} sources")
    if parameters.model is not None and not 0 < len(parameters.model) <= _MAX_MODEL_CHARS:
        raise ConfigError(f"a model's name has 1 to {_MAX_MODEL_CHARS} characters")
    if not (parameters.sources or parameters.uploads or config.catalog_path().is_file()):
        raise CollectionNotFoundError(parameters.collection)
    return replace(parameters, sources=tuple(map(_checked_source, parameters.sources)))


def _checked_source(source: str) -> str:
    scheme = urlsplit(source).scheme if "://" in source else ""
    if scheme not in ("", "file"):
        return source  # only the worker can tell whether it opens
    try:
        path = uri_to_path(source) if scheme else Path(absolute_path(source))
        path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
        raise SourceError(source, f"{reason}; no job was queued") from error
    return source if scheme else str(path)
