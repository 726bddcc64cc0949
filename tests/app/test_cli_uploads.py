"""`sightline put` and `sightline remove`."""

import json
from pathlib import Path

from filelock import FileLock

from indexer.config import IndexConfig
from tests.app.command_line import Sightline, one_line_error
from tests.app.conftest import Library


def test_picture_is_put_changed_and_removed_and_each_time_published(
    sightline: Sightline, empty_library: Library
):
    red, green = (empty_library.add(f"{name}.png", name) for name in ("red", "green"))
    said = json.loads(sightline("put", red, "--id", "r", "--caption", "a", "--json").out)
    assert said == {"id": "r", "change": "created", "generation": 1, "job_id": None}
    assert sightline("put", red, "--id", "r").out == "r: unchanged, generation 1\n"
    words = sightline("put", "--id", "r", "--caption", "b", "--metadata", '{"year": 3}')
    assert words.out == "r: changed, generation 2\n", words.err
    made = json.loads(sightline("put", green, "--json").out)
    assert len(made["id"]) == 16
    found = json.loads(sightline("search", "red", "--json").out)["hits"]
    assert {hit["id"]: hit["captions"] for hit in found} == {"r": ["b"], made["id"]: []}
    assert sightline("remove", "r", made["id"]).code == 0
    assert "no picture" in one_line_error(sightline("remove", "r"))


def test_put_while_the_collection_is_indexed_leaves_a_job(
    sightline: Sightline, empty_library: Library
):
    red = empty_library.add("red.png", "red")
    config = IndexConfig(empty_library.data_dir)
    config.collection_dir().mkdir(parents=True)
    with FileLock(config.lock_path(), timeout=0):
        assert "kept; job 1 publishes it" in sightline("put", red, "--id", "r").out
    worked = sightline("worker", "--idle-exit-s", "1", "--no-low-priority")
    assert "job 1: done" in worked.out, worked.err


def test_what_cannot_be_put_is_said_in_one_line(
    sightline: Sightline, library: Library, tmp_path: Path
):
    (tmp_path / "text.png").write_text("no picture")
    red = library.pictures / "red.png"
    folders_id = json.loads(sightline("search", "red", "--json").out)["hits"][0]["id"]
    for arguments, words in (
        (("put", tmp_path / "none.png"), "no such file"),
        (("put", tmp_path / "text.png"), "picture"),
        (("put", tmp_path), "a directory"),
        (("put", red, "--id", "a/b"), "cannot name a picture"),
        (("put", "--id", "nobody", "--caption", "x"), "nobody"),
        (("put", red, "--metadata", "[1]"), "no JSON object"),
        (("put", red, "--id", folders_id), "change or remove it there"),
        (("remove", folders_id), "change or remove it there"),
        (("put",), "name a picture"),
    ):
        assert words in one_line_error(sightline(*arguments)), arguments
