"""How an index run tells its caller how far it is, and what came of it.

The caller decides how to show it. Prints nothing.
"""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """What an index run found and did.

    Counts of `unchanged` to `metadata_changed`, and `re_embedded` (the same picture, another
    model), are of pictures, against the generation before. `skipped` counts the listed files that
    are on record as not indexed, by code in `skipped_by_code`. `decoded` and `encoded` are what
    this run had to do.
    """

    generation: int | None
    published: bool
    scanned: int
    unchanged: int
    new: int
    changed: int
    renamed: int
    removed: int
    metadata_changed: int
    skipped: int
    encoded: int
    decoded: int
    seconds: float
    skipped_by_code: dict[str, int] = field(default_factory=dict)
    re_embedded: int = 0

    @property
    def rate(self) -> float:
        """Pictures decoded a second, over the whole run."""
        return self.decoded / self.seconds if self.seconds else 0.0


class Progress(Protocol):
    """Who is told. All calls come from the thread that runs the indexer.

    When `start`, `advance` or `note` is called, everything told so far is committed. So each of
    them may raise to end the run there: nothing is lost, and the next run goes on behind it.
    """

    def start(self, total: int) -> None:
        """So many files have to be read; 0 if nothing changed."""
        ...

    def advance(self, count: int, skipped: int) -> None:
        """So many more files are done, of which so many could not be indexed."""
        ...

    def note(self, message: str) -> None:
        """A sentence about what happens now."""
        ...

    def finish(self, summary: IndexSummary) -> None:
        """The run is over."""
        ...


class SilentProgress:
    """Tells nobody."""

    def start(self, total: int) -> None:
        """Ignore it."""

    def advance(self, count: int, skipped: int) -> None:
        """Ignore it."""

    def note(self, message: str) -> None:
        """Ignore it."""

    def finish(self, summary: IndexSummary) -> None:
        """Ignore it."""
