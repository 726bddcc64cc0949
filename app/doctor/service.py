"""A running service, asked over HTTP what it says of itself. Opens no file."""

from collections.abc import Iterator

from app.client.blocking import Client
from app.client.errors import ClientError, LockedError, UnavailableError
from app.client.patience import NO_PATIENCE
from app.doctor.findings import Finding, fail, ok, warn

_TOPIC = "service"
_TIMEOUT_S = 10.0


def service_findings(url: str, api_key: str | None) -> Iterator[Finding]:
    """Whether it answers, whether it is ready, and what it says of collections and jobs."""
    with Client(url, api_key=api_key, timeout_s=_TIMEOUT_S, patience=NO_PATIENCE) as client:
        try:
            ready = client.ready()
        except UnavailableError as error:
            yield fail(_TOPIC, f"{url} is not ready: {error}", "wait, or read its log")
            return
        except ClientError as error:
            yield fail(_TOPIC, str(error), "start it (sightline serve), or correct the address")
            return
        yield ok(_TOPIC, f"{url} is ready, with the model {ready.model}")
        for name, problem in ready.problems.items():
            yield fail(
                f"collection {name}", problem, "what it says; until then the older is served"
            )
        try:
            yield from _contents(client)
        except LockedError as error:
            yield warn(_TOPIC, str(error), "give a key that may search: --api-key")
        except ClientError as error:
            yield fail(_TOPIC, str(error), "read its log")


def _contents(client: Client) -> Iterator[Finding]:
    for one in client.collections.list():
        if one.generation is not None:
            yield ok(
                f"collection {one.name}",
                f"generation {one.generation}, {one.items:,} pictures, {one.skipped:,} skipped",
            )
    for job in client.jobs.list(state="failed", limit=1).jobs:
        said = f"job {job.id} of the collection {job.collection} failed: {job.error}"
        yield warn("jobs", said, f"POST /v1/jobs/{job.id}/retry-skipped, once that is mended")
