"""`sightline eval`, run as users run it: coloured pictures, an encoder that knows only colours."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.gallery.generate import generate_gallery
from indexer.searcher import Hit, Searcher
from tests.app.command_line import Sightline, one_line_error
from tests.app.conftest import COLOURS, Library, picture_bytes

HOSTILE = "<script>\x1b[31m</script>"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """A picture of each colour with two captions in rows of their own, and two bad rows."""
    folder = tmp_path / "captioned"
    folder.mkdir()
    with (folder / "captions.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "caption", "other", "class"])
        for colour in COLOURS:
            (folder / f"{colour}.png").write_bytes(picture_bytes(colour))
            rows.writerow([f"{colour}.png", colour, "nonsense", colour])
            rows.writerow([f"{colour}.png", f"it is {colour}", "", colour])
        (folder / "broken.png").write_bytes(b"no picture")
        rows.writerow(["broken.png", HOSTILE, "", HOSTILE])
        rows.writerow(["missing.png", "red", "", "red"])
    return folder / "captions.csv"


@pytest.fixture
def class_folders(tmp_path: Path) -> Path:
    """Three pictures of each of seven colours, in folders; a loose one and a broken one."""
    folder = tmp_path / "classes"
    for colour, (red, green, blue) in {**COLOURS, "white": (250, 250, 250)}.items():
        (folder / f"the_{colour}").mkdir(parents=True)
        for number in range(3):
            near = (max(red - number, 0), max(green - number, 0), blue)
            (folder / f"the_{colour}" / f"{number}.png").write_bytes(picture_bytes(near))
    (folder / "the_red" / "broken.jpg").write_bytes(b"no picture")
    (folder / "loose.png").write_bytes(picture_bytes("red"))
    return folder


def evaluated(sightline: Sightline, *arguments: object) -> dict[str, Any]:
    """The JSON answer of a command that must succeed."""
    done = sightline("eval", *arguments, "--json")
    assert done.code == 0, done.err
    answer: dict[str, Any] = json.loads(done.out)
    return answer


def test_retrieval_of_a_manifest_measures_both_ways(sightline: Sightline, manifest: Path):
    answer = evaluated(sightline, "retrieval", manifest)
    figures = answer["figures"]
    assert (figures["pictures"], figures["captions"]) == (6, 12)
    assert figures["text_to_image"]["recall"]["1"]["value"] == 1.0
    assert figures["image_to_text"]["recall"]["1"]["value"] == 1.0
    reasons = {Path(one["name"]).name: one["code"] for one in answer["skipped"]}
    assert reasons == {"broken.png": "unsupported_format", "missing.png": "not_found"}
    assert answer["model"]["model_name"] == "fake"


def test_retrieval_prints_a_table_and_writes_a_report(
    sightline: Sightline, manifest: Path, tmp_path: Path
):
    done = sightline("eval", "retrieval", manifest, "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert "6 pictures, 12 captions" in done.out
    assert "recall@10" in done.out
    assert "2 files are left out" in done.out
    assert "\x1b" not in done.out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"report.html", "report.json", "recall.png", "ranks.png"}
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("data:image/jpeg") >= 6  # the best answered questions


def test_retrieval_with_shuffled_captions_is_near_chance(sightline: Sightline, tmp_path: Path):
    rng = np.random.default_rng(0)
    rows = []
    for number, (red, green, blue) in enumerate(rng.integers(256, size=(60, 3)).tolist()):
        (tmp_path / f"{number}.png").write_bytes(picture_bytes((red, green, blue)))
        word = list(COLOURS)[int(rng.integers(len(COLOURS)))]
        rows.append(json.dumps({"file": f"{number}.png", "captions": [word, f"number {number}"]}))
    (tmp_path / "shuffled.jsonl").write_text("\n".join(rows))
    way = evaluated(sightline, "retrieval", tmp_path / "shuffled.jsonl")["figures"]["text_to_image"]
    assert way["recall"]["10"]["value"] < 2 * way["chance"]["10"]
    assert way["recall"]["1"]["value"] < 0.06


def test_retrieval_takes_captions_from_another_column(sightline: Sightline, manifest: Path):
    answer = evaluated(sightline, "retrieval", manifest, "--text-column", "other")
    assert answer["figures"]["captions"] == 6
    assert answer["figures"]["text_to_image"]["recall"]["1"]["value"] < 0.5


def test_retrieval_takes_what_the_gallery_draws(sightline: Sightline, tmp_path: Path):
    manifest = generate_gallery(tmp_path / "gallery", count=6, seed=1)
    figures = evaluated(sightline, "retrieval", manifest)["figures"]
    assert figures["pictures"] == 6
    assert figures["captions"] >= 6


def test_retrieval_of_a_collection_opens_no_picture(
    sightline: Sightline, manifest: Path, tmp_path: Path
):
    sightline("index", manifest, "-c", "colours")
    for picture in manifest.parent.glob("*.png"):
        picture.unlink()
    done = sightline("eval", "retrieval", "--collection", "colours", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    assert "collection colours, generation 1: 6 pictures, 12 captions" in done.out
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "data:image/jpeg" in page  # its thumbnails


def test_zeroshot_of_class_folders_names_each_class(sightline: Sightline, class_folders: Path):
    answer = evaluated(sightline, "zeroshot", class_folders, "-t", "{}")
    figures = answer["figures"]
    assert figures["pictures"] == 21
    assert figures["top_1"]["value"] == 1.0
    assert {one["classname"] for one in figures["classes"]} >= {"the red", "the white"}
    codes = {Path(one["name"]).name: one["code"] for one in answer["skipped"]}
    assert codes == {"broken.jpg": "unsupported_format", "loose.png": "no_label"}
    assert figures["templates"] == ["{}"]


def test_zeroshot_prints_a_table_and_writes_a_report(
    sightline: Sightline, class_folders: Path, tmp_path: Path
):
    done = sightline("eval", "zeroshot", class_folders, "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert "21 pictures, 7 classes" in done.out
    assert "mean class recall" in done.out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= {"report.html", "confusion.png", "classes.png", "reliability.png"}


def test_zeroshot_reads_labels_and_templates_from_files(
    sightline: Sightline, manifest: Path, tmp_path: Path
):
    (tmp_path / "templates.txt").write_text("{} things\n\n  all {}\n")
    answer = evaluated(
        sightline, "zeroshot", manifest, "--templates", tmp_path / "templates.txt", "-t", "{}"
    )
    assert answer["figures"]["templates"] == ["{}", "{} things", "all {}"]
    assert answer["figures"]["top_1"]["value"] == 1.0
    named = evaluated(
        sightline, "zeroshot", manifest, "--label-column", "class", "--templates", "openai"
    )
    assert len(named["figures"]["templates"]) == 80


def test_zeroshot_leaves_out_a_picture_with_two_labels(sightline: Sightline, manifest: Path):
    with manifest.open("a") as file:
        file.write("red.png,red,,blue\n")
    answer = evaluated(sightline, "zeroshot", manifest)
    assert "two_labels" in {one["code"] for one in answer["skipped"]}
    assert answer["figures"]["pictures"] == 5


def test_index_of_a_collection_has_recall_one(sightline: Sightline, library: Library):
    answer = evaluated(sightline, "index")
    for kind in ("text_queries", "image_queries"):
        assert answer["figures"][kind]["recall"]["10"]["value"] == 1.0
    assert answer["figures"]["text_queries"]["queries"] > 100  # no captions: common phrases
    done = sightline("eval", "index", "--queries", 3)
    assert done.code == 0, done.err
    assert "recall@1" in done.out
    assert "100.0 %" in done.out


def test_index_that_answers_wrongly_is_found_out(
    sightline: Sightline, library: Library, monkeypatch: pytest.MonkeyPatch
):
    search = Searcher.search

    def backwards(searcher: Searcher, queries, top_k: int) -> list[list[Hit]]:
        return [hits[::-1] for hits in search(searcher, queries, top_k)]

    monkeypatch.setattr(Searcher, "search", backwards)
    figures = evaluated(sightline, "index")["figures"]
    assert figures["image_queries"]["recall"]["1"]["value"] == 0.0
    assert figures["text_queries"]["recall"]["5"]["value"] == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["retrieval"], "name a manifest"),
        (["retrieval", "nowhere.csv"], "nowhere.csv"),
        (["retrieval", "CAPTIONS", "--text-column", "none"], "no captions in the column 'none'"),
        (["retrieval", "CAPTIONS", "--collection", "default"], "one of them"),
        (["retrieval", "CAPTIONS", "--out", "CAPTIONS"], "cannot write to"),
        (["retrieval", "--collection", "nowhere"], "nowhere"),
        (["retrieval", "--collection", "default"], "none has a caption"),
        (["zeroshot", "nowhere"], "cannot read"),
        (["zeroshot", "CAPTIONS", "--label-column", "none"], "no labels"),
        (["zeroshot", "CAPTIONS", "-t", "no place"], "no place"),
        (["zeroshot", "CAPTIONS", "--templates", "nameless"], "openai"),
        (["index", "--collection", "nowhere"], "nowhere"),
    ],
)
def test_mistakes_are_one_line_each_in_eval(
    sightline: Sightline, library: Library, manifest: Path, arguments: list[str], said: str
):
    real = [manifest if word == "CAPTIONS" else word for word in arguments]
    assert said in one_line_error(sightline("eval", *real))
