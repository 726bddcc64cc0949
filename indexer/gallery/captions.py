"""Captions of a scene: true, varied, from a few words to a full sentence.

Never draws; says only what the scene's data says.
"""

from __future__ import annotations

import random

from indexer.gallery.kind import Kind
from indexer.gallery.kinds import KINDS
from indexer.gallery.scenes import Companion, Scene, stance
from indexer.gallery.wording import (
    AFLOAT,
    FLYING,
    NUMBERS,
    ON_TABLE,
    STANDING,
    STYLES,
    TIMES,
    sky_phrases,
    verb,
    with_article,
)

_CONVERSE = {"left of": "to the right of", "right of": "to the left of", "above": "below"}
_RELATIONS = {
    "left of": ("to the left of", "on the left of"),
    "right of": ("to the right of", "on the right of"),
    "above": ("above", "over"),
    "on": ("on", "on top of"),
    "under": ("under", "beneath"),
}


def captions(scene: Scene) -> list[str]:
    """Two to four distinct captions, the shortest first and the fullest last."""
    rng = random.Random(f"words {scene.layout}")
    found = [_short(scene, rng)]
    if scene.companion:
        found.append(_converse(scene, scene.companion, rng))
    found.append(_medium(scene, rng))
    found.append(_full(scene, rng))
    return list(dict.fromkeys(caption for caption in found if caption))


def _named(kind: Kind, colour: str, count: int, rng: random.Random, *, plain: bool = False) -> str:
    """A number or article, the colour and a word for the kind."""
    one, many = kind.words[0] if plain else rng.choice(kind.words)
    word = one if count == 1 else many
    phrase = word.replace("{}", colour) if "{}" in word else f"{colour} {word}"
    return with_article(phrase) if count == 1 else f"{NUMBERS[count]} {phrase}"


def _subject(scene: Scene, rng: random.Random, *, plain: bool = False) -> str:
    kind = KINDS[scene.thing]
    first = _named(kind, scene.colour, scene.count, rng, plain=plain)
    if scene.companion is None:
        return first
    second = _named(KINDS[scene.companion.thing], scene.companion.colour, 1, rng, plain=plain)
    return f"{first} {rng.choice(_RELATIONS[scene.companion.relation])} {second}"


def _place(scene: Scene, rng: random.Random) -> str:
    how = _stance(scene)
    if how == "table":
        return rng.choice(ON_TABLE)
    if how == "air":
        return rng.choice(FLYING[scene.place])
    if how == "water":
        return rng.choice(AFLOAT[scene.place])
    if scene.place == "sea":
        return rng.choice(("by the sea", "surrounded by the sea"))
    return rng.choice(STANDING[scene.place])


def _stance(scene: Scene) -> str:
    """How the scene as a whole is carried: a pair is named by the thing that stands."""
    if scene.companion and scene.companion.relation != "under":
        return stance(KINDS[scene.companion.thing], scene.place)
    return stance(KINDS[scene.thing], scene.place)


def _short(scene: Scene, rng: random.Random) -> str:
    subject = _subject(scene, rng, plain=True)
    if scene.companion:
        return subject
    endings = [_place(scene, rng)]
    if scene.time_of_day and scene.place != "room":
        endings.append(TIMES[scene.time_of_day][0])
    return f"{subject} {rng.choice(endings)}"


def _converse(scene: Scene, companion: Companion, rng: random.Random) -> str:
    first = _named(KINDS[scene.thing], scene.colour, 1, rng)
    second = _named(KINDS[companion.thing], companion.colour, 1, rng)
    if companion.relation in _CONVERSE:
        return f"{second} {_CONVERSE[companion.relation]} {first}"
    if companion.relation == "on":
        return f"{second} with {first} on it"
    return f"{second} with {first} under it"


def _medium(scene: Scene, rng: random.Random) -> str:
    doing = (
        verb(scene.thing, stance(KINDS[scene.thing], scene.place))
        if scene.companion is None
        else ""
    )
    action = f" {doing}" if doing and rng.random() < 0.6 else ""
    return f"{_subject(scene, rng)}{action} {_place(scene, rng)}{_when(scene, rng)}"


def _when(scene: Scene, rng: random.Random) -> str:
    if scene.time_of_day is None:
        return ""
    time = rng.choice(TIMES[scene.time_of_day])
    if scene.weather is None or (scene.weather == "clear" and rng.random() < 0.4):
        return f" {time}"
    if scene.weather == "clear":
        return f" {rng.choice(sky_phrases('clear', scene.time_of_day))}"
    return f" {time}, {rng.choice(sky_phrases(scene.weather, scene.time_of_day))}"


def _full(scene: Scene, rng: random.Random) -> str:
    style = with_article(rng.choice(STYLES[scene.style]))
    place = _place(scene, rng)
    ending = ""
    if scene.time_of_day:
        ending = f" {TIMES[scene.time_of_day][0]}"
        if scene.weather:
            ending += f", {rng.choice(sky_phrases(scene.weather, scene.time_of_day))}"
    sentence = f"{style} of {_subject(scene, rng)} {place}{ending}."
    return sentence[0].upper() + sentence[1:]
