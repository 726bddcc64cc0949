"""`sightline jobs schedule`: cron expressions that queue jobs, in the data directory or, with
--server, at a service; and the flags that say what a job does, which `sightline jobs start` shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import options
from app.cli.job_output import as_json, echo_json, schedule_line
from app.cli.options import settings_from
from app.settings import Settings
from indexer.jobs.records import JobParameters
from indexer.jobs.schedules import Schedules

if TYPE_CHECKING:
    from app.cli.service_jobs import ServiceSchedules

schedule = typer.Typer(name="schedule", help="Queue jobs at certain times.", no_args_is_help=True)

Sources = Annotated[
    list[str] | None, typer.Argument(help="Folders and manifests. None: all known ones.")
]
Remove = Annotated[
    list[str] | None, typer.Option("--remove", help="Forget a source and its pictures.")
]
RetrySkipped = Annotated[
    bool, typer.Option("--retry-skipped", help="Try again what was skipped before.")
]
Rebuild = Annotated[bool, typer.Option("--rebuild", help="Publish even if nothing differs.")]
AllowEmpty = Annotated[
    bool, typer.Option("--allow-empty", help="Accept that a source has become empty.")
]
JobModel = Annotated[
    str | None, typer.Option("--model", "-m", help="Instead of the worker's configured model.")
]
Cron = Annotated[
    str,
    typer.Argument(
        help='Minute, hour, day of month, month, day of week, in local time: "30 3 * * *".'
    ),
]
ScheduleId = Annotated[int, typer.Argument(help="The schedule's number.")]


def parameters_from(settings: Settings, flags: Mapping[str, Any]) -> JobParameters:
    """What a job is to do, from a command's flags (it passes its `locals()`)."""
    return JobParameters(
        settings.collection,
        tuple(flags["sources"] or ()),
        tuple(flags["remove"] or ()),
        flags["model"],
        flags["retry_skipped"],
        flags["rebuild"],
        flags["allow_empty"],
    )


@schedule.command("add")
def add_command(
    cron: Cron,
    sources: Sources = None,
    remove: Remove = None,
    retry_skipped: RetrySkipped = False,
    rebuild: Rebuild = False,
    allow_empty: AllowEmpty = False,
    model: JobModel = None,
    json_wanted: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """Queue a job whenever the expression comes true. Missed times are made up for once."""
    settings = settings_from(locals())
    parameters = parameters_from(settings, locals())
    with _schedules(settings, server, api_key) as schedules:
        added = schedules.add(cron, parameters)
    if json_wanted:
        echo_json(as_json(added))
    else:
        typer.echo(schedule_line(added))


@schedule.command("list")
def list_command(
    json_wanted: options.AsJson = False,
    data_dir: options.DataDir = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """List the schedules."""
    with _schedules(settings_from(locals()), server, api_key) as schedules:
        found = schedules.all()
    if json_wanted:
        echo_json({"schedules": [as_json(one) for one in found]})
        return
    for one in found:
        typer.echo(schedule_line(one))
    if not found:
        typer.echo("no schedules")


@schedule.command("remove")
def remove_command(
    schedule_id: ScheduleId,
    data_dir: options.DataDir = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """Forget a schedule; its jobs stay."""
    with _schedules(settings_from(locals()), server, api_key) as schedules:
        schedules.remove(schedule_id)
    typer.echo(f"schedule {schedule_id} is forgotten")


@contextmanager
def _schedules(
    settings: Settings, server: str | None, api_key: str | None
) -> Iterator[Schedules | ServiceSchedules]:
    if server is not None:
        from app.cli.service_jobs import service_schedules

        with service_schedules(server, api_key) as elsewhere:
            yield elsewhere
        return
    schedules = Schedules(settings.data_dir)
    try:
        yield schedules
    finally:
        schedules.close()
