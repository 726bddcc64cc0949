"""Places by and under the water: sea, lake, beach, underwater.

Draws the setting only, never its subject.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import mix, multiply
from indexer.gallery.shapes import disc, fir, grass, ripples, scatter, smooth_ridge
from indexer.gallery.sky import draw_sky
from indexer.gallery.view import View

_UNLIT = (1.0, 1.0, 1.0)
_DEEP = {"dawn": "#4f86ad", "noon": "#1673ad", "sunset": "#4a3c80", "night": "#0a1a40"}
_MIDDLE = {"dawn": "#86aeca", "noon": "#38a0cc", "sunset": "#a85c84", "night": "#1c3a70"}


def water_colour(v: View) -> str:
    """The colour of the water in the middle distance."""
    grey = 0.0 if v.open_sky else 0.5
    return mix(_MIDDLE[v.time_of_day], mix(v.palette.sky[1], v.palette.sky[2], 0.5), grey)


def draw_water(b: Brush, v: View, top: float, bottom: float) -> None:
    """Paint open water between two heights, with the light of sun or moon on it."""
    b.light = _UNLIT
    grey = 0.0 if v.open_sky else 0.5
    middle, deep = water_colour(v), mix(_DEEP[v.time_of_day], v.palette.sky[0], grey * 0.7)
    far = mix(v.palette.sky[3], middle, 0.35)
    b.sheet(-2, top, v.width + 4, bottom - top + 2, (far, middle, deep))
    b.line(
        f"M-2 {top:.1f} H{v.width + 2:.1f}", mix(v.palette.sky[3], "#ffffff", 0.4), 1.2, opacity=0.6
    )
    b.line(
        ripples(v.rng, 46, (0, top + 5, v.width, bottom), v.width * 0.15),
        mix(far, "#ffffff", 0.35),
        1.8,
        opacity=0.34,
    )
    b.line(
        ripples(v.rng, 26, (0, top + 8, v.width, bottom), v.width * 0.17), deep, 2.2, opacity=0.3
    )
    if v.open_sky:
        _glitter(b, v, top, bottom)
    b.light = v.palette.light


def _glitter(b: Brush, v: View, top: float, bottom: float) -> None:
    spread = v.width * (0.07 if v.time_of_day != "noon" else 0.2)
    strokes = []
    for index in range(46):
        depth = index / 45
        y = top + 3 + (bottom - top) * depth * 0.92
        reach = spread * (0.6 + 1.5 * depth)
        span = 7 + v.width * 0.05 * v.rng.random() * (0.5 + depth)
        x = v.orb_x + v.rng.uniform(-reach, reach) - span / 2
        strokes.append(f"M{x:.1f} {y:.1f} h{span:.1f}")
    strength = {"dawn": 0.7, "noon": 0.4, "sunset": 0.85, "night": 0.6}[v.time_of_day]
    b.line(" ".join(strokes), mix(v.palette.orb, v.palette.sky[3], 0.25), 2.3, opacity=strength)


def sea(b: Brush, v: View) -> None:
    """The open sea under the sky, sometimes with far islands."""
    draw_sky(b, v, v.horizon)
    if v.rng.random() < 0.45:
        with b.layer(3):
            ground = mix("#5d7a80", v.palette.haze, 0.55)
            left = v.rng.random() < 0.5
            x0 = -0.1 * v.width if left else 0.68 * v.width
            b.path(
                f"M{x0:.0f} {v.horizon:.1f} q{v.width * 0.1:.0f} {-v.height * 0.09:.0f} "
                f"{v.width * 0.2:.0f} "
                f"{-v.height * 0.05:.0f} t{v.width * 0.24:.0f} {v.height * 0.05:.0f} Z",
                ground,
                edge=False,
            )
    with b.layer(4):
        draw_water(b, v, v.horizon, v.height)


def lake(b: Brush, v: View) -> None:
    """A lake between wooded hills, their reflection in it."""
    draw_sky(b, v, v.horizon)
    for share, rise, tone in ((0.62, 0.3, "#7f93b5"), (0.4, 0.17, "#5f8a7c")):
        with b.layer(4):
            colour = mix(tone, v.palette.haze, share)
            ridge = smooth_ridge(v.rng, v.width, v.horizon + 2, v.horizon - 3, v.height * rise, 1.8)
            b.path(ridge, (mix(colour, "#ffffff", 0.1), colour), edge=False)
    draw_water(b, v, v.horizon, v.height)
    shore = mix("#2f5d4d", v.palette.haze, 0.18)
    trees = " ".join(
        fir(v.rng.uniform(0, v.width), v.horizon + 3, v.height * v.rng.uniform(0.06, 0.13))
        for _ in range(26)
    )
    b.path(
        f"M0 {v.horizon - 1:.1f} h{v.width:.0f} v5 h{-v.width:.0f} Z " + trees, shore, edge=False
    )
    mirrored = f"M0 {v.horizon + 4:.1f} h{v.width:.0f} v{v.height * 0.045:.1f} h{-v.width:.0f} Z"
    b.path(mirrored, shore, opacity=0.28, edge=False)
    if v.has_ground_subject:
        with b.layer(5):
            bank = smooth_ridge(v.rng, v.width, v.height + 4, v.height * 0.79, v.height * 0.05, 1.4)
            b.path(bank, ("#86b35e", "#4a7d46"), edge=False)
        b.line(
            grass(v.rng, 40, (0, v.height * 0.82, v.width, v.height), 12),
            "#3f7040",
            1.8,
            opacity=0.8,
        )
    else:
        _reeds(b, v)


def _reeds(b: Brush, v: View) -> None:
    right = v.rng.random() < 0.5
    strokes, heads = [], []
    for _ in range(15):
        x = v.width * (v.rng.uniform(0.88, 1.0) if right else v.rng.uniform(0.0, 0.12))
        tall, lean = v.height * v.rng.uniform(0.1, 0.24), v.rng.uniform(-10, 10)
        strokes.append(
            f"M{x:.1f} {v.height:.1f} q{lean / 3:.1f} {-tall / 2:.1f} {lean:.1f} {-tall:.1f}"
        )
        heads.append(f"M{x + lean:.1f} {v.height - tall:.1f} v14")
    b.line(" ".join(strokes), "#3f6b3f", 2.6)
    b.line(" ".join(heads), "#6b4a2f", 5.5)


def beach(b: Brush, v: View) -> None:
    """Sand in front, a strip of sea behind, foam between."""
    draw_sky(b, v, v.horizon)
    shore = v.horizon + (v.height - v.horizon) * 0.30
    draw_water(b, v, v.horizon, shore + 20)
    bow = v.height * 0.03
    half, end = v.width / 2, v.width + 4
    for lift, colour in ((0, mix(water_colour(v), "#ffffff", 0.85)), (6, "#c9a877"), (14, "")):
        y = shore + lift
        edge = (
            f"M-4 {v.height + 4:.1f} L-4 {y:.1f} Q{half / 2:.0f} {y - bow:.1f} {half:.0f} {y:.1f} "
            f"T{end:.0f} {y:.1f} L{end:.0f} {v.height + 4:.1f} Z"
        )
        with b.layer(3 if lift == 14 else 1):
            b.path(edge, colour or ("#f9e3b4", "#dcb57c"), edge=False)
    box = (0.0, shore + 24, v.width, v.height)
    b.path(scatter(v.rng, 60, box, (0.6, 1.5)), "#b98f58", opacity=0.5, edge=False)
    for _ in range(5):
        x, y = v.rng.uniform(0, v.width), v.rng.uniform(shore + 40, v.height)
        b.path(
            disc(x, y, 4) + disc(x + 5, y + 2, 3),
            v.rng.choice(("#f4a9a0", "#fff3e0", "#e9c3a0")),
            edge=False,
        )


def underwater(b: Brush, v: View) -> None:
    """Under the surface: shafts of light, sand, weeds, corals, bubbles."""
    b.light = _UNLIT
    stops = v.rng.choice(
        (("#8fe3e6", "#2fa7c9", "#136a9c", "#0c4475"), ("#a8eedd", "#3fb8b8", "#17808f", "#0d5068"))
    )
    b.sheet(-2, -2, v.width + 4, v.height + 4, stops)
    for _ in range(5):
        x, w = v.rng.uniform(-0.1, 1.0) * v.width, v.rng.uniform(20, 60)
        b.polygon(
            f"{x:.0f},-4 {x + w:.0f},-4 {x + w * 2.4 - 90:.0f},{v.height * 0.9:.0f} "
            f"{x - 130:.0f},{v.height * 0.9:.0f}",
            "#ffffff",
            opacity=0.10,
            edge=False,
        )
    with b.layer(4):
        far = smooth_ridge(v.rng, v.width, v.height + 4, v.height * 0.86, v.height * 0.12, 2.4)
        b.path(far, mix(stops[2], stops[3], 0.5), opacity=0.8, edge=False)
    with b.layer(4):
        sand = smooth_ridge(v.rng, v.width, v.height + 4, v.height * 0.94, v.height * 0.05, 2.0)
        b.path(sand, ("#f0dca6", "#b59a72"), edge=False)
    for edge in (v.rng.uniform(0.02, 0.16), v.rng.uniform(0.84, 0.98)):
        _weeds(b, v, edge * v.width)
    corals = v.rng.choice((("#f78f8f", "#c94f6d"), ("#f9b36a", "#d97a3a"), ("#c79be8", "#8a5bc0")))
    x = v.width * v.rng.choice((0.2, 0.8))
    for turn in (-36, -12, 12, 36):
        with b.at(x, v.height * 0.97, 1.0, turn=turn):
            b.rect(-7, -v.height * 0.13, 14, v.height * 0.13, corals, r=7)
    bubbles = scatter(v.rng, 16, (0, 0, v.width, v.height * 0.8), (2, 7))
    b.line(bubbles, "#e8fbff", 1.5, opacity=0.7)


def _weeds(b: Brush, v: View, x: float) -> None:
    for offset in (-18, 0, 20):
        tall = v.height * v.rng.uniform(0.2, 0.4)
        half = -tall * 0.5
        d = f"M{x + offset:.0f} {v.height:.0f} q18 {half / 2:.0f} 0 {half:.0f} t0 {half:.0f}"
        b.line(d, multiply("#3f9f6a", (1.0, 0.9 + offset / 200, 0.9)), 9)
