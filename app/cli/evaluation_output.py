"""How `sightline eval` shows its progress and its results: a bar, tables, JSON, a report's folder.
Measures nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.failures import InvalidRequestError

if TYPE_CHECKING:
    from models.evaluation.encoding import SkippedPicture
    from models.evaluation.report import Record, Report

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Folder for the report: HTML, JSON and PNG.", metavar="DIR"),
]

_SHOWN_SKIPPED = 10


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A function to tell how far it is; a bar shows it if standard error is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def prepare_folder(out: Path | None) -> None:
    """Make the report's folder before anything is measured. Raises InvalidRequestError."""
    if out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidRequestError(f"cannot write to {out}: {error.strerror}") from error


def deliver(
    out: Path | None,
    as_json: bool,
    lines: Sequence[str],
    record: Callable[[], Record],
    report: Callable[[], Report],
) -> None:
    """Print the lines, or the record as JSON; write the report if a folder is named.

    Raises InvalidRequestError if the report cannot be written.
    """
    from models.evaluation.report import as_json as as_text

    made, page = None, None
    if out is not None:
        made = report()
        try:
            page = made.write(out)
        except OSError as error:
            raise InvalidRequestError(f"cannot write to {out}: {error.strerror}") from error
    if as_json:
        typer.echo(as_text(made.record if made else record()))
        return
    for line in lines:
        typer.echo(printable(line))
    if page is not None:
        typer.echo(f"\nreport  {page}")


def table(header: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> list[str]:
    """Aligned lines; the first `words` columns to the left, figures to the right. A header of
    nothing is left out.
    """
    lines = [list(header)] if any(header) else []
    lines += [list(row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return [
        "   ".join(
            text.ljust(width) if column < words else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in lines
    ]


def skipped_lines(skipped: Sequence[SkippedPicture]) -> list[str]:
    """What was left out, and why; the first few of many."""
    if not skipped:
        return []
    lines = ["", f"{len(skipped):,} files are left out:"]
    lines += [f"  {one.code:<18}  {one.name}  {one.reason}" for one in skipped[:_SHOWN_SKIPPED]]
    if len(skipped) > _SHOWN_SKIPPED:
        lines.append("  … all of them: --json, or report.json of --out")
    return lines


def printable(line: str) -> str:
    """A line that cannot steer the terminal, whatever names are in it."""
    return "".join(char if char.isprintable() else "?" for char in line)
