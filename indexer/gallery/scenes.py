"""A scene as data, and sampling many of them.

Never draws and never words a caption.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from indexer.gallery.combinations import Combination, Split, combinations_of, in_split
from indexer.gallery.kind import Kind
from indexer.gallery.kinds import KINDS
from indexer.gallery.palette import TIMES_OF_DAY

STYLES = ("flat", "watercolour", "papercut", "pencil", "print", "neon", "mosaic", "pixel")
_STYLE_WEIGHTS = (30, 17, 17, 10, 9, 8, 4, 5)
_NEON_COLOURS = frozenset(
    {"red", "orange", "yellow", "green", "blue", "purple", "pink", "turquoise", "white"}
)
_COARSE = frozenset({"mosaic", "pixel", "watercolour"})  # they lose what is dim already
_TIMELESS = frozenset({"studio", "underwater"})
_INDOOR = frozenset({"studio", "underwater", "room"})
_RIDERS = ("cat", "bird", "owl", "cup", "apple", "rabbit")
_UNDER_FRONT = ("cat", "dog", "rabbit", "fox", "sheep", "tent", "mushroom")
_UNDER_BACK = ("tree", "umbrella", "palm tree")
_MOST_TRIES = 400  # per scene asked for; sampling that needs more is asking for too many


@dataclass(frozen=True, slots=True)
class Companion:
    """A second thing and where the first stands to it: left of, right of, above, on or under it."""

    relation: str
    thing: str
    colour: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a picture shows. weather and time_of_day are None where a place has none."""

    thing: str
    colour: str
    count: int
    companion: Companion | None
    place: str
    weather: str | None
    time_of_day: str | None
    style: str
    layout: int

    @property
    def combination(self) -> Combination:
        """The (thing, colour, place) the split is made by."""
        return self.thing, self.colour, self.place


def sample_scenes(count: int, seed: int, split: Split = "gallery") -> list[Scene]:
    """Count distinct scenes from one half of the combinations, the same for the same arguments.

    No two share thing, colour, number, companion, place, time and style. The gallery half opens
    with several red boats on the sea at sunset.
    """
    rng = random.Random(f"sightline gallery {split} {seed}")
    scenes = _red_boats(rng, count) if split == "gallery" else []
    seen = {_identity(scene) for scene in scenes}
    names = _Deck(rng)
    for _ in range(count * _MOST_TRIES):
        if len(scenes) >= count:
            return scenes
        scene = _sample(names.next_kind(), rng, split)
        crowd = _crowd(scene)
        if _identity(scene) not in seen and crowd not in seen:
            seen |= {_identity(scene), crowd}
            scenes.append(scene)
    return scenes


class _Deck:
    """Deals kinds so that each comes up equally often."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._cards: list[Kind] = []

    def next_kind(self) -> Kind:
        if not self._cards:
            self._cards = list(KINDS.values())
            self._rng.shuffle(self._cards)
        return self._cards.pop()


def _identity(scene: Scene) -> tuple[object, ...]:
    return (
        scene.thing,
        scene.colour,
        scene.count,
        scene.companion,
        scene.place,
        scene.time_of_day,
        scene.weather,
        scene.style,
    )


def _crowd(scene: Scene) -> tuple[object, ...]:
    return (
        scene.thing,
        scene.colour,
        scene.place,
        scene.time_of_day,
        scene.style,
        scene.companion is None,
    )


def _red_boats(rng: random.Random, count: int) -> list[Scene]:
    boats = []
    for style in ("flat", "watercolour", "papercut", "print", "pencil", "mosaic")[:count]:
        weather = "cloudy" if style == "papercut" else "clear"
        boats.append(
            Scene("boat", "red", 1, None, "sea", weather, "sunset", style, rng.getrandbits(32))
        )
    return boats


def _sample(kind: Kind, rng: random.Random, split: Split) -> Scene:
    owned = sorted(c for c in combinations_of(split) if c[0] == kind.name)
    _, colour, place = rng.choice(owned)
    time_of_day = None if place in _TIMELESS else rng.choices(TIMES_OF_DAY, (18, 42, 24, 16))[0]
    weather = None if place in _INDOOR else _weather(place, time_of_day, rng)
    companion = _companion(kind, place, rng, split) if rng.random() < 0.34 else None
    count = 1 if companion else rng.choices((1, 2, 3, 4, 5), (62, 16, 12, 5, 5))[0]
    style = _style(colour, companion, place, time_of_day, weather, rng)
    return Scene(
        kind.name, colour, count, companion, place, weather, time_of_day, style, rng.getrandbits(32)
    )


def _weather(place: str, time_of_day: str | None, rng: random.Random) -> str:
    if place == "snowfield":
        return rng.choices(("clear", "snow", "fog", "cloudy"), (45, 35, 8, 12))[0]
    if place in ("desert", "beach"):
        return rng.choices(("clear", "cloudy", "rain", "storm", "fog"), (66, 20, 5, 5, 4))[0]
    if time_of_day == "sunset":
        return rng.choices(("clear", "cloudy", "rain", "storm"), (66, 22, 7, 5))[0]
    return rng.choices(("clear", "cloudy", "rain", "snow", "fog", "storm"), (48, 18, 13, 7, 8, 6))[
        0
    ]


def _style(
    colour: str,
    companion: Companion | None,
    place: str,
    time_of_day: str | None,
    weather: str | None,
    rng: random.Random,
) -> str:
    style = rng.choices(STYLES, _STYLE_WEIGHTS)[0]
    colours = {colour} | ({companion.colour} if companion else set())
    glows = (
        time_of_day == "night" and place != "room" and colours <= _NEON_COLOURS and weather != "fog"
    )
    if glows and rng.random() < 0.4:
        return "neon"
    dim = weather in ("fog", "storm") or time_of_day == "night"
    if (style == "neon" and not glows) or (style in _COARSE and dim):
        return "flat"
    return style


def _companion(kind: Kind, place: str, rng: random.Random, split: Split) -> Companion | None:
    relation, names = _relation(kind, place, rng)
    choices = sorted(
        c
        for c in combinations_of(split)
        if c[0] in names and c[2] == place and c[0] != kind.name and in_split(c, split)
    )
    if not choices:
        return None
    thing = rng.choice(sorted({c[0] for c in choices}))
    _, colour, _ = rng.choice([c for c in choices if c[0] == thing])
    return Companion(relation, thing, colour)


def _relation(kind: Kind, place: str, rng: random.Random) -> tuple[str, frozenset[str]]:
    perches = frozenset(k.name for k in KINDS.values() if k.perch and k.size >= kind.size)
    if kind.name in _RIDERS and place != "sky" and rng.random() < 0.5:
        return "on", perches
    if kind.name in _UNDER_FRONT and place not in ("sky", "sea") and rng.random() < 0.4:
        return "under", frozenset(_UNDER_BACK)
    if in_the_air(kind, place):
        return "above", frozenset(k.name for k in KINDS.values() if not in_the_air(k, place))
    near = frozenset(
        k.name
        for k in KINDS.values()
        if k.size == kind.size
        and not in_the_air(k, place)
        and stance(k, place) == stance(kind, place)
    )
    return rng.choice(("left of", "right of")), near


def in_the_air(kind: Kind, place: str) -> bool:
    """Whether a thing of this kind flies when it is shown in this place."""
    return kind.flies or place == "sky" or (kind.aloft is not None and place in ("sky", "sea"))


def stance(kind: Kind, place: str) -> str:
    """How a kind is carried in a place: air, deep, water, table or ground."""
    if place == "underwater":
        return "deep"
    if in_the_air(kind, place):
        return "air"
    if place in ("sea", "lake") and kind.floats:
        return "water"
    if place == "room" and kind.size == 1:
        return "table"
    return "ground"
