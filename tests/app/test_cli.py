"""The command line, run as users run it, with a weight-free encoder for a model."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from models.fake_encoder import FakeEncoder
from tests.app.command_line import Sightline, one_line_error

ROOT = Path(__file__).resolve().parents[2]


def test_index_says_what_it_did_and_what_it_skipped_and_why(sightline: Sightline, library):
    library.add("grey.png", (99, 99, 99))
    done = sightline("index", library.pictures, "--collection", "fresh")
    assert done.code == 0, done.err
    assert "8 files" in done.out
    assert "7 new" in done.out
    assert "generation 1 is published" in done.out
    assert "broken.jpg" in done.out
    assert "1 files are not indexed: 1 " in done.out


def test_index_that_finds_nothing_new_says_so_and_publishes_nothing(sightline: Sightline, library):
    sightline("index", library.pictures, "-c", "fresh")
    again = sightline("index", "-c", "fresh")
    assert again.code == 0
    assert "nothing has changed; generation 1 stays" in again.out


def test_index_tells_programs_in_json(sightline: Sightline, library):
    done = sightline("index", library.pictures, "-c", "fresh", "--json")
    summary = json.loads(done.out)
    assert (summary["generation"], summary["published"], summary["new"]) == (1, True, 6)


def test_index_of_a_missing_folder_is_one_line(sightline: Sightline, tmp_path: Path):
    assert "nowhere" in one_line_error(sightline("index", tmp_path / "nowhere"))


def test_search_prints_score_and_path_best_first(sightline: Sightline, library):
    done = sightline("search", "red", "-k", 2)
    first, _ = done.out.splitlines()
    assert first.split() == ["1.000", str(library.pictures / "red.png")]


def test_search_joins_words_and_takes_pictures_and_refusals(sightline: Sightline, library):
    by_words = sightline("search", "so", "blue", "-k", 1)
    assert "blue.png" in by_words.out
    by_picture = sightline("search", "--image", library.pictures / "green.jpg", "-k", 1)
    assert "green.jpg" in by_picture.out
    without = sightline("search", "red", "--not", "orange", "-k", 6)
    assert without.out.index("red.png") < without.out.index("orange.png")


def test_search_tells_programs_in_json(sightline: Sightline, library):
    answer = json.loads(sightline("search", "yellow", "-k", 1, "--json").out)
    (hit,) = answer["hits"]
    assert (answer["collection"], answer["generation"]) == ("default", 1)
    assert hit["path"] == str(library.pictures / "yellow.jpg")
    assert hit["score"] == pytest.approx(1.0, abs=1e-3)


def test_search_of_nothing_indexed_says_which_command_to_run(sightline: Sightline):
    error = one_line_error(sightline("search", "red"))
    assert "sightline index" in error


def test_search_with_another_model_than_the_index_is_refused(
    sightline: Sightline, library, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("models.loading.load_encoder", lambda _: FakeEncoder(seed=7))
    said = one_line_error(sightline("search", "red"))
    assert "the model fake has other weights here" in said
    assert "`sightline reindex --model fake` embeds its 6 pictures" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search"], "say what to look for"),
        (["search", "--image", "nowhere.png"], "nowhere.png"),
        (["search", "--image", __file__], "cannot use"),
        (["classify", __file__, "cat"], "cannot use"),
        (["search", "red", "--collection", "No Name"], "--collection"),
        (["info", "--collection", "nowhere"], "nowhere"),
        (["serve", "--port", "70000"], "--port"),
        (["serve", "--host", "203.0.113.7"], "sightline keys create"),
        (["serve", "--host", "203.0.113.7", "--insecure"], "cannot listen"),
    ],
)
def test_mistakes_are_one_line_each(sightline: Sightline, library, arguments: list[str], said: str):
    assert said in one_line_error(sightline(*arguments))


def test_search_whose_terms_cancel_says_so(sightline: Sightline, library):
    picture = library.pictures / "red.png"
    done = sightline("search", "--not", "red", "--not", "red", "--image", picture)
    assert "cancel" in one_line_error(done)


def test_classify_prints_the_name_that_fits_first(sightline: Sightline, library):
    done = sightline("classify", library.pictures / "red.png", "blue", "red", "-t", "{}")
    assert done.out.splitlines()[0].split()[1] == "red"
    answer = json.loads(
        sightline("classify", library.pictures / "red.png", "blue", "red", "--json").out
    )
    assert {one["classname"] for one in answer["classes"]} == {"red", "blue"}


def test_classify_says_how_likely_it_is_that_no_name_fits(sightline: Sightline, library):
    red = library.pictures / "red.png"
    done = sightline("classify", red, "blue", "--templates", "plain")
    assert done.out.splitlines()[-1].endswith("that none of these fits")
    fits, wrong = (
        json.loads(sightline("classify", red, name, "--templates", "plain", "--json").out)
        for name in ("red", "blue")
    )
    assert 0 <= fits["none_of_these"] < 0.5 < wrong["none_of_these"] <= 1


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["-t", "no place"], "no place"),
        (["--templates", "clever"], "choose one of: simple, openai, seven, plain"),
        (["--templates", "plain", "-t", "a {}"], "either --template or --templates"),
    ],
)
def test_classify_refuses_templates_it_cannot_use(
    sightline: Sightline, library, flags: list[str], said: str
):
    done = sightline("classify", library.pictures / "red.png", "red", *flags)
    assert said in one_line_error(done)


def test_info_shows_collection_model_generation_and_skipped_files(sightline: Sightline, library):
    shown = sightline("info", "--skipped").out
    for expected in ("default", "fake", library.encoder.info.fingerprint, "broken.jpg"):
        assert expected in shown
    assert "pictures        6" in shown
    plain = sightline("info").out
    assert "broken.jpg" not in plain
    assert "--skipped" in plain


def test_info_tells_programs_in_json(sightline: Sightline, library):
    (one,) = json.loads(sightline("info", "--json", "--skipped").out)["collections"]
    assert (one["name"], one["items"], one["generation"], one["skipped"]) == ("default", 6, 1, 1)
    assert one["skipped_files"][0]["uri"].endswith("broken.jpg")


def test_info_of_nothing_says_which_command_to_run(sightline: Sightline):
    assert "sightline index" in one_line_error(sightline("info"))


def test_gallery_draws_pictures_that_can_be_indexed(sightline: Sightline, tmp_path: Path):
    drawn = sightline("gallery", tmp_path / "gallery", "--count", 3)
    assert drawn.code == 0, drawn.err
    assert "manifest.jsonl" in drawn.out
    done = sightline("index", tmp_path / "gallery" / "manifest.jsonl", "-c", "drawn")
    assert "3 new" in done.out


def test_serve_leaves_at_once_when_everything_is_closed(
    sightline: Sightline, monkeypatch: pytest.MonkeyPatch
):
    exits: list[int] = []
    monkeypatch.setattr("app.server.serve", lambda *_, **__: None)
    monkeypatch.setattr("os._exit", exits.append)
    assert sightline("serve").code == 0
    assert exits == [0]


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["serve", "--help"], ["index", "--help"], ["eval", "index", "--help"]],
)
def test_help_loads_neither_torch_nor_faiss(arguments: list[str]):
    script = (
        "import sys\n"
        "import app.cli.main as cli\n"
        f"sys.argv = ['sightline', *{arguments!r}]\n"
        "try:\n    cli.main()\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'torch', 'faiss', 'open_clip', 'fastapi', 'uvicorn', 'PIL'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Usage: sightline" in done.stdout
    assert done.stderr.strip() == "[]"
