"""Scenes and their captions: what is sampled, what is said, which half it comes from."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from indexer.gallery.captions import captions
from indexer.gallery.combinations import combinations_of
from indexer.gallery.kinds import KINDS
from indexer.gallery.scenes import Companion, Scene, sample_scenes
from indexer.gallery.wording import NUMBERS


def scene_of(thing: str = "boat", colour: str = "red", place: str = "sea", **changes: Any) -> Scene:
    scene = Scene(
        thing=thing,
        colour=colour,
        count=1,
        companion=None,
        place=place,
        weather="clear",
        time_of_day="sunset",
        style="flat",
        layout=7,
    )
    return replace(scene, **changes)


def test_sampling_gives_the_same_scenes_for_the_same_seed():
    assert sample_scenes(60, 5) == sample_scenes(60, 5)
    assert sample_scenes(60, 5) != sample_scenes(60, 6)


def test_gallery_shows_every_kind_and_at_least_35_of_them():
    shown = {scene.thing for scene in sample_scenes(640, 1)}
    assert shown == set(KINDS)
    assert len(shown) >= 35


def test_halves_share_no_combination_and_both_know_every_kind():
    gallery, training = combinations_of("gallery"), combinations_of("training")
    assert not gallery & training
    assert {thing for thing, _, _ in gallery} == {thing for thing, _, _ in training} == set(KINDS)


@pytest.mark.parametrize("split", ["gallery", "training"])
def test_sampled_scenes_stay_within_their_half_companions_included(split):
    owned = combinations_of(split)
    for scene in sample_scenes(400, 3, split):
        assert scene.combination in owned
        if scene.companion:
            companion = scene.companion
            assert (companion.thing, companion.colour, scene.place) in owned


def test_default_gallery_holds_red_boats_at_sunset_in_different_styles():
    boats = [
        scene
        for scene in sample_scenes(640, 1)
        if scene.combination == ("boat", "red", "sea") and scene.time_of_day == "sunset"
    ]
    assert len({scene.style for scene in boats}) >= 4
    assert len({scene.layout for scene in boats}) == len(boats)


def test_fullest_captions_are_almost_all_different():
    fullest = Counter(captions(scene)[-1] for scene in sample_scenes(640, 1))
    assert sum(count - 1 for count in fullest.values()) <= 6


def test_captions_name_thing_colour_and_number_in_every_scene():
    for scene in sample_scenes(640, 2):
        said = captions(scene)
        assert 2 <= len(said) <= 4
        assert len(set(said)) == len(said)
        forms = {form for pair in KINDS[scene.thing].words for form in pair}
        for caption in said:
            text = caption.lower()
            assert any(form.replace("{}", scene.colour) in text for form in forms), caption
            assert scene.colour in text
            assert scene.count == 1 or NUMBERS[scene.count] in text


def test_fullest_caption_names_time_and_weather_when_the_scene_has_them():
    rainy = scene_of(weather="rain", time_of_day="night")
    assert "night" in captions(rainy)[-1]
    assert "rain" in captions(rainy)[-1]


def test_captions_of_a_pair_say_the_relation_from_both_sides():
    companion = Companion("left of", "lemon", "yellow")
    pair = scene_of("cup", "blue", "studio", companion=companion, weather=None, time_of_day=None)
    first, second, *_ = captions(pair)
    assert "left of a yellow lemon" in first
    assert "right of a blue" in second


def test_captions_put_the_colour_where_it_belongs_in_worded_kinds():
    bananas = scene_of("banana", "yellow", "studio", count=2, weather=None, time_of_day=None)
    assert captions(bananas)[0].startswith("two bunches of yellow bananas")
    assert captions(scene_of("pumpkin", "orange", "meadow"))[0].startswith("an orange pumpkin")


def test_place_is_worded_by_how_the_thing_is_carried():
    sailing = " ".join(captions(scene_of()))
    assert "sea" in sailing or "ocean" in sailing
    flying = captions(scene_of("plane", "blue", "sea"))[-1]
    assert any(word in flying for word in ("over", "above"))
