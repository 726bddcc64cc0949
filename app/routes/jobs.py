"""/v1/jobs: queue indexing, watch it, pause, resume, cancel; which files were skipped.

The service queues and looks; a worker, in a process of its own, does the work.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from app.dependencies import State
from app.job_schemas import JobAnswer, JobBody, JobsAnswer, JobSkippedAnswer
from app.routes.collections import DEFAULT_PAGE, MAX_PAGE
from app.schemas import CollectionName, Problem, SkippedEntry
from app.state import ServiceState
from app.writing import Writing
from indexer.catalog.reader import CatalogReader
from indexer.catalog.records import SkippedFile
from indexer.config import IndexConfig
from indexer.jobs.board import JobBoard
from indexer.jobs.records import Job, JobState

router = APIRouter(tags=["jobs"])

_LARGEST = 2**63 - 1  # SQLite's integers
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/event-stream": {}},
        "description": "Events `state` and `progress`, each with its number as `id`.",
    },
    204: {"description": "The job has ended, and there are no further events."},
    404: {"model": Problem, "description": "There is no such job."},
}

JobId = Annotated[int, Path(ge=1, le=_LARGEST)]


@router.post("/v1/jobs", summary="Queue a job", status_code=201)
async def start_job(state: State, body: JobBody, response: Response, _: Writing) -> JobAnswer:
    """Index in the background. `Location` is the job's address."""
    parameters = body.parameters(state.settings.collection)
    job = await state.desk.threads.run(state.desk.board.add, parameters)
    state.desk.look_for_work()
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return JobAnswer.of(job)


@router.get("/v1/jobs", summary="All jobs")
async def list_jobs(
    state: State,
    collection: Annotated[CollectionName | None, Query()] = None,
    job_state: Annotated[JobState | None, Query(alias="state")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    before: Annotated[int | None, Query(ge=1, le=_LARGEST)] = None,
) -> JobsAnswer:
    """Jobs, newest first. Those that ended long ago are forgotten."""

    def look() -> list[Job]:
        return state.desk.board.jobs(
            state=job_state, collection=collection, before=before, limit=limit
        )

    jobs = await state.desk.threads.run(look)
    next_before = jobs[-1].job_id if len(jobs) == limit else None
    return JobsAnswer(jobs=[JobAnswer.of(job) for job in jobs], next_before=next_before)


@router.get("/v1/jobs/{job_id}", summary="One job")
async def show_job(state: State, job_id: JobId) -> JobAnswer:
    """How a job stands, and what came of it."""
    return JobAnswer.of(await state.desk.threads.run(state.desk.board.job, job_id))


@router.post("/v1/jobs/{job_id}/pause", summary="Pause a job")
async def pause_job(state: State, job_id: JobId, _: Writing) -> JobAnswer:
    """A running job stops at its next batch; what is read stays."""
    return JobAnswer.of(await state.desk.threads.run(state.desk.board.pause, job_id))


@router.post("/v1/jobs/{job_id}/resume", summary="Resume a job")
async def resume_job(state: State, job_id: JobId, _: Writing) -> JobAnswer:
    """A paused job goes on where it stopped."""
    job = await state.desk.threads.run(state.desk.board.resume, job_id)
    state.desk.look_for_work()
    return JobAnswer.of(job)


@router.post("/v1/jobs/{job_id}/cancel", summary="Cancel a job")
async def cancel_job(state: State, job_id: JobId, _: Writing) -> JobAnswer:
    """A running job ends at its next batch, and publishes nothing."""
    return JobAnswer.of(await state.desk.threads.run(state.desk.board.cancel, job_id))


@router.post("/v1/jobs/{job_id}/retry-skipped", summary="Try skipped files again", status_code=201)
async def retry_job(state: State, job_id: JobId, response: Response, _: Writing) -> JobAnswer:
    """Queue an ended job again, with the files that were skipped. The answer is the new job."""
    job = await state.desk.threads.run(state.desk.board.retry_skipped, job_id)
    state.desk.look_for_work()
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return JobAnswer.of(job)


@router.get(
    "/v1/jobs/{job_id}/events",
    summary="A job's events as they happen",
    responses=_STREAM,
    response_class=Response,
)
async def follow_job(
    state: State,
    job_id: JobId,
    last_event_id: Annotated[int, Header(ge=0, le=_LARGEST)] = 0,
) -> Response:
    """Server-sent events, from the job's first on, until it has ended."""
    desk = state.desk
    job = await desk.threads.run(desk.board.job, job_id)
    if job.ended and not await desk.threads.run(desk.board.events, job_id, last_event_id, 1):
        return Response(status_code=204)  # tells a browser not to connect again
    return desk.stream(job_id, last_event_id)


@router.get("/v1/jobs/{job_id}/skipped", summary="Files that a job could not index")
async def list_job_skipped(
    state: State,
    job_id: JobId,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    offset: Annotated[int, Query(ge=0, le=_LARGEST)] = 0,
) -> JobSkippedAnswer:
    """The files of the job's collection that are not indexed now, each with the reason."""
    job, total, files = await state.desk.threads.run(
        _skipped, state, state.desk.board, job_id, limit, offset
    )
    entries = [
        SkippedEntry(uri=file.uri, code=file.code, reason=file.reason, size_bytes=file.size_bytes)
        for file in files
    ]
    return JobSkippedAnswer(collection=job.collection, total=total, skipped=entries)


def _skipped(
    state: ServiceState, board: JobBoard, job_id: int, limit: int, offset: int
) -> tuple[Job, int, list[SkippedFile]]:
    """Read from the catalog itself: a job's collection need not be served yet."""
    job = board.job(job_id)
    config = IndexConfig(state.settings.data_dir, job.collection)
    try:
        reader = CatalogReader(config.catalog_path())
    except FileNotFoundError:
        return job, 0, []
    try:
        return job, reader.skipped_count(), reader.skipped(limit, offset)
    finally:
        reader.close()
