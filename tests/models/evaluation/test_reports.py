"""Reports: whole files on disk, nothing fetched from elsewhere, hostile names harmless."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from models.encoder import unit_embeddings
from models.evaluation.classification import measure_classes
from models.evaluation.classification_report import Confidence, classification_report
from models.evaluation.encoding import SkippedPicture
from models.evaluation.examples import choose_examples
from models.evaluation.index_recall import measure_index
from models.evaluation.index_report import index_report
from models.evaluation.report import Report, Subject
from models.evaluation.retrieval import measure_retrieval
from models.evaluation.retrieval_report import Shown, retrieval_report
from models.fake_encoder import FakeEncoder

HOSTILE = (
    "<script>alert('x')</script>\"><img src=https://elsewhere.example/x.png> $\\bad{$ \x1b[31m"
)
JPEG = b"\xff\xd8 not looked at"
SUBJECT = Subject(
    HOSTILE, FakeEncoder().info, [SkippedPicture(HOSTILE, "corrupt", f"broken: {HOSTILE}")]
)


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def retrieval() -> Report:
    rng = np.random.default_rng(0)
    images = unit_embeddings(rng.standard_normal((6, 8)))
    owners = [0, 0, 1, 2, 3, 4, 5]
    texts = unit_embeddings(images[owners] + rng.normal(0, 0.5, (7, 8)))
    figures = measure_retrieval(images, texts, owners)
    examples = choose_examples(images, texts, owners, figures.text_to_image.ranks)
    shown = Shown([HOSTILE] * 7, [HOSTILE] * 6, lambda row: JPEG if row else None)
    return retrieval_report(figures, examples, shown, SUBJECT)


@pytest.fixture(scope="module")
def classification() -> Report:
    rng = np.random.default_rng(1)
    scores = rng.random((40, 7))
    names = [HOSTILE, "猫", "", *"abcd"]
    figures = measure_classes(scores, rng.integers(6, size=40).tolist(), names)
    confidence = Confidence(rng.random(40).astype(np.float32), rng.random(40) < 0.5)
    return classification_report(figures, confidence, ["{}", HOSTILE + "{}"], SUBJECT)


@pytest.fixture(scope="module")
def index() -> Report:
    vectors = unit_embeddings(np.random.default_rng(2).standard_normal((5, 8)))
    measured = measure_index(vectors, vectors, [[(row, 1.0)] for row in range(5)])
    return index_report({"text queries": measured, "image queries": measured}, 5, "exact", SUBJECT)


@pytest.fixture(params=["retrieval", "classification", "index"])
def report(request: pytest.FixtureRequest) -> Report:
    made: Report = request.getfixturevalue(request.param)
    return made


def test_report_is_written_as_json_page_and_charts(report: Report, tmp_path: Path):
    page = report.write(tmp_path / "new" / "folder")
    files = {path.name for path in page.parent.iterdir()}
    assert files == {"report.html", "report.json", *(f"{name}.png" for name in report.charts)}
    record = json.loads((page.parent / "report.json").read_text("utf-8"))
    assert record["model"]["fingerprint"] == SUBJECT.model.fingerprint
    assert record["versions"]["numpy"] == np.__version__
    assert record["skipped"] == [
        {"name": HOSTILE, "code": "corrupt", "reason": f"broken: {HOSTILE}"}
    ]
    assert set(record) >= {"kind", "created_at", "source", "figures", "definitions"}
    assert all(png.startswith(b"\x89PNG") for png in report.charts.values())


def test_page_asks_nobody_for_anything_and_has_no_script(report: Report):
    tags = Tags(report.page.html()).found
    addresses = [
        value or ""
        for _, attributes in tags
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action", "data", "poster", "style", "background")
    ]
    assert addresses
    assert [one for one in addresses if not one.startswith("data:image/")] == []
    assert {tag for tag, _ in tags} & {"script", "link", "iframe", "object", "base"} == set()
    style = re.search(r"<style>(.*?)</style>", report.page.html(), re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert any("default-src 'none'" in (attributes.get("content") or "") for _, attributes in tags)


def test_page_shows_hostile_names_as_text(report: Report):
    page = report.page.html()
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "<img src=https" not in page


def test_record_holds_what_the_figures_were(retrieval: Report, classification: Report):
    figures = json.loads(json.dumps(retrieval.record["figures"]))
    assert (figures["pictures"], figures["captions"]) == (6, 7)
    for way in ("text_to_image", "image_to_text"):
        recall = figures[way]["recall"]["5"]
        assert 0 <= recall["low"] <= recall["value"] <= recall["high"] <= 1
    figures = json.loads(json.dumps(classification.record["figures"]))
    assert figures["classes"][-1] == {"classname": "d", "pictures": 0, "recall": None}
    assert np.sum(figures["confusion"]) == 40


def test_charts_are_drawn_without_pyplot(report: Report):
    import sys

    assert report.charts
    assert "matplotlib.pyplot" not in sys.modules
