"""Drawn pictures: same pixels for the same scene, and every kind, place and style visible."""

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from indexer.gallery.brush import Brush
from indexer.gallery.captions import captions
from indexer.gallery.colours import NAMED
from indexer.gallery.combinations import combinations_of
from indexer.gallery.kinds import KINDS
from indexer.gallery.layout import place_things
from indexer.gallery.render import draw_scene, rendered, scene_size, scene_view
from indexer.gallery.scenes import STYLES, Scene, sample_scenes

SMALL = 96  # pixels on the longer side: enough to see, quick to draw


def plain_scene(thing: str, **changes: Any) -> Scene:
    kind = KINDS[thing]
    studio = "studio" in kind.places
    scene = Scene(
        thing=thing,
        colour=kind.colours[0],
        count=1,
        companion=None,
        place="studio" if studio else kind.places[0],
        weather=None if studio else "clear",
        time_of_day=None if studio else "noon",
        style="papercut",
        layout=11,
    )
    return replace(scene, **changes)


def test_drawing_gives_the_same_pixels_for_the_same_scene():
    scene = sample_scenes(8, 4)[7]
    assert np.array_equal(draw_scene(scene, SMALL), draw_scene(scene, SMALL))


def test_drawing_has_the_asked_size_and_by_default_1024_pixels_for_640_of_the_scene():
    scene = plain_scene("apple")
    width, height = scene_size(scene)
    assert draw_scene(scene).shape == (height * 8 // 5, width * 8 // 5, 3)
    small = draw_scene(scene, SMALL)
    assert max(small.shape[:2]) == SMALL
    assert small.dtype == np.uint8


@pytest.mark.parametrize("thing", sorted(KINDS))
def test_every_kind_draws_something_in_its_colour(thing):
    colour = KINDS[thing].colours[0]
    brush = Brush("flat", 1)
    KINDS[thing].draw(brush, NAMED[colour])
    tones = NAMED[colour]
    drawing = brush.svg((100, 100), (100, 100))
    assert any(tone in drawing for tone in (tones.light, tones.main, tones.dark))


@pytest.mark.parametrize("thing", sorted(KINDS))
def test_every_kind_stands_out_from_its_background(thing, monkeypatch):
    scene = plain_scene(thing)
    drawn = draw_scene(scene, SMALL).astype(int)
    monkeypatch.setattr("indexer.gallery.render.place_things", lambda *_: [])
    bare = draw_scene(scene, SMALL).astype(int)
    changed = np.abs(drawn - bare).max(axis=2) > 30
    assert changed.mean() > 0.05


@pytest.mark.parametrize("style", STYLES)
def test_every_style_gives_a_picture_of_its_own(style):
    flat = draw_scene(plain_scene("boat", place="sea", time_of_day="night", style="print"), SMALL)
    other = draw_scene(plain_scene("boat", place="sea", time_of_day="night", style=style), SMALL)
    assert other.std() > 10
    assert style == "print" or not np.array_equal(flat, other)


@pytest.mark.parametrize("place", sorted({place for _, _, place in combinations_of("gallery")}))
def test_every_place_can_be_drawn_in_every_weather_it_may_have(place):
    thing = next(kind.name for kind in KINDS.values() if place in kind.places)
    for weather in ("clear", "rain", "snow", "fog", "storm"):
        scene = plain_scene(thing, place=place, weather=weather, time_of_day="dawn", style="flat")
        assert draw_scene(scene, SMALL).std() > 5


def test_layout_places_as_many_things_as_the_caption_counts_inside_the_picture():
    for scene in sample_scenes(300, 9):
        width, height = scene_size(scene)
        placed = place_things(scene, scene_view(scene))
        assert len(placed) == (2 if scene.companion else scene.count)
        for placement in placed:
            reach = placement.kind.half_width * placement.scale
            assert -0.06 * width < placement.x - reach, captions(scene)
            assert placement.x + reach < 1.06 * width, captions(scene)
            assert placement.y - placement.kind.top * placement.scale > -0.02 * height
            assert placement.y <= 1.02 * height


def test_pairs_stand_on_the_side_the_caption_says():
    pairs = [s for s in sample_scenes(500, 9) if s.companion and "of" in s.companion.relation]
    assert pairs
    for scene in pairs:
        assert scene.companion is not None
        first, second = place_things(scene, scene_view(scene))
        assert (first.x < second.x) == (scene.companion.relation == "left of")


def test_things_vary_with_the_brushes_random_stream():
    drawings = set()
    for seed in range(6):
        brush = Brush("flat", 1)
        brush.rng = random.Random(seed)
        KINDS["boat"].draw(brush, NAMED["red"])
        drawings.add(brush.svg((100, 100), (100, 100)))
    assert len(drawings) == 2


@pytest.mark.parametrize("fade", [(), (0.9, 0.2, 0.5, 0.5)])
def test_no_row_of_a_sheet_stands_out_whatever_its_size(fade):
    stops = ("#102030", "#50a0f0", "#50a0f0", "#ff0000")
    channels = np.array([[0x10, 0x20, 0x30], [0x50, 0xA0, 0xF0], [0x50, 0xA0, 0xF0], [0xFF, 0, 0]])
    for height in range(90, 700, 23):
        brush = Brush("flat", 1)
        brush.sheet(-2, -2, 104, 81.7, stops, fade=fade)
        rows = rendered(brush.svg((100, 75), (height * 4 // 3, height)))[:, 5].astype(float)
        places = ((np.arange(height) + 0.5) / height * 75 + 2) / 81.7 * 3
        colours = np.stack([np.interp(places, range(4), channels[:, i]) for i in range(3)], axis=1)
        opacity = np.interp(places, range(4), fade or (1, 1, 1, 1))[:, None]
        steepest = 3 * 255 / 81.7 * 75 / height  # levels from one row to the next
        assert np.abs(rows - (colours * opacity + 255 * (1 - opacity))).max() < 3 + 2 * steepest
