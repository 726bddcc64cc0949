"""The tables of `jobs.sqlite`, as a ladder of versions; each rung says why it is there.

A rung that was released is never edited: what changes is a new rung. Runs nothing itself.
"""

from indexer.catalog.schema import Migration

# lease_until_s and not_before_s are Unix times. `advanced` says whether the present run got any
# picture done: a worker that dies again and again without getting further is given up.
_JOBS = """
CREATE TABLE jobs (
    job_id INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL,
    parameters TEXT NOT NULL,
    schedule_id INTEGER,
    state TEXT NOT NULL CHECK (
        state IN ('queued', 'running', 'paused', 'cancelled', 'failed', 'done')
    ),
    wanted TEXT CHECK (wanted IN ('pause', 'cancel')),
    worker TEXT,
    lease_until_s REAL,
    not_before_s REAL NOT NULL DEFAULT 0,
    deaths INTEGER NOT NULL DEFAULT 0,
    advanced INTEGER NOT NULL DEFAULT 0,
    stage TEXT,
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER,
    skipped INTEGER NOT NULL DEFAULT 0,
    rate REAL,
    message TEXT,
    error TEXT,
    result TEXT,
    created_at TEXT NOT NULL,
    started_at TEXT,
    finished_at TEXT
)"""
_EVENTS = """
CREATE TABLE job_events (
    event_id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    state TEXT NOT NULL,
    stage TEXT,
    done INTEGER NOT NULL,
    total INTEGER,
    skipped INTEGER NOT NULL,
    rate REAL,
    message TEXT
)"""
_SCHEDULES = """
CREATE TABLE schedules (
    schedule_id INTEGER PRIMARY KEY AUTOINCREMENT,
    cron TEXT NOT NULL,
    parameters TEXT NOT NULL,
    next_due_s REAL NOT NULL,
    last_job_id INTEGER,
    created_at TEXT NOT NULL
)"""

JOB_MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        version=1,
        reason="jobs with their events, and the schedules that queue them",
        statements=(
            _JOBS,
            _EVENTS,
            _SCHEDULES,
            # The promise that a collection has one writer, kept by the database.
            "CREATE UNIQUE INDEX one_writer ON jobs (collection) WHERE state = 'running'",
            "CREATE INDEX jobs_by_state ON jobs (state, job_id)",
            "CREATE INDEX events_of_job ON job_events (job_id, event_id)",
        ),
    ),
)
