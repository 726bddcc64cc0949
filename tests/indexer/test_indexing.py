"""Index runs against each other: what is new, renamed, edited, gone; what is left alone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.errors import SourceError
from tests.indexer.workbench import Workbench, draw_picture

# Says which files below a folder are opened while an unchanged folder is indexed.
_WATCHED_RUN = """
import sys
from pathlib import Path
from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.progress import SilentProgress

home = Path(sys.argv[1])
opened = []
pictures = str(home / "pictures")
sys.addaudithook(lambda event, arguments: opened.append(arguments[0])
                 if event == "open" and str(arguments[0]).startswith(pictures) else None)

def load_encoder():
    raise AssertionError("the encoder was loaded")

summary = index_collection(IndexConfig(home / "data"), [home / "pictures"], model_key="fake",
                           load_encoder=load_encoder, progress=SilentProgress())
heavy = {"torch", "open_clip", "torchvision"} & set(sys.modules)
print(len(opened), len(heavy), summary.published, summary.unchanged, summary.generation)
"""


def test_indexing_publishes_every_picture_with_its_facts(bench: Workbench):
    bench.draw("a.jpg", "trip/b.jpg", "trip/day one/c.jpg")
    summary = bench.index()
    assert (summary.new, summary.scanned, summary.generation, summary.published) == (3, 3, 1, True)
    item = bench.items()["c.jpg"]
    assert (item.width, item.height, item.format) == (40, 30, "JPEG")
    assert item.path == bench.pictures / "trip/day one/c.jpg"
    assert item.size_bytes == item.path.stat().st_size
    assert len(item.image_id) == 16
    assert item.image_id.isalnum()
    assert all(bench.finds(name) == name for name in ("a.jpg", "b.jpg", "c.jpg"))


def test_unchanged_folder_is_neither_opened_nor_published_again(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    (bench.pictures / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (bench.pictures / "notes.txt").write_text("hello")
    bench.index()
    run = subprocess.run(
        [sys.executable, "-c", _WATCHED_RUN, str(bench.home)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert run.stdout.split() == ["0", "0", "False", "2", "1"]


def test_renamed_picture_keeps_id_and_vector_without_being_decoded(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    bench.index()
    before = bench.items()["a.jpg"]
    (bench.pictures / "a.jpg").rename(bench.pictures / "zoo.jpg")
    bench.forget_counts()
    summary = bench.index()
    after = bench.items()["zoo.jpg"]
    assert (after.image_id, after.vector_row) == (before.image_id, before.vector_row)
    assert (summary.renamed, summary.removed, summary.new) == (1, 0, 0)
    assert (bench.encoder.prepared, bench.loads) == (0, 0)
    assert sorted(bench.items()) == ["b.jpg", "zoo.jpg"]


def test_new_picture_under_a_renamed_ones_old_name_gets_an_id_of_its_own(bench: Workbench):
    bench.draw("a.jpg")
    bench.index()
    first_id = bench.items()["a.jpg"].image_id
    (bench.pictures / "a.jpg").rename(bench.pictures / "b.jpg")
    bench.index()
    draw_picture(bench.pictures / "a.jpg", 77)
    bench.index()
    ids = {name: item.image_id for name, item in bench.items().items()}
    assert ids["b.jpg"] == first_id
    assert ids["a.jpg"] != first_id


def test_picture_edited_in_place_keeps_its_id_and_gets_a_new_vector(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    bench.index()
    before = bench.items()["a.jpg"]
    draw_picture(bench.pictures / "a.jpg", number=4711, size=(50, 60))
    bench.forget_counts()
    summary = bench.index()
    after = bench.items()["a.jpg"]
    assert after.image_id == before.image_id
    assert after.vector_row != before.vector_row
    assert (after.width, after.height) == (50, 60)
    assert (summary.changed, summary.unchanged, bench.encoder.prepared) == (1, 1, 1)


def test_touched_picture_is_read_but_changes_nothing(bench: Workbench):
    bench.draw("a.jpg")
    bench.index()
    os.utime(bench.pictures / "a.jpg", (1, 1))
    bench.forget_counts()
    assert not bench.index().published
    assert (bench.encoder.prepared, bench.loads) == (0, 0)


def test_deleted_picture_leaves_the_next_generation(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    bench.index()
    (bench.pictures / "a.jpg").unlink()
    summary = bench.index()
    assert (summary.removed, summary.generation) == (1, 2)
    assert list(bench.items()) == ["b.jpg"]


def test_picture_that_comes_back_is_not_decoded_again(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    bench.index()
    first_id = bench.items()["a.jpg"].image_id
    (bench.pictures / "a.jpg").rename(bench.home / "a.jpg")
    bench.index()
    (bench.home / "a.jpg").rename(bench.pictures / "a.jpg")
    bench.forget_counts()
    bench.index()
    assert bench.items()["a.jpg"].image_id == first_id
    assert bench.encoder.prepared == 0


def test_equal_pictures_are_encoded_once_and_each_found(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    for number in range(30):
        shutil.copy(bench.pictures / "a.jpg", bench.pictures / f"copy{number:02d}.jpg")
    summary = bench.index()
    items = bench.items()
    assert (summary.new, summary.encoded, bench.encoder.encoded) == (32, 2, 2)
    assert len({item.image_id for item in items.values()}) == 32
    assert len({item.vector_row for item in items.values()}) == 2


def test_moved_folder_keeps_all_ids_even_of_equal_pictures(bench: Workbench):
    bench.draw("old/a.jpg", "old/b.jpg", "old/sub/c.jpg")
    shutil.copy(bench.pictures / "old/a.jpg", bench.pictures / "old/twin.jpg")
    bench.index()
    before = {name: item.image_id for name, item in bench.items().items()}
    (bench.pictures / "old").rename(bench.pictures / "new")
    bench.forget_counts()
    summary = bench.index()
    assert {name: item.image_id for name, item in bench.items().items()} == before
    assert (summary.renamed, bench.encoder.prepared, bench.loads) == (4, 0, 0)


def test_missing_folder_is_refused_and_removes_nothing(bench: Workbench):
    bench.draw("a.jpg")
    bench.index()
    bench.pictures.rename(bench.home / "elsewhere")
    with pytest.raises(SourceError, match="nothing was changed"):
        bench.index()
    with pytest.raises(SourceError):
        bench.index_known()
    assert list(bench.items()) == ["a.jpg"]


def test_emptied_folder_is_refused_unless_that_is_meant(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    bench.index()
    for name in ("a.jpg", "b.jpg"):
        (bench.pictures / name).unlink()
    (bench.pictures / "readme.txt").write_text("the disk is not mounted")
    with pytest.raises(SourceError, match="had 2 pictures"):
        bench.index()
    assert sorted(bench.items()) == ["a.jpg", "b.jpg"]
    assert bench.index(allow_empty=True).removed == 2
    assert bench.items() == {}


def test_folder_without_any_picture_publishes_nothing(bench: Workbench):
    (bench.pictures / "readme.txt").write_text("soon")
    summary = bench.index()
    assert (summary.generation, summary.published, summary.skipped) == (None, False, 1)
    assert bench.loads == 0
