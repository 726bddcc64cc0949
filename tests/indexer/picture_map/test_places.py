"""Places on the map: keys, spreading, settling, and what is in a square, against naive versions."""

import numpy as np
import pytest

from indexer.picture_map.browsing import TILE_SLOTS, PictureMap, Slot
from indexer.picture_map.keys import keys_of, places_of
from indexer.picture_map.organising import organise
from indexer.picture_map.places import MapPart, Placed, together
from indexer.picture_map.spreading import lattice_side, settle, spread

RNG = np.random.default_rng(5)


def interleaved(x: int, y: int) -> int:
    """Morton's key, a bit at a time."""
    return sum(((x >> bit & 1) | (y >> bit & 1) << 1) << 2 * bit for bit in range(16))


def test_keys_interleave_bits_and_come_back():
    x, y = RNG.integers(0, 65_536, (2, 200))
    keys = keys_of(x, y)
    assert keys.tolist() == [
        interleaved(*place) for place in zip(x.tolist(), y.tolist(), strict=True)
    ]
    assert [part.tolist() for part in places_of(keys)] == [x.tolist(), y.tolist()]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 60, 1_000])
@pytest.mark.parametrize("kind", ["even", "heap", "line"])
def test_spreading_gives_every_picture_a_place_of_its_own(count: int, kind: str):
    points = RNG.random((count, 2)).astype(np.float32)
    if kind == "heap":
        points[:] = 0.5
    if kind == "line":
        points[:, 1] = 0
    side = lattice_side(count)
    places = spread(points, side)
    assert len(np.unique(places, axis=0)) == count
    assert count == 0 or (places.min() >= 0 and places.max() < side)


def test_lattice_has_room_and_ends_with_a_slot_of_the_fourth_level():
    for count in range(1, 5_000, 7):
        side = lattice_side(count)
        slot = 2 ** max(0, (side - 1).bit_length() - 4)
        assert side % slot == 0
        assert 0.45 * side**2 <= count <= 0.66 * side**2 or side <= 4


def test_spreading_fills_a_full_lattice_and_keeps_sides_apart():
    points = np.stack([np.arange(16), np.zeros(16)], axis=1).astype(np.float32)
    assert len(np.unique(spread(points, 4), axis=0)) == 16
    assert (spread(points, 4)[:, 0] >= 2).tolist() == [False] * 8 + [True] * 8


def test_free_places_are_strewn_and_not_in_rows():
    points = RNG.random((600, 2)).astype(np.float32)
    side = lattice_side(600)
    rows = np.bincount(spread(points, side)[:, 1], minlength=side)
    assert 0.3 * side < rows.min()
    assert rows.max() < 0.95 * side


def test_settling_takes_the_nearest_free_place_as_one_by_one_would():
    side = 9
    taken = {(4, 4), (5, 4), (4, 5)}
    wanted = np.array([[4.5, 4.5], [8.9, 8.9], [8.2, 8.2]], np.float32)
    keys = np.array([interleaved(*place) for place in taken], np.uint32)
    places = settle(wanted, side, lambda asked: np.isin(asked, keys))
    occupied = set(taken)
    for (x, y), place in zip(wanted.tolist(), places.tolist(), strict=True):
        free = [(a, b) for a in range(side) for b in range(side) if (a, b) not in occupied]
        nearest = min((a - int(x)) ** 2 + (b - int(y)) ** 2 for a, b in free)
        assert (place[0] - int(x)) ** 2 + (place[1] - int(y)) ** 2 == nearest
        assert tuple(place) in free
        occupied.add(tuple(place))


def test_settling_piles_up_where_nothing_is_free():
    places = settle(np.full((3, 2), 0.5, np.float32), 1, lambda asked: np.zeros(len(asked), bool))
    assert places.tolist() == [[0, 0]] * 3


def some_map(side: int, count: int) -> tuple[PictureMap, dict[int, tuple[int, int, int]]]:
    """A map in three parts with dead pictures, and x, y and worth of the living ones by id."""
    ids = RNG.permutation(10 * count)[:count].astype(np.int64)
    x, y = RNG.integers(0, side, (2, count))
    worths = RNG.integers(1, 65_535, count).astype(np.uint16)
    dead = set(ids[::7].tolist())
    parts = []
    for chosen in np.array_split(np.arange(count), [count // 2, count // 2 + 9]):
        placed = together([Placed(ids[chosen], keys_of(x[chosen], y[chosen]), worths[chosen])])
        parts.append(MapPart(placed, np.array(sorted(dead), np.int64)))
    rows = zip(ids.tolist(), x.tolist(), y.tolist(), worths.tolist(), strict=True)
    return PictureMap(parts, side), {row[0]: row[1:] for row in rows if row[0] not in dead}


@pytest.mark.parametrize(("side", "count"), [(1, 1), (2, 9), (23, 300), (64, 300)])
def test_tiles_hold_what_a_look_at_every_picture_finds(side: int, count: int):
    places, living = some_map(side, count)
    assert set(places.ids().tolist()) == set(living)
    for level in range(places.deepest + 1):
        width = 2 ** (places.deepest - level)
        slots: dict[tuple[int, int], list[int]] = {}
        for item_id, (x, y, _) in living.items():
            slots.setdefault((x // width, y // width), []).append(item_id)
        found: dict[tuple[int, int], Slot] = {}
        for x in range(places.tiles(level)):
            for y in range(places.tiles(level)):
                for slot in places.tile(level, x, y):
                    assert (slot.x // TILE_SLOTS, slot.y // TILE_SLOTS) == (x, y)
                    found[slot.x, slot.y] = slot
        assert {place: slot.count for place, slot in found.items()} == {
            place: len(held) for place, held in slots.items()
        }
        for place, held in slots.items():
            best = max(living[item_id][2] for item_id in held)
            assert living[found[place].item_id][2] == best
            assert found[place].item_id in held


def test_last_place_of_the_largest_lattice_is_in_its_tile():
    corner, deepest = 2**16 - 1, 16
    placed = Placed(
        np.array([5]), keys_of(np.array([corner]), np.array([corner])), np.ones(1, "<u2")
    )
    places = PictureMap([MapPart(placed, np.empty(0, np.int64))], 2**16)
    assert places.deepest == deepest
    last = places.tiles(deepest) - 1
    assert places.tile(deepest, last, last) == [Slot(corner, corner, 1, 5)]
    assert places.tile(0, 0, 0) == [Slot(0, 0, 1, 5)]


def test_places_of_pictures_are_told_for_those_that_are_there():
    places, living = some_map(23, 300)
    asked = np.arange(0, 3_000, 3)
    assert places.places(asked) == {
        item_id: living[item_id][:2] for item_id in asked.tolist() if item_id in living
    }


def test_pictures_that_look_alike_lie_together():
    centres = RNG.normal(size=(8, 24))
    group = np.repeat(np.arange(8), 40)
    rows = centres[group] + 0.4 * RNG.normal(size=(320, 24))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    grid = organise(rows)
    assert np.array_equal(grid.prototypes, organise(rows).prototypes)
    points = grid.locate(rows).mean_of(grid.centres)
    places = spread(points, lattice_side(320)).astype(float)
    far = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(far, np.inf)
    nearest = np.argsort(far, axis=1)[:, :5]
    assert (group[nearest] == group[:, None]).mean() > 0.8
