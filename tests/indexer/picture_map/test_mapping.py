"""The map of a generation: kept where nothing changed, gone on with in parts, verified, mended."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from indexer import generations
from indexer.catalog.records import MapLayout
from indexer.generation import Generation, open_generation, open_reader
from indexer.merge_policy import MergePolicy
from tests.indexer.workbench import Workbench

NAMES = [f"{number:02}.jpg" for number in range(40)]


@contextmanager
def opened(bench: Workbench, number: int | None = None) -> Iterator[Generation]:
    """A generation, the current one by default."""
    reader = open_reader(bench.config)
    generation = open_generation(bench.config, reader, number)
    yield generation
    generation.close()
    reader.close()


def layout_of(bench: Workbench) -> MapLayout:
    with opened(bench) as generation:
        assert generation.record.map is not None
        return generation.record.map


def places(bench: Workbench, number: int | None = None) -> dict[str, tuple[int, int]]:
    """Where each file's picture is; the map must show just the pictures of the index."""
    with opened(bench, number) as generation:
        assert generation.map is not None
        ids = generation.index.ids()
        assert sorted(generation.map.ids().tolist()) == sorted(ids.tolist())
        found = generation.map.places(ids)
        reader = open_reader(bench.config)
        items = reader.items(ids.tolist())
        reader.close()
    assert len(set(found.values())) == len(found)  # none hides another
    return {items[item_id].path.name: place for item_id, place in found.items()}


def test_pictures_keep_their_places_when_others_come_and_go(bench: Workbench):
    bench.draw(*NAMES)
    bench.index()
    before, axes = places(bench), layout_of(bench).axes
    bench.draw("new.jpg")
    (bench.pictures / NAMES[3]).unlink()
    (bench.pictures / NAMES[4]).rename(bench.pictures / "renamed.jpg")
    bench.index()
    after = places(bench)
    assert layout_of(bench).axes == axes  # shared, not written again
    assert set(after) == {*NAMES, "new.jpg", "renamed.jpg"} - {NAMES[3], NAMES[4]}
    assert {name: after[name] for name in NAMES if name in after} == {
        name: place for name, place in before.items() if name in after
    }
    assert after["renamed.jpg"] == before[NAMES[4]]
    generations.roll_back(bench.config)
    assert places(bench) == before


def test_equal_files_keep_their_places_when_they_are_renamed(bench: Workbench):
    bench.draw(*NAMES)
    for name in ("same-0.jpg", "same-1.jpg"):
        shutil.copyfile(bench.pictures / NAMES[0], bench.pictures / name)
    bench.index()
    equal = [NAMES[0], "same-0.jpg", "same-1.jpg"]
    before = places(bench)
    for name in equal:
        (bench.pictures / name).rename(bench.pictures / f"renamed-{name}")
    bench.index()
    after = places(bench)
    renamed = {after[f"renamed-{name}"] for name in equal}
    assert renamed == {before[name] for name in equal}


@pytest.mark.parametrize("most_in_front", [100.0, 0.2])
def test_many_small_changes_show_what_is_there(bench: Workbench, most_in_front: float):
    bench.config = replace(bench.config, merge_policy=MergePolicy(0, most_in_front))
    bench.draw(*NAMES)
    bench.index()
    base = layout_of(bench).base
    shown = places(bench)
    for step in range(6):
        bench.draw(f"more-{step}.jpg")
        (bench.pictures / NAMES[step]).unlink()
        bench.index()
        before, shown = shown, places(bench)
        stayed = before.keys() & shown.keys()
        assert len(stayed) == len(NAMES) - 1
        assert all(shown[name] == before[name] for name in stayed)
    layout = layout_of(bench)
    assert (layout.base == base) == (most_in_front == 100.0)
    if most_in_front == 100.0:
        assert layout.dead is not None
        assert sum(part.count for part in layout.parts) - layout.dead.count == len(NAMES)
    assert generations.verify(bench.config) == []


def test_map_is_made_anew_when_the_collection_has_grown_by_a_third(bench: Workbench):
    bench.draw(*NAMES[:20])
    bench.index()
    assert (layout_of(bench).fitted_on, layout_of(bench).side) == (20, 6)
    bench.draw(*NAMES[20:26])
    bench.index()
    assert layout_of(bench).fitted_on == 20
    bench.draw(*NAMES)
    bench.index()
    assert (layout_of(bench).fitted_on, layout_of(bench).side) == (40, 8)
    for name in NAMES[1:]:
        (bench.pictures / name).unlink()
    bench.index()
    assert list(places(bench)) == NAMES[:1]
    (bench.pictures / NAMES[0]).unlink()
    bench.index(allow_empty=True)
    assert places(bench) == {}


@pytest.mark.parametrize("file", ["base", "axes"])
def test_altered_map_is_found_and_mended(bench: Workbench, file: str):
    bench.draw(*NAMES)
    bench.index()
    before = places(bench)
    name = getattr(layout_of(bench), file).name
    path = bench.config.generation_dir(1) / name
    data = bytearray(path.read_bytes())
    data[9] ^= 4
    path.write_bytes(data)
    assert [finding.file for finding in generations.verify(bench.config)] == [name]
    bench.index(rebuild=True)
    assert generations.verify(bench.config, 2) == []
    assert places(bench) == before
    bench.draw("new.jpg")
    bench.index()
    assert len(places(bench)) == 41


def test_generation_from_before_there_were_maps_is_readable_and_gets_one(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    bench.draw(*NAMES[:5])
    with monkeypatch.context() as patch:
        patch.setattr("indexer.publisher.MapBuilder.build", lambda *_: None)
        bench.index()
    with opened(bench) as generation:
        assert generation.map is None
    assert generations.verify(bench.config) == []
    assert bench.index().published
    assert len(places(bench)) == 5
    assert not bench.index().published


def test_same_pictures_make_the_same_map(bench: Workbench):
    bench.draw(*NAMES)
    bench.index()
    first = places(bench)
    bench.index(rebuild=True)
    assert places(bench) == first
    side = layout_of(bench).side
    assert np.array(list(first.values())).max() < side
