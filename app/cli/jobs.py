"""`sightline jobs`: queue indexing as a job, look at jobs, pause, resume, cancel, retry, watch.

Works on the job table of the data directory, with or without a running service, or with --server on
that of a service elsewhere. A worker does the work: the one that `sightline serve` keeps, or
`sightline worker`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import job_schedule, options
from app.cli.job_output import as_json, echo_json, job_line, job_lines, watch_job
from app.cli.options import settings_from
from app.failures import InvalidRequestError
from app.settings import Settings
from indexer.jobs.board import JobBoard
from indexer.jobs.records import STATES, Job, JobState

if TYPE_CHECKING:
    from app.cli.service_jobs import ServiceBoard

jobs = typer.Typer(
    name="jobs",
    help="Index in the background: start, watch, pause and schedule jobs.",
    no_args_is_help=True,
)
jobs.add_typer(job_schedule.schedule)

JobId = Annotated[int, typer.Argument(help="The job's number.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, newest first.")]
State = Annotated[
    str | None, typer.Option("--state", help=f"Only jobs in this state: {', '.join(STATES)}.")
]
Watch = Annotated[bool, typer.Option("--watch", help="Show progress until the job has ended.")]


@jobs.command("start")
def start_command(
    sources: job_schedule.Sources = None,
    remove: job_schedule.Remove = None,
    retry_skipped: job_schedule.RetrySkipped = False,
    rebuild: job_schedule.Rebuild = False,
    allow_empty: job_schedule.AllowEmpty = False,
    model: job_schedule.JobModel = None,
    watch: Watch = False,
    json_wanted: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """Queue a job that brings a collection up to date."""
    settings = settings_from(locals())
    parameters = job_schedule.parameters_from(settings, locals())
    with _board(settings, server, api_key) as board:
        _queued(board, board.add(parameters), watch, json_wanted)


@jobs.command("list")
def list_command(
    limit: Limit = 20,
    state: State = None,
    json_wanted: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """List jobs, newest first."""
    settings = settings_from(locals())
    with _board(settings, server, api_key) as board:
        found = board.jobs(state=_state(state), collection=collection, limit=limit)
    if json_wanted:
        echo_json({"jobs": [as_json(job) for job in found]})
        return
    for job in found:
        typer.echo(job_line(job))
    if not found:
        typer.echo("no jobs")


@jobs.command("show")
def show_command(
    job_id: JobId,
    json_wanted: options.AsJson = False,
    data_dir: options.DataDir = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show all there is about a job."""
    with _board(settings_from(locals()), server, api_key) as board:
        _show(board.job(job_id), json_wanted)


@jobs.command("pause")
def pause_command(
    job_id: JobId,
    json_wanted: options.AsJson = False,
    data_dir: options.DataDir = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """Pause a job; a running one stops at its next batch."""
    with _board(settings_from(locals()), server, api_key) as board:
        _show(board.pause(job_id), json_wanted)


@jobs.command("resume")
def resume_command(
    job_id: JobId,
    json_wanted: options.AsJson = False,
    data_dir: options.DataDir = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """Let a paused job go on where it stopped."""
    with _board(settings_from(locals()), server, api_key) as board:
        _show(board.resume(job_id), json_wanted)


@jobs.command("cancel")
def cancel_command(
    job_id: JobId,
    json_wanted: options.AsJson = False,
    data_dir: options.DataDir = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """End a job; a running one ends at its next batch and publishes nothing."""
    with _board(settings_from(locals()), server, api_key) as board:
        _show(board.cancel(job_id), json_wanted)


@jobs.command("retry")
def retry_command(
    job_id: JobId,
    watch: Watch = False,
    json_wanted: options.AsJson = False,
    data_dir: options.DataDir = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """Queue an ended job again, with the files that were skipped."""
    with _board(settings_from(locals()), server, api_key) as board:
        _queued(board, board.retry_skipped(job_id), watch, json_wanted)


@jobs.command("watch")
def watch_command(
    job_id: JobId,
    json_wanted: options.AsJson = False,
    data_dir: options.DataDir = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show a job's progress until it has ended or is paused. Ctrl-C leaves the job running."""
    with _board(settings_from(locals()), server, api_key) as board:
        _watched(board, job_id, json_wanted)


@contextmanager
def _board(
    settings: Settings, server: str | None, api_key: str | None
) -> Iterator[JobBoard | ServiceBoard]:
    if server is not None:
        from app.cli.service_jobs import service_board

        with service_board(server, api_key) as elsewhere:
            yield elsewhere
        return
    board = JobBoard(settings.data_dir)
    try:
        yield board
    finally:
        board.close()


def _queued(board: JobBoard | ServiceBoard, job: Job, watch: bool, json_wanted: bool) -> None:
    if not watch:
        if not json_wanted:
            typer.echo("queued; a running `sightline serve` works on it, or `sightline worker`")
        _show(job, json_wanted)
        return
    _watched(board, job.job_id, json_wanted)


def _watched(board: JobBoard | ServiceBoard, job_id: int, json_wanted: bool) -> None:
    job = watch_job(lambda: board.job(job_id))
    if json_wanted:
        echo_json(as_json(job))
    if job.state in ("failed", "cancelled"):
        raise typer.Exit(1)


def _show(job: Job, json_wanted: bool) -> None:
    if json_wanted:
        echo_json(as_json(job))
        return
    for line in job_lines(job):
        typer.echo(line)


def _state(name: str | None) -> JobState | None:
    for state in STATES:
        if name == state:
            return state
    if name is not None:
        raise InvalidRequestError(f"--state: {name!r} is none of {', '.join(STATES)}")
    return None
