"""Delta parts and dead items in front of a base: searched, linked, merged, shared, refused."""

import os
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog.records import GenerationRecord, IndexFile, IndexLayout
from indexer.errors import GenerationDamagedError
from indexer.generations import list_generations, verify
from indexer.merge_policy import MergePolicy, plan_merge
from indexer.searcher import Searcher
from tests.indexer.workbench import Workbench, draw_picture

PICTURES = 12
ROUNDS = 12


@pytest.fixture
def parted(bench: Workbench) -> Workbench:
    """A collection that is large enough for delta parts with its first pictures."""
    bench.config = replace(bench.config, merge_policy=MergePolicy(0, 100.0))
    for number in range(PICTURES):
        draw_picture(bench.pictures / f"{number}.jpg", number)
    bench.index()
    return bench


def _newest(bench: Workbench) -> GenerationRecord:
    return list_generations(bench.config)[-1].record


def _add(bench: Workbench, *numbers: int) -> GenerationRecord:
    for number in numbers:
        draw_picture(bench.pictures / f"{number}.jpg", number)
    bench.index()
    return _newest(bench)


def _inode(bench: Workbench, generation: int, name: str) -> int:
    return (bench.config.generation_dir(generation) / name).stat().st_ino


def test_change_is_put_in_front_of_a_base_that_is_linked(parted: Workbench):
    (parted.pictures / "0.jpg").unlink()
    (parted.pictures / "1.jpg").rename(parted.pictures / "one.jpg")
    layout = _add(parted, 100, 101).layout
    assert [file.name for file in layout.files] == ["index.faiss", "delta-000002.faiss", "dead.ids"]
    assert [file.count for file in layout.files] == [PICTURES, 3, 2]
    assert _inode(parted, 1, "index.faiss") == _inode(parted, 2, "index.faiss")
    parted.assert_whole()


def test_any_history_is_searched_as_if_it_was_built_anew(parted: Workbench):
    rng = random.Random(0)
    parted.config = replace(parted.config, merge_policy=MergePolicy(0, 0.8))
    shapes = set()
    for number in range(ROUNDS):
        names = sorted(path.name for path in parted.pictures.glob("*.jpg"))
        for name in rng.sample(names, rng.randint(0, 2)):
            (parted.pictures / name).unlink()
        if number == ROUNDS // 2:  # one that comes back is another item of the same vector
            (parted.pictures / "again.jpg").write_bytes(
                min(parted.pictures.glob("*.jpg")).read_bytes()
            )
        layout = _add(parted, *range(1000 + 10 * number, 1000 + 10 * number + 2)).layout
        shapes.add((len(layout.parts), layout.dead is not None))
        parted.assert_whole()
    assert verify(parted.config) == []
    assert shapes >= {(1, False), (2, True), (3, True)}


def test_base_is_copied_where_files_cannot_be_linked(
    parted: Workbench, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    _add(parted, 100)
    assert _inode(parted, 1, "index.faiss") != _inode(parted, 2, "index.faiss")
    parted.assert_whole()


def test_next_generation_is_opened_without_opening_the_base_again(parted: Workbench):
    first = Searcher.open(parted.config)
    _add(parted, 100)
    second = Searcher.open(parted.config, like=first)
    third = Searcher.open(parted.config)
    bases = [s._generation._opened.parts[0].index for s in (first, second, third)]
    assert bases[0] is bases[1]
    assert bases[0] is not bases[2]
    first.close()
    queries = np.eye(32, dtype=np.float32)
    asked = [[hit.item.item_id for hit in hits] for hits in second.search(queries, 5)]
    assert asked == [[hit.item.item_id for hit in hits] for hits in third.search(queries, 5)]


@pytest.mark.parametrize("name", ["delta-000002.faiss", "dead.ids"])
def test_altered_part_is_refused_by_name_and_the_next_run_builds_the_base_anew(
    parted: Workbench, name: str
):
    (parted.pictures / "0.jpg").unlink()
    _add(parted, 100)
    path = parted.config.generation_dir(2) / name
    data = bytearray(path.read_bytes())
    data[-3] ^= 4
    path.write_bytes(data)
    with pytest.raises(GenerationDamagedError, match=f"{name} was altered"):
        Searcher.open(parted.config)
    assert [finding.file for finding in verify(parted.config, 2)] == [name]
    assert parted.index().generation == 3
    assert len(_newest(parted).layout.files) == 1
    parted.assert_whole()


def _file(count: int, name: str = "") -> IndexFile:
    return IndexFile(name, "exact", count, 0, "")


def test_many_small_changes_leave_few_parts_and_are_seldom_written_again():
    policy, base = MergePolicy(), _file(1_000_000)
    layout, written, publications = IndexLayout((base,)), 0, 490
    for number in range(publications):
        plan = plan_merge(policy, layout, new=100, closed=0, living=1_000_000)
        assert plan.rebuild is None
        size = 100 + sum(file.count for file in plan.merged)
        layout = IndexLayout((base, *plan.kept, _file(size, str(number))))
        written += size
        assert len(layout.deltas) <= 9  # a logarithm of the number of publications
        assert sum(file.count for file in layout.deltas) == 100 * (number + 1)
    assert written < 9 * 100 * publications


@pytest.mark.parametrize(
    ("new", "closed", "living", "anew"),
    [
        (100, 0, 1_000_100, False),
        (0, 7, 999_993, False),
        (60_000, 0, 1_060_000, True),
        (0, 60_000, 940_000, True),
        (10_000, 41_000, 969_000, True),
        (0, 1, 20_000, True),
    ],
)
def test_base_is_built_anew_when_it_is_small_or_much_lies_in_front(
    new: int, closed: int, living: int, anew: bool
):
    layout = IndexLayout((_file(1_000_000),))
    plan = plan_merge(MergePolicy(), layout, new=new, closed=closed, living=living)
    assert (plan.rebuild is not None) is anew


def test_model_change_and_rebuild_build_the_base_anew(parted: Workbench, tmp_path: Path):
    _add(parted, 100)
    assert len(_newest(parted).layout.parts) == 2
    parted.index(rebuild=True)
    assert len(_newest(parted).layout.files) == 1
    parted.assert_whole()
