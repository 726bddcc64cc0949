"""From files to groups: what is the same is found, what resembles it is not, decisions hold."""

from contextlib import closing

import pytest
from PIL import Image

from indexer.catalog.connection import Database
from indexer.duplicates.grouping import NearLimits
from indexer.duplicates.listing import decide, forget, list_decisions, list_groups
from indexer.duplicates.preparing import prepare
from indexer.duplicates.records import Mode, Reason, Verdict
from indexer.errors import CollectionBusyError, ImageNotFoundError, SameContentError
from indexer.locking import locked
from tests.indexer.duplicates.album import Album, draw_scene, names_of

COPIES = ["best.png", "bytes.png", "pixels.bmp", "small.jpg", "poor.jpg", "light.jpg"]


@pytest.fixture
def full(album: Album) -> Album:
    """Two scenes with copies, and pictures that have none."""
    for number in (1, 2):
        album.put_scene_with_copies(number)
    for number in range(10, 22):
        album.put(f"{number}.jpg", draw_scene(number))
    album.index()
    return album


def test_identical_groups_hold_equal_bytes_and_equal_pixels(full: Album):
    found = full.find(Mode.IDENTICAL)
    assert len(found) == 2
    for group in full.page(Mode.IDENTICAL).groups:
        number = names_of(group)[0][0]
        assert {*names_of(group)} == {f"{number}-{name}" for name in COPIES[:3]}
        reasons = {member.item.path.name[2:]: member.reason for member in group.members}
        assert reasons["pixels.bmp"] in (Reason.PIXELS, Reason.BEST)
        assert sorted(reasons.values()) == sorted([Reason.BEST, Reason.BYTES, Reason.PIXELS]) or (
            sorted(reasons.values()) == sorted([Reason.BEST, Reason.PIXELS, Reason.PIXELS])
        )


def test_near_groups_hold_bad_copies_too_and_no_other_picture(full: Album):
    found = full.find(Mode.NEAR)
    assert sorted(sorted(names) for names in found) == [
        sorted(f"{number}-{name}" for name in COPIES) for number in (1, 2)
    ]
    for group in full.page(Mode.NEAR).groups:
        best = group.members[0]
        assert best.reason == Reason.BEST
        sizes = [(m.item.width * m.item.height, m.item.size_bytes) for m in group.members]
        assert sizes[0] == max(sizes)
        for member in group.members[1:]:
            assert member.distance is not None
            assert member.distance <= 10
            assert member.score >= 0.85


def test_limits_of_what_is_near_are_kept_with_the_groups(full: Album):
    strict = NearLimits(max_distance=0, min_score=0.999999)
    found = full.find(Mode.NEAR, strict)
    assert all("small" not in " ".join(names) for names in found)
    assert full.page(Mode.NEAR).grouping.limits == strict


def test_plain_surfaces_are_duplicates_only_if_their_pixels_are_equal(album: Album):
    for name, level in (("a.png", 0), ("b.bmp", 0), ("c.png", 1), ("d.png", 2)):
        album.put(name, Image.new("RGB", (64, 48), (level, level, level)))
    album.index()
    assert [sorted(names) for names in album.find(Mode.NEAR)] == [["a.png", "b.bmp"]]
    assert [sorted(names) for names in album.find(Mode.IDENTICAL)] == [["a.png", "b.bmp"]]


def test_pictures_that_are_no_duplicates_are_not_grouped_again(full: Album):
    full.find(Mode.NEAR)
    with full.opened() as (store, searcher):
        pair = full.ids("1-best.png", "1-poor.jpg")
        assert decide(store, searcher, pair, Verdict.NOT_A_DUPLICATE) == 1
        page = list_groups(store, searcher, Mode.NEAR, 10)
        assert page is not None
        assert not page.fresh
    assert all("1-poor.jpg" not in names_of(group) for group in page.groups)  # at once
    # … after the next look, and in later generations, though the file has another name by then.
    (full.pictures / "1-poor.jpg").rename(full.pictures / "renamed.jpg")
    full.draw("another.jpg")
    full.index()
    for names in full.find(Mode.NEAR):
        assert not {"1-best.png", "renamed.jpg"} <= set(names)
    assert full.page(Mode.NEAR).fresh
    with full.opened() as (store, searcher):
        listed = list_decisions(store, searcher, 10)
        assert {ids[0] for pair in listed for ids in pair.image_ids} >= {
            *full.ids("renamed.jpg"),
        }
        assert forget(store, searcher, full.ids("1-best.png", "renamed.jpg")) == 1
    assert any({"1-best.png", "renamed.jpg"} <= set(names) for names in full.find(Mode.NEAR))


def test_kept_pictures_are_listed_no_more_but_stay_grouped(full: Album):
    full.find(Mode.NEAR)
    everybody = full.ids(*(f"2-{name}" for name in COPIES))
    with full.opened() as (store, searcher):
        decide(store, searcher, everybody[:3], Verdict.KEEP)
        assert len(full.page(Mode.NEAR).groups) == 2  # something is undecided still
        decide(store, searcher, everybody, Verdict.KEEP)
    open_groups = full.page(Mode.NEAR)
    assert open_groups.fresh  # what belongs together has not changed
    assert (open_groups.total, len(open_groups.groups)) == (1, 1)
    assert names_of(open_groups.groups[0])[0].startswith("1-")
    everything = full.page(Mode.NEAR, decided_too=True)
    assert everything.total == 2
    assert sorted(m.kept for g in everything.groups for m in g.members).count(True) >= 6


def test_decisions_that_make_no_sense_are_refused(full: Album):
    with full.opened() as (store, searcher):
        with pytest.raises(SameContentError):
            decide(
                store,
                searcher,
                full.ids("1-best.png", "1-bytes.png"),
                Verdict.NOT_A_DUPLICATE,
            )
        with pytest.raises(ImageNotFoundError):
            decide(store, searcher, [*full.ids("1-best.png"), "nobody"], Verdict.KEEP)
        assert store.decision_count() == 0


def test_groups_of_an_older_generation_are_shown_as_stale_without_what_went(full: Album):
    full.find(Mode.IDENTICAL)
    for name in ("1-bytes.png", "1-pixels.bmp"):
        (full.pictures / name).unlink()
    full.index()
    page = full.page(Mode.IDENTICAL)
    assert not page.fresh
    assert [names_of(group)[0][0] for group in page.groups] == ["2"]


def test_what_was_indexed_before_there_were_hashes_is_hashed_later(full: Album):
    expected = sorted(map(sorted, full.find(Mode.NEAR)))
    with closing(Database(full.config.catalog_path())) as database:
        database.execute("DELETE FROM picture_hashes")
    assert full.find(Mode.NEAR) != expected
    assert full.page(Mode.NEAR).grouping.unhashed > 20
    (full.pictures / "1-poor.jpg").write_bytes(b"no picture any more")  # its thumbnail is left
    told: list[tuple[int, int]] = []
    assert prepare(full.config, lambda done, total: told.append((done, total))) == told[-1][1]
    assert prepare(full.config) == 0
    assert sorted(map(sorted, full.find(Mode.NEAR))) == expected
    assert full.page(Mode.NEAR).grouping.unhashed == 0


def test_hashing_later_waits_for_no_other_indexer(full: Album):
    with locked(full.config):
        assert prepare(full.config) == 0  # nothing to do: nobody is in the way
        with closing(Database(full.config.catalog_path())) as database:
            database.execute("DELETE FROM picture_hashes")
        with pytest.raises(CollectionBusyError):
            prepare(full.config)
