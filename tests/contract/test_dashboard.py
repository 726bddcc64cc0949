"""Holds the Grafana dashboard and the table of figures in the documentation to the figures of the
service: each that is named exists, and each that exists is explained.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.metrics.recorder import Metrics
from indexer.jobs.records import STATES

# On Linux the library reads these off /proc; elsewhere there are none.
OF_PROCESS = {
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
}
NAME = re.compile(r"\b(?:sightline|process|python)_[a-z0-9_]+")
FURTHER = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}
SELECTED = re.compile(r"((?:sightline|process|python)_[a-z0-9_]+)(?:\{([^}]*)\})?")
MATCHED = re.compile(r"(\w+)(?:=~|!=|!~|=)\"([^\"]*)\"")
GROUPED = re.compile(r"\bby \(([^)]*)\)")
OF_PROMETHEUS = {"job", "instance"}  # labels that the scrape adds
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


def _read_off(root: Path) -> dict[str, set[str]]:
    """The labels of the figures that are read off the service, as the source has them."""
    tree = ast.parse((root / "app/metrics/readings.py").read_text("utf-8"))
    labels: dict[str, set[str]] = {}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        names: dict[str, str] = {}
        for node in ast.walk(function):
            match node:
                case ast.Assign([ast.Name(name)], ast.Call(ast.Name("Reading"), [first, *_])):
                    names[name] = f"sightline_{ast.literal_eval(first)}"
        for node in ast.walk(function):
            match node:
                case ast.Call(ast.Attribute(ast.Name(name), "add"), _, named) if name in names:
                    given = {one.arg for one in named if one.arg is not None}
                    labels.setdefault(names[name], set()).update(given)
        for node in ast.walk(function):
            if function.name == "_described" and isinstance(node, ast.Dict):
                keys = {ast.literal_eval(key) for key in node.keys if key is not None}
                labels.setdefault("sightline_model_info", set()).update(keys)
    return labels


@pytest.fixture(scope="module")
def labels(root: Path) -> dict[str, set[str]]:
    """The labels of every figure of ours."""
    metrics = Metrics()
    metrics.request("GET", "/v1/search", 200, 0.1)
    metrics.stage("encode", 0.1)
    metrics.batch("texts", 1, 0.1)
    metrics.problem("overloaded", "the model")
    metrics.fetch("fetched")
    samples = [sample for family in metrics.registry.collect() for sample in family.samples]
    recorded = {sample.name: set(sample.labels) for sample in samples}
    read_off = _read_off(root)
    counted = {f"{name}_total": found for name, found in read_off.items()}
    return {**counted, **read_off, **recorded}


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


def test_dashboard_asks_only_by_labels_and_values_that_exist(dashboard, labels):
    targets = [one for panel in dashboard["panels"] for one in panel.get("targets", [])]
    assert len(targets) > 30
    for target in (*targets, *dashboard["annotations"]["list"]):
        expr = target["expr"]
        known: list[set[str]] = []
        for name, selector in SELECTED.findall(expr):
            known.append(labels.get(name, set()) | OF_PROMETHEUS)
            for label, value in MATCHED.findall(selector):
                assert label in known[-1], f"{name} has no {label}: {expr}"
                if label == "state":
                    assert set(value.split("|")) <= set(STATES), expr
        assert known, expr
        shown = re.findall(r"{{(\w+)}}", target.get("legendFormat", ""))
        grouped = [one.strip() for by in GROUPED.findall(expr) for one in by.split(",")]
        for label in (*grouped, *shown):
            assert all(label in one for one in known), f"no {label}: {expr}"
        if grouped:
            assert set(shown) <= set(grouped), f"{shown} is summed away: {expr}"


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
