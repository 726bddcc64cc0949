"""A report on disk: report.json for programs, report.html for people, and its charts as PNG files.

Holds what all reports share: what was measured, with which model, when, and by which versions.
Never measures anything.
"""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from math import isfinite
from pathlib import Path

from models.encoder import EncoderInfo
from models.evaluation.encoding import SkippedPicture
from models.evaluation.intervals import RESAMPLES, Interval
from models.evaluation.page import Page

Figure = None | bool | int | float | str | Sequence["Figure"] | Mapping[str, "Figure"]
"""Any JSON value."""
Record = dict[str, Figure]
"""A whole JSON document."""

JSON_FILE, HTML_FILE = "report.json", "report.html"
_VERSIONED = ("sightline", "numpy", "torch", "open_clip_torch")
_SHOWN_SKIPPED = 50  # all of them are in the JSON file


@dataclass(frozen=True, slots=True)
class Subject:
    """What was measured: where it came from, with which model, and what was left out."""

    source: str
    model: EncoderInfo
    skipped: Sequence[SkippedPicture] = ()


@dataclass(slots=True)
class Report:
    """One evaluation: `record` is the JSON document, `page` the HTML one, `charts` the PNG files by
    name.
    """

    record: Record
    page: Page
    charts: dict[str, bytes] = field(default_factory=dict)

    def add_chart(self, name: str, png: bytes, caption: str) -> None:
        """Show a chart on the page, and keep it for a file of its own."""
        self.charts[name] = png
        self.page.chart(png, caption)

    def write(self, directory: Path) -> Path:
        """Write all files, over those of an earlier report. Returns the page's path; raises
        OSError.
        """
        directory.mkdir(parents=True, exist_ok=True)
        for name, png in self.charts.items():
            (directory / f"{name}.png").write_bytes(png)
        (directory / JSON_FILE).write_text(as_json(self.record) + "\n", encoding="utf-8")
        page = directory / HTML_FILE
        page.write_text(self.page.html(), encoding="utf-8")
        return page


def as_json(record: Record) -> str:
    """The document as text."""
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)


def intervals_of(what: str) -> str:
    """The sentence that says what the brackets are; `what` was drawn again."""
    return f"In brackets: 95 % bootstrap intervals from {RESAMPLES:,} resamples of {what}."


def new_record(
    kind: str, subject: Subject, figures: Mapping[str, Figure], definitions: Mapping[str, str]
) -> Record:
    """The JSON document of an evaluation that has just been made."""
    return {
        "kind": kind,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "source": subject.source,
        "figures": figures,
        "definitions": dict(definitions),
        "model": asdict(subject.model),
        "versions": versions(),
        "skipped": [asdict(one) for one in subject.skipped],
    }


def new_report(title: str, record: Record) -> Report:
    """A report whose page has a title and no parts yet."""
    day = str(record["created_at"]).replace("T", " ").replace("+00:00", " UTC")
    model = _mapping(record["model"])["model_name"]
    return Report(record, Page(title, f"{record['source']} · model {model} · {day}"))


def finish(report: Report) -> Report:
    """Add what stands at the end of every page: skipped files, definitions, model, versions."""
    page, record = report.page, report.record
    skipped = record["skipped"]
    assert isinstance(skipped, list)
    if skipped:
        page.heading(f"Left out: {len(skipped):,}")
        rows = [[one["name"], one["reason"]] for one in skipped[:_SHOWN_SKIPPED]]
        page.table(["file", "why"], rows, words=2)
        if len(skipped) > _SHOWN_SKIPPED:
            page.paragraph(f"The first {_SHOWN_SKIPPED} of them; all are in {JSON_FILE}.")
    page.heading("What the figures mean")
    definitions = _mapping(record["definitions"])
    page.table(["figure", "definition"], [[k, str(v)] for k, v in definitions.items()], words=2)
    page.heading("Model and versions")
    facts = {**_mapping(record["model"]), **_mapping(record["versions"])}
    page.table(
        ["", ""],
        [[name, str(value)] for name, value in facts.items() if value is not None],
        words=2,
    )
    return report


def _mapping(value: Figure) -> Mapping[str, Figure]:
    assert isinstance(value, Mapping)
    return value


def as_figure(interval: Interval | None) -> Figure:
    """An interval as JSON; None where there is no value."""
    if interval is None or not isfinite(interval.value):
        return None
    return asdict(interval)


def percent(interval: Interval | None) -> str:
    """`12.3 % [11.0, 13.6]`, or a dash where there is no value."""
    if interval is None or not isfinite(interval.value):
        return "–"
    return f"{interval.value:.1%} {bounds(interval)}".replace("%", " %", 1)


def bounds(interval: Interval) -> str:
    """The bounds of a share, in percent."""
    return f"[{interval.low * 100:.1f}, {interval.high * 100:.1f}]"


def versions() -> dict[str, str]:
    """What computed the figures; a package that is not installed is left out."""
    found = {"python": platform.python_version()}
    for name in _VERSIONED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
