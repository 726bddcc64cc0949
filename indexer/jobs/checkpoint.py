"""A run's progress, written into the job table; where pause, cancel and stop take hold.

The indexer tells progress only when everything so far is committed, so a run that is stopped here
loses no more than the batch it has begun. Stops by raising RunStoppedError, never by killing.
"""

import time
from collections.abc import Callable
from typing import Literal

from indexer.jobs.claims import Claims, Report
from indexer.jobs.records import Job
from indexer.progress import IndexSummary

Why = Literal["pause", "cancel", "lost", "stop", "yield"]
# What clients put goes first. But a run reads for so long before it lets that pass, and for so many
# times as long as it looked at its sources, which it will have to do again.
_LEAST_READING_S = 5.0
_READING_A_LOOK = 2.0


class RunStoppedError(Exception):
    """The run shall end here; `why` says what becomes of the job. Never leaves the worker."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class Checkpoint:
    """A `Progress` that goes on counting where an earlier run of the same job stopped."""

    def __init__(self, claims: Claims, job: Job, stop_asked: Callable[[], bool]) -> None:
        self._claims = claims
        self._job = job
        self._stop_asked = stop_asked
        self._stage = "looking"
        self._message: str | None = None
        self._done_before = self._done = job.done
        self._total = job.total
        self._skipped = job.skipped
        self._advanced = False
        self._made_s = self._began_s = time.monotonic()
        self._may_yield_s: float | None = None

    def start(self, total: int) -> None:
        """So many files are left to read."""
        if self._may_yield_s is None:
            now_s = time.monotonic()
            looked_s = now_s - self._made_s
            self._may_yield_s = now_s + max(_LEAST_READING_S, _READING_A_LOOK * looked_s)
        self._total = self._done + total
        self._stage = "reading" if total else "publishing"
        self._began_s = time.monotonic()
        self._done_before = self._done
        self._pass()

    def advance(self, count: int, skipped: int) -> None:
        """So many more files are committed."""
        self._done += count
        self._skipped += skipped
        # Files that are skipped may come again in every run: they are no way forward.
        self._advanced = self._advanced or count > skipped
        if self._total is not None and self._done >= self._total:
            self._stage = "publishing"
        self._pass()

    def note(self, message: str) -> None:
        """A sentence about what happens now."""
        self._message = message
        self._pass()

    def finish(self, summary: IndexSummary) -> None:
        """Nothing: the worker writes down how it ended."""

    def _pass(self) -> None:
        """Write down how far the run is; then do what is wanted. Raises RunStoppedError."""
        seconds = time.monotonic() - self._began_s
        read = self._done - self._done_before
        rate = read / seconds if read and seconds else None
        self._claims.report(
            self._job,
            Report(
                self._stage,
                self._done,
                self._total,
                self._skipped,
                rate,
                self._message,
                self._advanced,
            ),
        )
        wanted = self._claims.wanted(self._job)
        if wanted is not None:
            raise RunStoppedError(wanted)
        if self._stop_asked():
            raise RunStoppedError("stop")
        if self._is_due_to_yield() and self._claims.uploads_wait(self._job):
            raise RunStoppedError("yield")

    def _is_due_to_yield(self) -> bool:
        return (
            self._stage == "reading"
            and self._may_yield_s is not None
            and time.monotonic() >= self._may_yield_s
        )
