"""A file as a source lists it, before anybody has opened it: a plain value. Touches no disk."""

from dataclasses import dataclass, field

from indexer.catalog.records import Json


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One listed file. `code` and `reason` say why it is refused unopened; None if it may be read.

    `hides_others` marks a directory that could not be listed: what was known below it still stands.
    """

    uri: str
    size_bytes: int | None = None
    mtime_ns: int | None = None
    code: str | None = None
    reason: str | None = None
    captions: tuple[str, ...] = ()
    metadata: dict[str, Json] = field(default_factory=dict)
    hides_others: bool = False
