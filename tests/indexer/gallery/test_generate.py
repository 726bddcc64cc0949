"""Writing the gallery: complete, repeatable, done once, and redone when it was cut short."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from indexer.gallery import generate
from indexer.gallery.generate import generate_gallery
from indexer.gallery.render import draw_scene
from indexer.gallery.scenes import Scene

COUNT = 6
EMPTY = np.zeros((8, 8, 3), np.uint8)


@pytest.fixture(autouse=True)
def quick_drawing(monkeypatch):
    """Draw small: the files matter here, not the pictures."""
    monkeypatch.setattr(generate, "draw_scene", lambda scene: draw_scene(scene, 64))


def rows_of(manifest: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]


def test_manifest_lists_every_picture_with_captions_and_facts(tmp_path):
    manifest = generate_gallery(tmp_path, COUNT)
    rows = rows_of(manifest)
    assert manifest == tmp_path / "manifest.jsonl"
    assert len(rows) == COUNT
    pictures = {str(path.relative_to(tmp_path).as_posix()) for path in tmp_path.rglob("*.jpg")}
    assert pictures == {row["file"] for row in rows}
    facts = {"thing", "colour", "count", "place", "weather", "time_of_day", "style", "licence"}
    for row in rows:
        assert facts <= set(row)
        assert 2 <= len(row["captions"]) <= 4
        with Image.open(tmp_path / row["file"]) as picture:
            assert picture.format == "JPEG"
    assert rows[0]["file"] == "boats/red-boat-sea-sunset-0001.jpg"


def test_same_seed_writes_the_same_bytes(tmp_path):
    first, second = generate_gallery(tmp_path / "a", COUNT), generate_gallery(tmp_path / "b", COUNT)
    assert first.read_bytes() == second.read_bytes()
    for row in rows_of(first):
        name = row["file"]
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_progress_counts_every_picture(tmp_path):
    told: list[int] = []
    generate_gallery(tmp_path, COUNT, on_progress=told.append)
    assert told == list(range(1, COUNT + 1))


def test_complete_gallery_is_not_drawn_again(tmp_path):
    generate_gallery(tmp_path, COUNT)
    told: list[int] = []
    generate_gallery(tmp_path, COUNT, on_progress=told.append)
    assert told == []


@pytest.mark.parametrize("damage", ["no manifest", "torn manifest", "no picture", "empty picture"])
def test_gallery_is_drawn_again_after_a_run_that_was_cut_short(tmp_path, damage):
    manifest = generate_gallery(tmp_path, COUNT)
    whole = manifest.read_bytes()
    picture = tmp_path / rows_of(manifest)[2]["file"]
    if damage == "no manifest":
        manifest.unlink()
    elif damage == "torn manifest":
        manifest.write_bytes(whole[:-40])
    elif damage == "no picture":
        picture.unlink()
    else:
        picture.write_bytes(b"")
    told: list[int] = []
    generate_gallery(tmp_path, COUNT, on_progress=told.append)
    assert told[-1] == COUNT
    assert manifest.read_bytes() == whole
    assert picture.stat().st_size > 0


def test_manifest_is_absent_while_pictures_are_drawn(tmp_path):
    seen: list[bool] = []
    generate_gallery(tmp_path, COUNT)
    manifest = tmp_path / "manifest.jsonl"
    generate_gallery(tmp_path, COUNT, seed=2, on_progress=lambda _: seen.append(manifest.exists()))
    assert seen == [False] * COUNT
    assert manifest.exists()


def test_another_seed_replaces_pictures_and_leaves_other_files_alone(tmp_path):
    generate_gallery(tmp_path, COUNT, seed=1)
    mine = tmp_path / "boats" / "my-own.jpg"
    mine.write_bytes(b"mine")
    rows = rows_of(generate_gallery(tmp_path, COUNT + 4, seed=2))
    pictures = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.jpg")}
    assert pictures == {row["file"] for row in rows} | {"boats/my-own.jpg"}
    assert mine.read_bytes() == b"mine"


def test_gallery_drawn_by_several_threads_equals_that_of_one(tmp_path, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    several = generate_gallery(tmp_path / "several", 12)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    one = generate_gallery(tmp_path / "one", 12)
    for row in rows_of(several):
        name = row["file"]
        assert (several.parent / name).read_bytes() == (one.parent / name).read_bytes()


def test_what_was_not_begun_is_not_drawn_once_the_drawing_is_stopped(tmp_path, monkeypatch):
    drawn: list[Scene] = []

    def draw(scene: Scene) -> NDArray[np.uint8]:
        drawn.append(scene)
        return EMPTY

    monkeypatch.setattr("os.cpu_count", lambda: 1)
    monkeypatch.setattr(generate, "draw_scene", draw)

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_gallery(tmp_path, 400, on_progress=stop)
    assert len(drawn) < 400
    assert not (tmp_path / "manifest.jsonl").exists()
