"""How a training run is shown: a bar with what it says and the time left on a terminal, a line
every few seconds elsewhere. Both go to standard error. Decides nothing about the run.
"""

import sys
import time

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from app.cli.progress import duration

_LINE_INTERVAL_S = 5.0


class TrainingBar:
    """For a terminal."""

    def __init__(self, console: Console) -> None:
        self._task: TaskID | None = None
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[said]}"),
            console=console,
            transient=True,
        )

    def start(self, what: str, total: int) -> None:
        """Show a bar of this phase in place of the one before."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(what, total=total, said="")
        self._bar.start()

    def advance(self, count: int, said: str = "") -> None:
        """Move the bar."""
        if self._task is not None:
            self._bar.update(self._task, advance=count, said=said)

    def note(self, message: str) -> None:
        """Print a line above the bar."""
        self._bar.console.print(message, markup=False, highlight=False)

    def finish(self) -> None:
        """Take the bar away."""
        self._bar.stop()


class TrainingLines:
    """For logs and pipes."""

    def __init__(self) -> None:
        self.start("", 0)

    def start(self, what: str, total: int) -> None:
        """Begin to count anew."""
        self._what, self._total, self._done = what, total, 0
        self._began_s = self._last_s = time.monotonic()

    def advance(self, count: int, said: str = "") -> None:
        """Say how far it is, every few seconds."""
        self._done += count
        now_s = time.monotonic()
        if now_s - self._last_s < _LINE_INTERVAL_S:
            return
        self._last_s = now_s
        rate = self._done / (now_s - self._began_s)
        left = f", {duration((self._total - self._done) / rate)} left" if rate else ""
        more = f", {said}" if said else ""
        typer.echo(f"{self._what}: {self._done:,} of {self._total:,}{more}{left}", err=True)

    def note(self, message: str) -> None:
        """Say it."""
        typer.echo(message, err=True)

    def finish(self) -> None:
        """Nothing to take away."""


def training_progress_for_stderr() -> TrainingBar | TrainingLines:
    """A bar if standard error is a terminal, plain lines otherwise."""
    return TrainingBar(Console(stderr=True)) if sys.stderr.isatty() else TrainingLines()
