"""Composition: where in the picture each thing stands and how large it is.

Never draws.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from indexer.gallery.kind import Kind
from indexer.gallery.kinds import KINDS
from indexer.gallery.places_built import TABLE_TOP
from indexer.gallery.scenes import Scene, stance
from indexer.gallery.view import View

_SHARE_OF_PICTURE = 0.30  # what a lone thing's box covers: large enough at 200 pixels
_RELATIVE_SIZE = {1: 0.62, 2: 0.8, 3: 1.0}


@dataclass(frozen=True, slots=True)
class Placement:
    """One thing in the picture: anchored at (x, y), the middle of its foot."""

    kind: Kind
    colour: str
    x: float
    y: float
    scale: float
    flip: bool
    stance: str


def place_things(scene: Scene, v: View) -> list[Placement]:
    """Placements in drawing order, farthest first."""
    kind = KINDS[scene.thing]
    if scene.companion is None:
        return _alone(scene, kind, v) if scene.count == 1 else _several(scene, kind, v)
    other = KINDS[scene.companion.thing]
    arrange = {"above": _above, "on": _on, "under": _under}.get(scene.companion.relation, _beside)
    return arrange(scene, kind, other, v)


def _flips(v: View) -> bool:
    return v.rng.random() < 0.5


def _put(
    kind: Kind, colour: str, v: View, x: float, y: float, scale: float, *, flip: bool | None = None
) -> Placement:
    return Placement(
        kind, colour, x, y, scale, _flips(v) if flip is None else flip, stance(kind, v.place)
    )


def _foot(kind: Kind, v: View, scale: float, rng: random.Random) -> float:
    """The y of the thing's foot for its stance."""
    tall = kind.top * scale
    how = stance(kind, v.place)
    if how == "air":
        room_above = v.height * 0.07
        ceiling = v.height * (0.90 if v.place in ("sky", "studio") else 0.74)
        middle = room_above + tall + (ceiling - room_above - tall) * rng.uniform(0.2, 0.6)
        return max(room_above + tall, middle)
    if how == "deep":
        return v.height * rng.uniform(0.46, 0.54) + tall / 2
    if how == "table":
        return v.height * (TABLE_TOP + 0.12)
    if how == "water":
        return max(v.horizon + v.height * 0.12, min(v.height * 0.80, v.height * 0.12 + tall))
    if v.place == "sea":
        return v.height * 0.84
    if v.place == "studio":
        return min(max(v.height * 0.72, v.height * 0.54 + tall / 2), v.height * 0.88)
    return v.height * rng.uniform(0.84, 0.89)


def _fit(kind: Kind, wide: float, tall: float) -> float:
    return min(wide / (2 * kind.half_width), tall / kind.top)


def _alone(scene: Scene, kind: Kind, v: View) -> list[Placement]:
    area = 2 * kind.half_width * kind.top
    wished = math.sqrt(_SHARE_OF_PICTURE * v.width * v.height / area) * v.rng.uniform(0.92, 1.1)
    scale = min(wished, _fit(kind, 0.74 * v.width, 0.70 * v.height))
    x = v.width * v.rng.choice((0.42, 0.5, 0.5, 0.58))
    margin = kind.half_width * scale + 0.03 * v.width
    x = min(max(x, margin), v.width - margin)
    return [_put(kind, scene.colour, v, x, _foot(kind, v, scale, v.rng), scale)]


_SCATTERED = {
    2: ((0.29, 0.36), (0.70, 0.62)),
    3: ((0.22, 0.40), (0.54, 0.66), (0.80, 0.34)),
    4: ((0.25, 0.30), (0.70, 0.25), (0.32, 0.70), (0.76, 0.66)),
    5: ((0.20, 0.30), (0.52, 0.22), (0.82, 0.36), (0.34, 0.72), (0.70, 0.74)),
}


def _several(scene: Scene, kind: Kind, v: View) -> list[Placement]:
    if stance(kind, v.place) in ("air", "deep"):
        return _scattered(scene, kind, v)
    slot = 0.94 * v.width / scene.count
    crowded = scene.count > 3
    scale = _fit(kind, slot * (1.16 if crowded else 0.94), v.height * 0.52)
    foot = _foot(kind, v, scale, random.Random(scene.layout))
    depth = v.height * (0.035 if stance(kind, v.place) == "table" else 0.07)
    flip = _flips(v)
    placed = []
    for index in range(scene.count):
        behind = crowded and index % 2 == 1
        x = v.width * 0.03 + slot * (index + 0.5)
        y = foot - depth if behind else foot + v.rng.uniform(-0.01, 0.02) * v.height
        size = scale * (0.84 if behind else v.rng.uniform(0.92, 1.0))
        placed.append(_put(kind, scene.colour, v, x, y, size, flip=flip))
    return sorted(placed, key=lambda placement: placement.y)


def _scattered(scene: Scene, kind: Kind, v: View) -> list[Placement]:
    spots = _SCATTERED[scene.count]
    share = {2: 0.44, 3: 0.33, 4: 0.36, 5: 0.28}[scene.count]
    scale = _fit(kind, share * v.width, (0.52 if scene.count <= 3 else 0.36) * v.height)
    floor = 1.0 if v.place in ("sky", "studio", "underwater") else 0.86
    flip = _flips(v)
    placed = []
    for across, down in spots:
        size = scale * v.rng.uniform(0.84, 1.0)
        tall = kind.top * size
        y = min(max(down * floor * v.height + tall / 2, tall + 0.03 * v.height), 0.97 * v.height)
        placed.append(_put(kind, scene.colour, v, across * v.width, y, size, flip=flip))
    return placed


def _beside(scene: Scene, kind: Kind, other: Kind, v: View) -> list[Placement]:
    assert scene.companion is not None
    left_first = scene.companion.relation == "left of"
    largest = max(_RELATIVE_SIZE[kind.size], _RELATIVE_SIZE[other.size])
    placed = []
    for index, (each, colour) in enumerate(((kind, scene.colour), (other, scene.companion.colour))):
        on_left = (index == 0) == left_first
        share = _RELATIVE_SIZE[each.size] / largest
        scale = _fit(each, 0.43 * v.width, 0.56 * v.height * share)
        foot = _foot(each, v, scale, random.Random(scene.layout))
        placed.append(_put(each, colour, v, v.width * (0.26 if on_left else 0.74), foot, scale))
    return placed


def _above(scene: Scene, kind: Kind, other: Kind, v: View) -> list[Placement]:
    assert scene.companion is not None
    low = _fit(other, 0.6 * v.width, 0.40 * v.height)
    high = _fit(kind, 0.44 * v.width, 0.36 * v.height)
    x = v.width * v.rng.uniform(0.44, 0.56)
    foot = _foot(other, v, low, v.rng) if v.place != "sky" else 0.94 * v.height
    lower = _put(other, scene.companion.colour, v, x, foot, low)
    top = foot - other.top * low
    y = max(min(top - 0.05 * v.height, 0.05 * v.height + kind.top * high), kind.top * high + 4)
    upper = _put(kind, scene.colour, v, x + v.width * v.rng.uniform(-0.08, 0.08), y, high)
    return [lower, upper]


def _on(scene: Scene, kind: Kind, other: Kind, v: View) -> list[Placement]:
    assert scene.companion is not None
    perch = other.perch or (0.0, -other.top)
    below = _fit(other, 0.66 * v.width, 0.46 * v.height)
    if other.name == "chair":
        below = _fit(other, 0.66 * v.width, 0.66 * v.height)
    free = 0.40 * v.height
    share = 0.62 if kind.size == other.size else 0.44
    rider = _fit(kind, 0.36 * v.width, min(free, share * other.top * below))
    x = v.width * v.rng.uniform(0.45, 0.55)
    foot = _foot(other, v, below, v.rng)
    lower = _put(other, scene.companion.colour, v, x, foot, below, flip=False)
    y = foot + perch[1] * below + 2
    upper = Placement(kind, scene.colour, x + perch[0] * below, y, rider, _flips(v), "perched")
    return [lower, upper]


def _under(scene: Scene, kind: Kind, other: Kind, v: View) -> list[Placement]:
    assert scene.companion is not None
    cover = _fit(other, 0.80 * v.width, 0.74 * v.height)
    gap = {"tree": 66, "umbrella": 62, "palm tree": 92}[other.name]
    scale = _fit(kind, 0.40 * v.width, gap * cover * 0.98)
    foot = v.height * 0.86
    x = v.width * v.rng.uniform(0.42, 0.5)
    side = v.rng.choice((-1, 1)) * (kind.half_width * scale * 0.55 + 6)
    lower = _put(other, scene.companion.colour, v, x, foot, cover)
    return [lower, _put(kind, scene.colour, v, x + side, foot + 0.035 * v.height, scale)]
