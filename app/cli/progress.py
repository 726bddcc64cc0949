"""How an index run is shown: a bar with rate and time left on a terminal, a line every few seconds
elsewhere (logs, pipes). Both go to standard error. Decides nothing about the run.
"""

import sys
import time

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from indexer.progress import IndexSummary
from indexer.progress import Progress as IndexProgress

_LINE_INTERVAL_S = 5.0


def progress_for_stderr() -> IndexProgress:
    """A bar if standard error is a terminal, plain lines otherwise."""
    return BarProgress(Console(stderr=True)) if sys.stderr.isatty() else LineProgress()


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class _RateColumn(ProgressColumn):
    """Files a second."""

    def render(self, task: Task) -> Text:
        """The rate, once there is one."""
        return Text(f"{task.speed:,.0f} files/s" if task.speed else "")


class BarProgress:
    """For a terminal."""

    def __init__(self, console: Console) -> None:
        self._skipped = 0
        self._task: TaskID | None = None
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _RateColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[skipped]}"),
            console=console,
            transient=True,
        )

    def start(self, total: int) -> None:
        """Show the bar, if there is anything to do; told again, correct how much it is."""
        if self._task is not None:
            self._bar.update(self._task, total=total)
        elif total:
            self._task = self._bar.add_task("indexing", total=total, skipped="")
            self._bar.start()

    def advance(self, count: int, skipped: int) -> None:
        """Move the bar."""
        self._skipped += skipped
        if self._task is not None:
            said = f"{self._skipped:,} skipped" if self._skipped else ""
            self._bar.update(self._task, advance=count, skipped=said)

    def note(self, message: str) -> None:
        """Print a line above the bar."""
        self._bar.console.print(message, markup=False, highlight=False)

    def finish(self, summary: IndexSummary) -> None:  # noqa: ARG002
        """Take the bar away."""
        self._bar.stop()


class LineProgress:
    """For logs and pipes."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._last_s = self._began_s
        self._total = 0
        self._done = 0
        self._skipped = 0

    def start(self, total: int) -> None:
        """Say how much there is to do, unless that was said before."""
        if total and total != self._total:
            typer.echo(f"{total:,} files to read", err=True)
        self._total = total
        self._began_s = self._last_s = time.monotonic()

    def advance(self, count: int, skipped: int) -> None:
        """Say how far it is, every few seconds."""
        self._done += count
        self._skipped += skipped
        now_s = time.monotonic()
        if now_s - self._last_s >= _LINE_INTERVAL_S:
            self._last_s = now_s
            rate = self._done / (now_s - self._began_s)
            left = duration(max(self._total - self._done, 0) / rate) if rate else "unknown time"
            typer.echo(
                f"{self._done:,} of {self._total:,} files, {self._skipped:,} skipped, "
                f"{rate:,.0f} files/s, {left} left",
                err=True,
            )

    def note(self, message: str) -> None:
        """Say it."""
        typer.echo(message, err=True)

    def finish(self, summary: IndexSummary) -> None:
        """Nothing to take away."""
