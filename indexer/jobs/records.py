"""What the job table gives out: plain frozen values. Knows no SQL."""

import json
import socket
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from indexer.catalog.records import Json

JobState = Literal["queued", "running", "paused", "cancelled", "failed", "done"]
STATES: tuple[JobState, ...] = get_args(JobState)
ENDED: tuple[JobState, ...] = ("cancelled", "failed", "done")
Wanted = Literal["pause", "cancel"]


@dataclass(frozen=True, slots=True)
class JobParameters:
    """What a job does; without `sources` and `remove` it looks at all known sources.

    `model` replaces the configured model. With `uploads` it takes in what clients put, and nothing
    else. The rest means what it means to `index_collection`.
    """

    collection: str
    sources: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    model: str | None = None
    retry_skipped: bool = False
    rebuild: bool = False
    allow_empty: bool = False
    uploads: bool = False

    def to_json(self) -> str:
        """As it stands in the table."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "JobParameters":
        """Back from the table. Fields that this version does not know are left out."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {k: v for k, v in json.loads(text).items() if k in known}
        for name in ("sources", "remove"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands. `total` is None until the sources were looked at; `rate` is files a
    second of the present run; `wanted` is what a running job was asked to do and has not done yet.
    """

    job_id: int
    parameters: JobParameters
    schedule_id: int | None
    state: JobState
    wanted: Wanted | None
    worker: str | None
    deaths: int
    stage: str | None
    done: int
    total: int | None
    skipped: int
    rate: float | None
    message: str | None
    error: str | None
    result: dict[str, Json] | None
    created_at: str
    started_at: str | None
    finished_at: str | None

    @property
    def collection(self) -> str:
        """The collection that it works on."""
        return self.parameters.collection

    @property
    def ended(self) -> bool:
        """Whether nothing will ever change about it."""
        return self.state in ENDED

    @property
    def eta_s(self) -> float | None:
        """Seconds until all files are read, if the rate stays."""
        return time_left_s(self.state, self.done, self.total, self.rate)


@dataclass(frozen=True, slots=True)
class JobEvent:
    """Something that happened to a job, with how far it was then. `kind` is `state`, when its state
    changed, or `progress`; only the latest `progress` of a job is kept.
    """

    event_id: int
    job_id: int
    kind: Literal["state", "progress"]
    at: str
    state: JobState
    stage: str | None
    done: int
    total: int | None
    skipped: int
    rate: float | None
    message: str | None

    @property
    def ended(self) -> bool:
        """Whether it is the last event of its job."""
        return self.kind == "state" and self.state in ENDED

    @property
    def eta_s(self) -> float | None:
        """Seconds until all files are read, if the rate stays."""
        return time_left_s(self.state, self.done, self.total, self.rate)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A cron expression, in the machine's local time, that queues a job; `next_due_s` is Unix
    time.
    """

    schedule_id: int
    cron: str
    parameters: JobParameters
    next_due_s: float
    last_job_id: int | None
    created_at: str

    @property
    def next_due(self) -> str:
        """When it queues its next job, in UTC."""
        return datetime.fromtimestamp(self.next_due_s, UTC).isoformat(timespec="seconds")


def name_of_process(pid: int) -> str:
    """How the names of the workers in a process of this machine begin."""
    return f"{socket.gethostname()}:{pid}:"


def time_left_s(state: JobState, done: int, total: int | None, rate: float | None) -> float | None:
    """Seconds until `total` files are done at a rate; None where nothing runs or is known."""
    if state != "running" or total is None or not rate:
        return None
    return max(total - done, 0) / rate
