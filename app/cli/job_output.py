"""How jobs and schedules are shown: a line each, all there is about one, and a bar while one runs.
Changes nothing.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from app.cli.progress import duration
from indexer.jobs.records import Job, Schedule

_LOOK_S = 0.5
_LINE_INTERVAL_S = 5.0


def as_json(value: Job | Schedule) -> dict[str, Any]:
    """For programs."""
    plain = asdict(value)
    if isinstance(value, Job):
        return {"id": plain.pop("job_id"), **plain, "eta_s": value.eta_s}
    return {"id": plain.pop("schedule_id"), **plain, "next_due": value.next_due}


def echo_json(value: object) -> None:
    """One document."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def job_line(job: Job) -> str:
    """One job in one line."""
    return f"{job.job_id:>5}  {job.state:<9}  {job.collection:<16}  {standing(job)}".rstrip()


def standing(job: Job) -> str:
    """How far a job is, in words."""
    said = []
    if job.state in ("running", "paused") or job.done:
        of = f" of {job.total:,}" if job.total is not None else ""
        said.append(f"{job.done:,}{of} files")
    if job.state == "running" and job.stage:
        said.append(job.stage)
    if job.skipped:
        said.append(f"{job.skipped:,} skipped")
    if job.rate and job.state == "running":
        said.append(f"{job.rate:,.0f} files/s")
    if job.eta_s is not None:
        said.append(f"{duration(job.eta_s)} left")
    if job.wanted:
        said.append(f"{job.wanted} at the next batch")
    if job.message:
        said.append(job.message)
    return ", ".join(said)


def job_lines(job: Job) -> list[str]:
    """All there is about one job."""
    asked = job.parameters
    flags = [name for name in ("retry_skipped", "rebuild", "allow_empty") if getattr(asked, name)]
    rows = {
        "job": f"{job.job_id}, {job.state}",
        "collection": job.collection,
        "sources": "\n                ".join(asked.sources) or "all that are known",
        "forget": "\n                ".join(asked.remove),
        "model": asked.model or "",
        "with": ", ".join(flags),
        "schedule": str(job.schedule_id or ""),
        "progress": standing(job),
        "worker": job.worker or "",
        "queued": job.created_at,
        "started": job.started_at or "",
        "ended": job.finished_at or "",
        "error": job.error or "",
    }
    return [f"{name:<14}  {value}" for name, value in rows.items() if value]


def schedule_line(schedule: Schedule) -> str:
    """One schedule in one line."""
    asked = schedule.parameters
    sources = ", ".join(asked.sources) or "all known sources"
    return (
        f"{schedule.schedule_id:>5}  {schedule.cron:<16}  {asked.collection:<16}  "
        f"next {schedule.next_due}  {sources}"
    )


def watch_job(look: Callable[[], Job], sleep: Callable[[float], None] = time.sleep) -> Job:
    """Show a job on standard error until it has ended or is paused. Returns it as it is then."""
    if sys.stderr.isatty():
        return _watch_with_bar(look, sleep, Console(stderr=True))
    said = ""
    said_s = 0.0
    while True:
        job = look()
        line = f"job {job.job_id} is {job.state}"
        is_over = job.ended or job.state == "paused"
        if line != said or time.monotonic() - said_s >= _LINE_INTERVAL_S:
            how = standing(job)
            typer.echo(f"{line}: {how}" if how else line, err=True)
            said, said_s = line, time.monotonic()
        if is_over:
            return job
        sleep(_LOOK_S)


def _watch_with_bar(
    look: Callable[[], Job], sleep: Callable[[float], None], console: Console
) -> Job:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TextColumn("{task.fields[how]}"), console=console, transient=True
    ) as bar:
        job = look()
        task = bar.add_task(f"job {job.job_id}", total=job.total, how="")
        while True:
            how = f"{job.state}, {standing(job)}"
            bar.update(task, total=job.total, completed=job.done, how=how)
            if job.ended or job.state == "paused":
                break
            sleep(_LOOK_S)
            job = look()
    console.print(f"job {job.job_id} is {job.state}: {standing(job)}", highlight=False)
    return job
