"""`sightline jobs --server`: the jobs and schedules of a running service, as its own table would
give them out. Opens no file.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from app.client.blocking import Client
from app.client.job_calls import JobOptions
from app.job_schemas import JobAnswer, ParametersAnswer, ScheduleAnswer
from indexer.jobs.records import Job, JobParameters, JobState, Schedule

_PAGE = 100


class ServiceBoard:
    """What the commands need of a `JobBoard`, over HTTP. Raises ClientError's kinds."""

    def __init__(self, client: Client) -> None:
        self._jobs = client.jobs

    def add(self, parameters: JobParameters) -> Job:
        """Queue a job; paths are those of the service's machine."""
        return _job(self._jobs.start(**_options(parameters)))

    def jobs(self, *, state: JobState | None, collection: str | None, limit: int) -> list[Job]:
        """Jobs, newest first."""
        found: list[Job] = []
        before: int | None = None
        while len(found) < limit:
            page = self._jobs.list(
                state=state,
                collection=collection,
                limit=min(limit - len(found), _PAGE),
                before=before,
            )
            found += map(_job, page.jobs)
            before = page.next_before
            if before is None:
                break
        return found

    def job(self, job_id: int) -> Job:
        """How a job stands."""
        return _job(self._jobs.show(job_id))

    def pause(self, job_id: int) -> Job:
        """A running job stops at its next batch."""
        return _job(self._jobs.pause(job_id))

    def resume(self, job_id: int) -> Job:
        """A paused job goes on."""
        return _job(self._jobs.resume(job_id))

    def cancel(self, job_id: int) -> Job:
        """A job ends, and publishes nothing."""
        return _job(self._jobs.cancel(job_id))

    def retry_skipped(self, job_id: int) -> Job:
        """Queue an ended job again, with the files that were skipped."""
        return _job(self._jobs.retry_skipped(job_id))


class ServiceSchedules:
    """What the commands need of `Schedules`, over HTTP. Raises ClientError's kinds."""

    def __init__(self, client: Client) -> None:
        self._schedules = client.schedules

    def add(self, cron: str, parameters: JobParameters) -> Schedule:
        """Keep a schedule; times and paths are those of the service's machine."""
        return _schedule(self._schedules.add(cron, **_options(parameters)))

    def all(self) -> list[Schedule]:
        """All schedules, oldest first."""
        return [_schedule(one) for one in self._schedules.list()]

    def remove(self, schedule_id: int) -> None:
        """Forget a schedule; its jobs stay."""
        self._schedules.remove(schedule_id)


@contextmanager
def service_board(url: str, api_key: str | None) -> Iterator[ServiceBoard]:
    """The jobs of the service at an address."""
    with Client(url, api_key=api_key) as client:
        yield ServiceBoard(client)


@contextmanager
def service_schedules(url: str, api_key: str | None) -> Iterator[ServiceSchedules]:
    """The schedules of the service at an address."""
    with Client(url, api_key=api_key) as client:
        yield ServiceSchedules(client)


def _options(parameters: JobParameters) -> JobOptions:
    options: JobOptions = {
        "collection": parameters.collection,
        "sources": parameters.sources,
        "remove": parameters.remove,
        "retry_skipped": parameters.retry_skipped,
        "rebuild": parameters.rebuild,
        "allow_empty": parameters.allow_empty,
    }
    if parameters.model is not None:
        options["model"] = parameters.model
    return options


def _parameters(answer: ParametersAnswer) -> JobParameters:
    return JobParameters.from_json(json.dumps(answer.model_dump()))


def _schedule(answer: ScheduleAnswer) -> Schedule:
    """An answer as the table has it."""
    return Schedule(
        answer.id,
        answer.cron,
        _parameters(answer.parameters),
        datetime.fromisoformat(answer.next_due).timestamp(),
        answer.last_job_id,
        answer.created_at,
    )


def _job(answer: JobAnswer) -> Job:
    """An answer as the table has it."""
    parameters = _parameters(answer.parameters)
    left_out = {"id", "collection", "parameters", "eta_s"}  # of the record, or computed by it
    return Job(job_id=answer.id, parameters=parameters, **answer.model_dump(exclude=left_out))
