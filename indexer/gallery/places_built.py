"""Places made by people: city street, room, plain studio.

Draws the setting only, never its subject.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import mix
from indexer.gallery.sky import draw_sky
from indexer.gallery.view import View

_FACADES = ("#d98f6f", "#e3b36f", "#8fa6b8", "#b9798a", "#7f9c94", "#c9b39a", "#9488b0")
_WALLS = (
    ("#f2d9bd", "#e0b98f"),
    ("#cfe0dc", "#a3c4be"),
    ("#ead0cf", "#d0a4a6"),
    ("#d5d8ea", "#aab0d0"),
    ("#e9e0c6", "#cfc096"),
)
_BACKDROPS = (
    ("#f6eee1", "#e6d6bd"),
    ("#dfeaf0", "#bfd3df"),
    ("#f3dfdc", "#e0bfbb"),
    ("#e0ebdd", "#c0d4bb"),
    ("#e7e1f0", "#cbc0de"),
    ("#f8e7c9", "#ecce9b"),
)
TABLE_TOP = 0.70


def city(b: Brush, v: View) -> None:
    """A city street: skyline, house fronts, pavement and road."""
    draw_sky(b, v, v.horizon + 20)
    kerb = v.horizon + (v.height - v.horizon) * 0.28
    for haze, low, high, count in ((0.66, 0.3, 0.52, 9), (0.38, 0.2, 0.4, 7)):
        with b.layer(4):
            _skyline(b, v, kerb, mix("#66759a", v.palette.haze, haze), (low, high), count)
    with b.layer(5):
        _fronts(b, v, kerb)
    with b.layer(3):
        b.rect(
            -4, kerb - 3, v.width + 8, (v.height - kerb) * 0.3, ("#cfc6be", "#a9a09c"), edge=False
        )
    with b.layer(3):
        road = kerb + (v.height - kerb) * 0.24
        b.rect(-4, road, v.width + 8, v.height - road + 8, ("#6a6d7c", "#4a4c5a"), edge=False)
    b.rect(-4, road, v.width + 8, 5, "#e3dcd2", edge=False)
    middle = road + (v.height - road) * 0.78
    for index in range(7):
        b.rect(
            index * v.width / 6 - 30, middle, v.width * 0.08, 6, "#f4e3a8", opacity=0.9, edge=False
        )


def _skyline(
    b: Brush, v: View, base: float, colour: str, heights: tuple[float, float], count: int
) -> None:
    wide = v.width / count
    parts = []
    for index in range(count):
        top = base - v.height * v.rng.uniform(*heights)
        parts.append(
            f"M{index * wide - 3:.0f} {base:.0f} V{top:.0f} h{wide * v.rng.uniform(0.7, 1.05):.0f} "
            f"V{base:.0f} Z"
        )
    b.path(" ".join(parts), (mix(colour, "#ffffff", 0.12), colour), edge=False)


def _fronts(b: Brush, v: View, base: float) -> None:
    lit = "#ffe39a" if v.time_of_day in ("night", "sunset") else "#dcebf2"
    x = -v.rng.uniform(0, 40)
    while x < v.width:
        wide, tall = v.width * v.rng.uniform(0.15, 0.22), v.height * v.rng.uniform(0.22, 0.34)
        colour = mix(v.rng.choice(_FACADES), v.palette.haze, 0.18)
        b.rect(
            x, base - tall, wide, tall, (mix(colour, "#ffffff", 0.12), mix(colour, "#3a3048", 0.14))
        )
        b.rect(x - 3, base - tall - 5, wide + 6, 7, mix(colour, "#3a3048", 0.35), edge=False)
        _windows(b, v, x, base, wide, tall, lit)
        x += wide + 2


def _windows(b: Brush, v: View, x: float, base: float, wide: float, tall: float, lit: str) -> None:
    before, b.light = b.light, (1.0, 1.0, 1.0)
    rows, columns = max(2, int(tall / 34)), 3
    for row in range(rows):
        for column in range(columns):
            left = x + wide * (column + 0.5) / columns - wide * 0.09
            shade = lit if v.rng.random() < 0.7 else mix("#5a6a86", v.palette.shadow, 0.4)
            b.rect(left, base - tall + 12 + row * 32, wide * 0.18, 19, shade, r=1, edge=False)
    b.light = before


def room(b: Brush, v: View) -> None:
    """A room with a window; a table in front when the subject stands on one."""
    wall = v.rng.choice(_WALLS)
    floor = v.height * (0.84 if v.has_table else 0.70)
    tone = (0.72, 0.72, 0.86) if v.night else v.palette.light
    b.light = tone
    b.rect(-4, -4, v.width + 8, v.height + 8, wall, edge=False)
    _window(b, v, v.rng.choice((0.06, 0.60)) * v.width)
    b.light = tone
    with b.layer(3):
        b.rect(-4, floor, v.width + 8, v.height - floor + 8, ("#c99a6b", "#96663f"), edge=False)
    b.rect(-4, floor - 12, v.width + 8, 12, "#fff8ec", opacity=0.9, edge=False)
    if v.has_table:
        _table(b, v)
    else:
        b.ellipse(
            v.width / 2,
            v.height * 0.87,
            v.width * 0.42,
            v.height * 0.09,
            v.rng.choice((("#e8a48c", "#c9705f"), ("#8fb3b8", "#5f8790"), ("#ead7a4", "#c9ab69"))),
            edge=False,
        )
        b.ellipse(
            v.width / 2,
            v.height * 0.87,
            v.width * 0.36,
            v.height * 0.072,
            "#fff3e0",
            opacity=0.4,
            edge=False,
        )
    if v.night:
        b.glow(v.width / 2, v.height * 0.45, v.width * 0.6, "#ffcf80", 0.35)


def _window(b: Brush, v: View, left: float) -> None:
    top, wide, tall = v.height * 0.08, v.width * 0.34, v.height * 0.42
    frame = "#fffaf0"
    b.rect(left - 10, top - 10, wide + 20, tall + 20, frame, r=3)
    b.light = (1.0, 1.0, 1.0)
    b.sheet(left, top, wide, tall, v.palette.sky)
    orb = (
        left + wide * 0.68,
        top + tall * {"dawn": 0.66, "noon": 0.25, "sunset": 0.72, "night": 0.3}[v.time_of_day],
    )
    b.glow(*orb, wide * 0.34, v.palette.orb, 0.5)
    b.circle(*orb, wide * 0.09, v.palette.orb, edge=False)
    if v.night:
        stars = " ".join(
            f"M{left + v.rng.random() * wide:.0f} {top + v.rng.random() * tall * 0.8:.0f} h1"
            for _ in range(16)
        )
        b.line(stars, "#fffbe8", 2)
    hill = mix("#6f9c78", v.palette.haze, 0.4)
    b.light = v.palette.light
    b.path(
        f"M{left:.0f} {top + tall:.0f} v{-tall * 0.2:.0f} q{wide * 0.3:.0f} "
        f"{-tall * 0.16:.0f} {wide * 0.55:.0f} 0 "
        f"t{wide * 0.45:.0f} {tall * 0.02:.0f} v{tall * 0.18:.0f} Z",
        hill,
        edge=False,
    )
    b.line(
        f"M{left + wide / 2:.0f} {top:.0f} v{tall:.0f} M{left:.0f} {top + tall * 0.5:.0f} "
        f"h{wide:.0f}",
        frame,
        6,
    )
    b.rect(left - 16, top + tall + 6, wide + 32, 11, ("#fffaf0", "#d8c8b2"), r=2)
    _curtains(b, v, left, top, wide, tall)


def _curtains(b: Brush, v: View, left: float, top: float, wide: float, tall: float) -> None:
    curtain = v.rng.choice((("#f0b8a8", "#cf8576"), ("#a8c8c4", "#749c98"), ("#f2dca4", "#d6b468")))
    for x, side in ((left - 22, 1), (left + wide + 22, -1)):
        b.path(
            f"M{x:.0f} {top - 18:.0f} h{side * wide * 0.24:.0f} q{-side * 4} "
            f"{tall * 0.5:.0f} {-side * wide * 0.14:.0f} "
            f"{tall + 46:.0f} h{-side * wide * 0.1:.0f} Z",
            curtain,
        )
    b.line(f"M{left - 30:.0f} {top - 19:.0f} h{wide + 60:.0f}", "#8a6a48", 5)


def _table(b: Brush, v: View) -> None:
    y = v.height * TABLE_TOP
    wood = v.rng.choice((("#d9a36a", "#a86f3f"), ("#b98560", "#7f5238"), ("#e9cfa6", "#c29a66")))
    with b.layer(5):
        b.rect(-4, y, v.width + 8, v.height - y + 8, wood, edge=False)
    b.rect(
        -4, v.height * 0.93, v.width + 8, v.height * 0.08, mix(wood[1], "#3a2418", 0.25), edge=False
    )
    grain = " ".join(
        f"M{v.rng.uniform(-50, v.width):.0f} {y + v.rng.uniform(6, v.height * 0.22):.0f} "
        f"h{v.rng.uniform(60, 200):.0f}"
        for _ in range(12)
    )
    b.line(grain, mix(wood[1], "#3a2418", 0.2), 1.4, opacity=0.3)


def studio(b: Brush, v: View) -> None:
    """A plain, softly lit backdrop."""
    light, shade = v.rng.choice(_BACKDROPS)
    floor = v.height * 0.66
    b.sheet(-2, -2, v.width + 4, floor + 4, (mix(light, shade, 0.55), light))
    b.sheet(-2, floor, v.width + 4, v.height - floor + 4, (mix(light, "#ffffff", 0.4), shade))
    b.glow(v.width * (0.5 + 0.2 * v.light_side), v.height * 0.3, v.width * 0.5, "#ffffff", 0.5)
