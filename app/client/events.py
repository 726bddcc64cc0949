"""A stream of server-sent events → the events of a job (HTML standard, section 9.2). Asks for
nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.job_schemas import JobEventAnswer


@dataclass(frozen=True, slots=True)
class JobEvent:
    """`state` when the job's state changed, `progress` in between."""

    number: int
    kind: str
    data: JobEventAnswer


class EventReader:
    """Lines in, events out; made anew for every stream."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {}

    def take(self, line: str) -> Iterator[JobEvent]:
        """The event that this line completes, if it does."""
        if line:
            name, _, value = line.partition(":")
            if name:  # else a comment, which keeps the connection alive
                self._fields[name] = value.removeprefix(" ")
            return
        fields, self._fields = self._fields, {}
        if "data" in fields:
            yield JobEvent(
                int(fields.get("id", "0")),
                fields.get("event", "message"),
                JobEventAnswer.model_validate_json(fields["data"]),
            )
