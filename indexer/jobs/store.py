"""The file `jobs.sqlite`: opened when it is first needed, one transaction at a time, from any
thread; and the events, which are written together with what they tell. Decides nothing.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from indexer.catalog.connection import Database, Row
from indexer.errors import CatalogDamagedError
from indexer.jobs.records import Job, JobEvent, JobParameters, JobState
from indexer.jobs.schema import JOB_MIGRATIONS
from indexer.timestamps import utc_now

FILE_NAME = "jobs.sqlite"
_MAX_EVENTS_A_JOB = 500  # some jobs are paused and resumed for years

_JOB_COLUMNS = (
    "job_id, parameters, schedule_id, state, wanted, worker, deaths, stage, done, total, skipped, "
    "rate, message, error, result, created_at, started_at, finished_at"
)
_EVENT_COLUMNS = "event_id, job_id, kind, at, state, stage, done, total, skipped, rate, message"
_RECORD = """
INSERT INTO job_events (job_id, kind, at, state, stage, done, total, skipped, rate, message)
SELECT job_id, ?2, ?3, state, stage, done, total, skipped, rate, message
FROM jobs WHERE job_id = ?1"""
_DROP_SURPLUS = """
DELETE FROM job_events WHERE job_id = ?1 AND event_id <= (
    SELECT event_id FROM job_events WHERE job_id = ?1 ORDER BY event_id DESC LIMIT 1 OFFSET ?2)"""


class JobStore:
    """One process's access to the jobs of a data directory. `clock` gives Unix time."""

    def __init__(self, data_dir: Path, clock: Callable[[], float] = time.time) -> None:
        self.path = data_dir / FILE_NAME
        self.clock = clock
        self._lock = threading.RLock()
        self._database: Database | None = None

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of one question; none while there is no file. Raises CatalogVersionError."""
        with self._lock:
            if self._database is None and not self.path.is_file():
                return []
            try:
                return list(self._opened().query(sql, parameters))
            except CatalogDamagedError:
                self.close()  # the next question finds the file that was made in its place
                raise

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """All statements inside are committed together, or none; no other process writes then.

        Raises CatalogVersionError for a file that a newer version wrote.
        """
        with self._lock:
            database = self._opened()
            with database.transaction():
                yield database

    def job(self, job_id: int) -> Job | None:
        """One job."""
        rows = self.rows(f"SELECT {_JOB_COLUMNS} FROM jobs WHERE job_id = ?", (job_id,))
        return _job(rows[0]) if rows else None

    def jobs(
        self, state: JobState | None, collection: str | None, before: int | None, limit: int
    ) -> list[Job]:
        """Jobs, newest first, with a smaller number than `before`."""
        rows = self.rows(
            f"SELECT {_JOB_COLUMNS} FROM jobs WHERE (?1 IS NULL OR state = ?1) "
            "AND (?2 IS NULL OR collection = ?2) AND (?3 IS NULL OR job_id < ?3) "
            "ORDER BY job_id DESC LIMIT ?4",
            (state, collection, before, limit),
        )
        return [_job(row) for row in rows]

    def events(self, job_id: int, after: int, limit: int) -> list[JobEvent]:
        """What happened to a job after an event, in order."""
        rows = self.rows(
            f"SELECT {_EVENT_COLUMNS} FROM job_events WHERE job_id = ? AND event_id > ? "
            "ORDER BY event_id LIMIT ?",
            (job_id, after, limit),
        )
        return [JobEvent(*row) for row in rows]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _opened(self) -> Database:
        if self._database is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._database = Database(self.path, JOB_MIGRATIONS)
        return self._database


def record_event(database: Database, job_id: int, kind: Literal["state", "progress"]) -> None:
    """Write down how a job stands now. Earlier progress is dropped: the new one says more."""
    database.execute("DELETE FROM job_events WHERE job_id = ? AND kind = 'progress'", (job_id,))
    database.execute(_RECORD, (job_id, kind, utc_now()))
    database.execute(_DROP_SURPLUS, (job_id, _MAX_EVENTS_A_JOB))


def _job(row: Row) -> Job:
    named = dict(zip(_JOB_COLUMNS.split(", "), row, strict=True))
    named["parameters"] = JobParameters.from_json(named["parameters"])
    named["result"] = json.loads(named["result"]) if named["result"] else None
    return Job(**named)
