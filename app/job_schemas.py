"""Request and response types of jobs and schedules. Shapes and bounds; no behaviour."""

from pathlib import PurePath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, JsonValue

from app.schemas import CollectionName, RequestBody, SkippedEntry
from indexer.jobs.board import MAX_SOURCES
from indexer.jobs.records import Job, JobEvent, JobParameters, JobState, Schedule, Wanted

MAX_SOURCE_CHARS = 8192
MAX_CRON_CHARS = 200


def _placed(source: str) -> str:
    """Where the service was started is nobody else's business, so it does not count."""
    if "://" not in source and not PurePath(source).is_absolute():
        raise ValueError("give an absolute path")
    return source


SourceName = Annotated[
    str, Field(min_length=1, max_length=MAX_SOURCE_CHARS), AfterValidator(_placed)
]
Sources = Annotated[list[SourceName], Field(max_length=MAX_SOURCES)]


class JobBody(RequestBody):
    """What to index, and how."""

    collection: CollectionName | None = None
    sources: Sources = Field(
        default=[], description="Folders and manifests; none: all that are known."
    )
    remove: Sources = Field(default=[], description="Sources to forget, with their pictures.")
    model: Annotated[str, Field(min_length=1, max_length=1000)] | None = Field(
        default=None, description="Instead of the configured model."
    )
    retry_skipped: bool = Field(default=False, description="Try again what was skipped before.")
    rebuild: bool = Field(default=False, description="Publish even if nothing differs.")
    allow_empty: bool = Field(default=False, description="Accept that a source has become empty.")

    def parameters(self, default_collection: str) -> JobParameters:
        """As the job table wants them."""
        return JobParameters(
            self.collection or default_collection,
            tuple(self.sources),
            tuple(self.remove),
            self.model,
            self.retry_skipped,
            self.rebuild,
            self.allow_empty,
        )


class ScheduleBody(JobBody):
    """What to index, how, and when."""

    cron: str = Field(
        min_length=1,
        max_length=MAX_CRON_CHARS,
        description="Minute, hour, day of month, month, day of week; in the machine's local time.",
    )


class ParametersAnswer(BaseModel):
    """What a job was asked to do."""

    collection: str
    sources: list[str]
    remove: list[str]
    model: str | None
    retry_skipped: bool
    rebuild: bool
    allow_empty: bool
    uploads: bool = Field(description="Takes in what clients put, and nothing else.")

    @classmethod
    def of(cls, parameters: JobParameters) -> "ParametersAnswer":
        """Of a job's parameters."""
        return cls(
            collection=parameters.collection,
            sources=list(parameters.sources),
            remove=list(parameters.remove),
            model=parameters.model,
            retry_skipped=parameters.retry_skipped,
            rebuild=parameters.rebuild,
            allow_empty=parameters.allow_empty,
            uploads=parameters.uploads,
        )


class ProgressAnswer(BaseModel):
    """How far a job is. `rate` is files a second, `eta_s` seconds left at this rate; `stage` is
    `looking`, `reading` or `publishing`.
    """

    state: JobState
    stage: str | None
    done: int
    total: int | None
    skipped: int
    rate: float | None
    eta_s: float | None
    message: str | None


class JobEventAnswer(ProgressAnswer):
    """The data of an event."""

    job_id: int
    at: str

    @classmethod
    def of(cls, event: JobEvent) -> "JobEventAnswer":
        """Of an event of the table."""
        return cls(job_id=event.job_id, at=event.at, **_progress(event))


class JobAnswer(ProgressAnswer):
    """A job as it stands. `wanted` is what a running job was asked to do and will do at the next
    batch; `deaths` counts workers that died in a row without getting any further.
    """

    id: int
    collection: str
    parameters: ParametersAnswer
    schedule_id: int | None
    wanted: Wanted | None
    worker: str | None
    deaths: int
    error: str | None
    result: dict[str, JsonValue] | None
    created_at: str
    started_at: str | None
    finished_at: str | None

    @classmethod
    def of(cls, job: Job) -> "JobAnswer":
        """Of a job of the table."""
        return cls.model_validate(
            {
                "id": job.job_id,
                "collection": job.collection,
                "parameters": ParametersAnswer.of(job.parameters),
                "schedule_id": job.schedule_id,
                "wanted": job.wanted,
                "worker": job.worker,
                "deaths": job.deaths,
                "error": job.error,
                "result": job.result,
                "created_at": job.created_at,
                "started_at": job.started_at,
                "finished_at": job.finished_at,
                **_progress(job),
            }
        )


class JobsAnswer(BaseModel):
    """Jobs, newest first; `next_before` is the `before` of the next page, if there may be one."""

    jobs: list[JobAnswer]
    next_before: int | None


class JobSkippedAnswer(BaseModel):
    """A page of the files of the job's collection that are not indexed."""

    collection: str
    total: int
    skipped: list[SkippedEntry]


class ScheduleAnswer(BaseModel):
    """A schedule; `next_due` is when it queues its next job, in UTC."""

    id: int
    cron: str
    parameters: ParametersAnswer
    next_due: str
    last_job_id: int | None
    created_at: str

    @classmethod
    def of(cls, schedule: Schedule) -> "ScheduleAnswer":
        """Of a schedule of the table."""
        return cls(
            id=schedule.schedule_id,
            cron=schedule.cron,
            parameters=ParametersAnswer.of(schedule.parameters),
            next_due=schedule.next_due,
            last_job_id=schedule.last_job_id,
            created_at=schedule.created_at,
        )


class SchedulesAnswer(BaseModel):
    """All schedules, oldest first."""

    schedules: list[ScheduleAnswer]


def _progress(standing: Job | JobEvent) -> dict[str, object]:
    return {
        "state": standing.state,
        "stage": standing.stage,
        "done": standing.done,
        "total": standing.total,
        "skipped": standing.skipped,
        "rate": standing.rate,
        "eta_s": standing.eta_s,
        "message": standing.message,
    }
