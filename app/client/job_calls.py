"""Requests for jobs and schedules, as `calls` describes questions. Sends nothing."""

from collections.abc import Sequence
from typing import Literal, TypedDict, Unpack

from app.client.answers import AS_NOTHING, as_model
from app.client.calls import Call, body_of, collection_of
from app.job_schemas import (
    JobAnswer,
    JobsAnswer,
    JobSkippedAnswer,
    ScheduleAnswer,
    SchedulesAnswer,
)

Action = Literal["pause", "resume", "cancel", "retry-skipped"]


class JobOptions(TypedDict, total=False):
    """What a job may be asked to do, as docs/api.md has it."""

    collection: str
    sources: Sequence[str]
    remove: Sequence[str]
    model: str
    retry_skipped: bool
    rebuild: bool
    allow_empty: bool


def start(**options: Unpack[JobOptions]) -> Call[JobAnswer]:
    """POST /v1/jobs."""
    return Call("POST", "/v1/jobs", as_model(JobAnswer), body=body_of(**options))


def listing(
    state: str | None, collection: str | None, limit: int, before: int | None
) -> Call[JobsAnswer]:
    """GET /v1/jobs."""
    parameters = collection_of(collection)
    parameters["limit"] = limit
    if state is not None:
        parameters["state"] = state
    if before is not None:
        parameters["before"] = before
    return Call("GET", "/v1/jobs", as_model(JobsAnswer), parameters)


def show(job_id: int) -> Call[JobAnswer]:
    """GET /v1/jobs/{id}."""
    return Call("GET", f"/v1/jobs/{job_id}", as_model(JobAnswer))


def act(job_id: int, action: Action) -> Call[JobAnswer]:
    """POST /v1/jobs/{id}/pause and its kin."""
    return Call("POST", f"/v1/jobs/{job_id}/{action}", as_model(JobAnswer))


def skipped(job_id: int, limit: int, offset: int) -> Call[JobSkippedAnswer]:
    """GET /v1/jobs/{id}/skipped."""
    path = f"/v1/jobs/{job_id}/skipped"
    return Call("GET", path, as_model(JobSkippedAnswer), {"limit": limit, "offset": offset})


def events_path(job_id: int) -> str:
    """GET /v1/jobs/{id}/events, which is read as it comes."""
    return f"/v1/jobs/{job_id}/events"


def schedules() -> Call[SchedulesAnswer]:
    """GET /v1/schedules."""
    return Call("GET", "/v1/schedules", as_model(SchedulesAnswer))


def schedule(cron: str, **options: Unpack[JobOptions]) -> Call[ScheduleAnswer]:
    """POST /v1/schedules."""
    body = body_of(cron=cron, **options)
    return Call("POST", "/v1/schedules", as_model(ScheduleAnswer), body=body)


def unschedule(schedule_id: int) -> Call[None]:
    """DELETE /v1/schedules/{id}."""
    return Call("DELETE", f"/v1/schedules/{schedule_id}", AS_NOTHING)
