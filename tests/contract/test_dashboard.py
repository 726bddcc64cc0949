"""Holds the Grafana dashboard and the table of figures in the documentation to the figures of the
service: each that is named exists, and each that exists is explained.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.metrics.recorder import Metrics

# On Linux the library reads these off /proc; elsewhere there are none.
OF_PROCESS = {
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
}
NAME = re.compile(r"\b(?:sightline|process|python)_[a-z0-9_]+")
FURTHER = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}
DECLARED = re.compile(r"Reading\(\s*\"([a-z_]+)\"[^)]*?(counts=True)?\s*\)", re.DOTALL)


@pytest.fixture(scope="module")
def families(root: Path) -> dict[str, str]:
    """Every figure of the service and its type: what is recorded, and what is read off."""
    found = {family.name: family.type for family in Metrics().registry.collect()}
    for name, counts in DECLARED.findall((root / "app/metrics/readings.py").read_text("utf-8")):
        found[f"sightline_{name}"] = "counter" if counts else "gauge"
    return found


@pytest.fixture(scope="module")
def series(families: dict[str, str]) -> set[str]:
    """The names of all time series."""
    return {name + suffix for name, kind in families.items() for suffix in FURTHER.get(kind, ("",))}


@pytest.fixture(scope="module")
def dashboard(root: Path) -> dict[str, Any]:
    """The dashboard."""
    loaded: dict[str, Any] = json.loads((root / "docker/grafana-dashboard.json").read_text("utf-8"))
    return loaded


def _questions(dashboard: dict[str, Any]) -> Iterator[str]:
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel.get("targets", []))
    yield from (one["expr"] for one in dashboard["annotations"]["list"])
    yield from (one.get("definition", "") for one in dashboard["templating"]["list"])


def test_dashboard_asks_only_for_figures_that_exist(dashboard: dict[str, Any], series: set[str]):
    asked = {name for question in _questions(dashboard) for name in NAME.findall(question)}
    assert len(asked) > 20
    assert asked - series - OF_PROCESS == set()


def test_dashboard_shows_every_figure_of_ours(dashboard: dict[str, Any], families: dict[str, str]):
    text = "\n".join(_questions(dashboard))
    unseen = {name for name in families if name.startswith("sightline_") and name not in text}
    assert unseen - {"sightline_collection_index_info"} == set()


def test_dashboard_panels_have_places_and_questions_of_their_own(dashboard: dict[str, Any]):
    panels = dashboard["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(panels) == len({panel["id"] for panel in panels})
    assert all(place["gridPos"]["x"] + place["gridPos"]["w"] <= 24 for place in panels)
    assert all(expr.count("(") == expr.count(")") for expr in _questions(dashboard))


def test_documentation_explains_every_figure_and_no_other(root: Path, series, families):
    text = (root / "docs/operating.md").read_text("utf-8")
    told = {name for name in NAME.findall(text) if name.startswith("sightline_")}
    ours = {name for name in families if name.startswith("sightline_")}
    assert told - series - ours == set()
    assert {name for name in ours if name not in text} == set()
