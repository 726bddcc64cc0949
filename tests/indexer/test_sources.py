"""Sources: several in a collection, links, hidden directories, what cannot be listed."""

import os
from pathlib import Path

import pytest

from indexer.errors import CollectionNotFoundError, SourceError
from indexer.locations import path_to_uri, uri_to_path
from indexer.sources.opening import open_local
from models.config import DecodeLimits
from tests.indexer.workbench import Workbench, draw_picture


def _names(bench: Workbench) -> list[str]:
    source = open_local(bench.pictures, DecodeLimits(), bench.config.data_dir)
    return sorted(os.path.relpath(uri_to_path(f.uri), bench.pictures) for f in source.files())


def test_index_run_synchronises_the_named_source_only(bench: Workbench):
    other = bench.home / "other"
    draw_picture(other / "x.jpg", 1)
    bench.draw("a.jpg", "b.jpg")
    bench.index(bench.pictures, other)
    (other / "x.jpg").unlink()
    (bench.pictures / "a.jpg").unlink()
    bench.index(bench.pictures)
    assert sorted(bench.items()) == ["b.jpg", "x.jpg"]
    bench.index_known(allow_empty=True)
    assert sorted(bench.items()) == ["b.jpg"]


def test_removed_source_takes_its_pictures_along(bench: Workbench):
    draw_picture(bench.home / "other/x.jpg", 1)
    bench.draw("a.jpg")
    bench.index(bench.pictures, bench.home / "other")
    summary = bench.index_known(remove=[bench.home / "other"])
    assert summary.removed == 1
    assert sorted(bench.items()) == ["a.jpg"]
    with pytest.raises(SourceError, match="not a source of this collection"):
        bench.index_known(remove=[bench.home / "other"])


def test_source_moved_on_disk_keeps_ids_when_the_old_one_is_removed(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    bench.index()
    before = {name: item.image_id for name, item in bench.items().items()}
    moved = bench.home / "moved"
    bench.pictures.rename(moved)
    summary = bench.index(moved, remove=[bench.pictures])
    assert {name: item.image_id for name, item in bench.items().items()} == before
    assert (summary.renamed, summary.new, summary.removed) == (2, 0, 0)


def test_file_that_two_sources_list_is_one_item_and_stays_while_one_lists_it(bench: Workbench):
    bench.draw("sub/a.jpg")
    bench.index(bench.pictures, bench.pictures / "sub")
    assert len(bench.items()) == 1
    first_id = bench.items()["a.jpg"].image_id
    bench.index_known(remove=[bench.pictures])
    assert bench.items()["a.jpg"].image_id == first_id


def test_collection_without_sources_asks_for_one(bench: Workbench):
    bench.draw("a.jpg")
    bench.index()
    bench.index_known(remove=[bench.pictures])
    with pytest.raises(SourceError, match="name a folder or manifest"):
        bench.index_known()


def test_collection_with_a_misspelt_name_is_not_made_by_looking_for_it(bench: Workbench):
    with pytest.raises(CollectionNotFoundError, match="sightline index --collection default"):
        bench.index_known()
    assert not bench.config.collection_dir().exists()


def test_source_that_is_neither_folder_nor_manifest_is_refused(bench: Workbench):
    bench.draw("a.jpg")
    with pytest.raises(SourceError, match="neither a folder nor a manifest"):
        bench.index(bench.pictures / "a.jpg")


def test_walk_leaves_out_hidden_directories_and_its_own_data(bench: Workbench):
    bench.draw("a.jpg", ".trash/b.jpg", "data/c.jpg")
    bench.config = type(bench.config)(bench.pictures / "data")
    assert _names(bench) == ["a.jpg"]


def test_walk_follows_links_but_visits_no_directory_twice(bench: Workbench):
    bench.draw("z/a.jpg")
    (bench.pictures / "a-link").symlink_to(bench.pictures / "z")
    (bench.pictures / "z/loop").symlink_to(bench.pictures)
    draw_picture(bench.home / "outside/o.jpg", 5)
    (bench.pictures / "out").symlink_to(bench.home / "outside")
    (bench.pictures / "link.jpg").symlink_to(bench.pictures / "z/a.jpg")
    assert _names(bench) == ["link.jpg", "out/o.jpg", "z/a.jpg"]


def test_pictures_below_a_directory_that_cannot_be_listed_stay(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    bench.draw("a.jpg", "sub/b.jpg", "sub/deep/c.jpg", "sub2/d.jpg")
    bench.index()
    real_scandir = os.scandir

    def failing_scandir(path: str) -> object:
        if Path(path).name == "sub":
            raise OSError(5, "Input/output error")
        return real_scandir(path)

    monkeypatch.setattr(os, "scandir", failing_scandir)
    summary = bench.index()
    assert (summary.removed, summary.unchanged) == (0, 4)
    assert "Input/output error" in bench.skipped()["sub"].reason
    monkeypatch.undo()
    bench.index()
    assert bench.skipped() == {}


@pytest.mark.parametrize(
    "name",
    ["a b.jpg", "line\nbreak.jpg", "100%.jpg", "été.jpg", "שלום.jpg", os.fsdecode(b"\xff.jpg")],
)
def test_uri_of_any_file_name_leads_back_to_the_path(name: str):
    path = Path("/photos") / name
    uri = path_to_uri(path)
    assert uri.isascii()
    assert uri_to_path(uri) == path


def test_uri_of_another_scheme_is_refused():
    with pytest.raises(ValueError, match="not the URI of a local file"):
        uri_to_path("https://example.org/a.jpg")
