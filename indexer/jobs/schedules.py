"""Cron expressions that queue jobs. Runs missed while nothing ran are made up for once; a schedule
whose last job is still open queues no second one. Looks at no clock but the store's.
"""

import time
from collections.abc import Callable
from pathlib import Path

from indexer.errors import JobQueueFullError, ScheduleNotFoundError
from indexer.jobs.board import checked_parameters, queue_job
from indexer.jobs.cron import next_time_s
from indexer.jobs.records import ENDED, JobParameters, Schedule
from indexer.jobs.store import JobStore
from indexer.timestamps import utc_now

_COLUMNS = "schedule_id, cron, parameters, next_due_s, last_job_id, created_at"


class Schedules:
    """The schedules of one data directory."""

    def __init__(self, data_dir: Path, clock: Callable[[], float] = time.time) -> None:
        self._data_dir = data_dir
        self._store = JobStore(data_dir, clock)

    def add(self, cron: str, parameters: JobParameters) -> Schedule:
        """Keep a schedule. Raises ConfigError, SourceError or CollectionNotFoundError."""
        checked = checked_parameters(parameters, self._data_dir)
        due_s = next_time_s(cron, self._store.clock())
        with self._store.transaction() as database:
            database.execute(
                "INSERT INTO schedules (cron, parameters, next_due_s, created_at) "
                "VALUES (?, ?, ?, ?)",
                (cron, checked.to_json(), due_s, utc_now()),
            )
            row = database.one(
                f"SELECT {_COLUMNS} FROM schedules WHERE rowid = last_insert_rowid()"
            )
        assert row is not None
        return _schedule(*row)

    def all(self) -> list[Schedule]:
        """All schedules, oldest first."""
        rows = self._store.rows(f"SELECT {_COLUMNS} FROM schedules ORDER BY schedule_id")
        return [_schedule(*row) for row in rows]

    def remove(self, schedule_id: int) -> None:
        """Forget a schedule; its jobs stay. Raises ScheduleNotFoundError."""
        gone = 0
        if self._store.path.is_file():
            with self._store.transaction() as database:
                gone = database.execute(
                    "DELETE FROM schedules WHERE schedule_id = ?", (schedule_id,)
                )
        if not gone:
            raise ScheduleNotFoundError(schedule_id)

    def queue_due(self) -> list[int]:
        """Queue a job for every schedule that is due. Returns the jobs' numbers."""
        now_s = self._store.clock()
        due = "SELECT {} FROM schedules WHERE next_due_s <= ? ORDER BY schedule_id"
        if not self._store.rows(due.format("1"), (now_s,)):
            return []
        queued = []
        with self._store.transaction() as database:  # once, whoever else is looking
            for row in list(database.query(due.format(_COLUMNS), (now_s,))):
                schedule = _schedule(*row)
                job_id = schedule.last_job_id
                ended = ", ".join(f"'{state}'" for state in ENDED)
                still_open = database.one(
                    f"SELECT 1 FROM jobs WHERE job_id = ? AND state NOT IN ({ended})", (job_id,)
                )
                if still_open is None:
                    try:
                        job_id = queue_job(database, schedule.parameters, schedule.schedule_id)
                        queued.append(job_id)
                    except JobQueueFullError:
                        pass  # the next time it is due is soon enough
                database.execute(
                    "UPDATE schedules SET next_due_s = ?, last_job_id = ? WHERE schedule_id = ?",
                    (next_time_s(schedule.cron, now_s), job_id, schedule.schedule_id),
                )
        return queued

    def close(self) -> None:
        """Close the file."""
        self._store.close()


def _schedule(
    schedule_id: int,
    cron: str,
    parameters: str,
    next_due_s: float,
    last_job_id: int | None,
    created_at: str,
) -> Schedule:
    checked = JobParameters.from_json(parameters)
    return Schedule(schedule_id, cron, checked, next_due_s, last_job_id, created_at)
