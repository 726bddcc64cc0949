"""The sky: its gradient, the sun or moon, stars and clouds.

Never draws anything below the horizon.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import mix
from indexer.gallery.shapes import cloud, scatter
from indexer.gallery.view import View

_UNLIT = (1.0, 1.0, 1.0)


def draw_sky(b: Brush, v: View, bottom: float) -> None:
    """Paint the sky from the top edge down to bottom."""
    b.light = _UNLIT
    b.sheet(-2, -2, v.width + 4, bottom + 4, v.palette.sky)
    b.sheet(-2, bottom, v.width + 4, v.height - bottom + 4, (v.palette.sky[3], v.palette.sky[3]))
    if v.open_sky:
        if v.night:
            _stars(b, v, bottom)
        _orb(b, v)
    _clouds(b, v, bottom)
    b.light = v.palette.light


def orb_height(v: View) -> float:
    """How far down the sun or moon stands, in logical pixels from the top."""
    share = {"dawn": 0.80, "noon": 0.2, "sunset": 0.90, "night": 0.24}[v.time_of_day]
    return v.horizon * share


def _stars(b: Brush, v: View, bottom: float) -> None:
    box = (0.0, 0.0, v.width, bottom * 0.82)
    b.path(scatter(v.rng, 70, box, (0.4, 0.9)), "#e8ecff", opacity=0.75, edge=False)
    b.path(scatter(v.rng, 22, box, (1.0, 1.7)), "#fffbe8", edge=False)


def _orb(b: Brush, v: View) -> None:
    x, y = v.orb_x, orb_height(v)
    r = (
        min(v.width, v.height)
        * {"dawn": 0.07, "noon": 0.055, "sunset": 0.105, "night": 0.062}[v.time_of_day]
    )
    colour = v.palette.orb
    b.glow(x, y, r * (5.2 if v.time_of_day == "sunset" else 4.2), colour, 0.32 if v.night else 0.6)
    with b.layer(3):
        b.circle(x, y, r, colour, edge=b.style == "neon")
    if v.night:
        for dx, dy, size in ((-0.35, -0.2, 0.2), (0.25, 0.3, 0.15), (0.2, -0.4, 0.11)):
            b.circle(x + dx * r, y + dy * r, r * size, "#e2d8b4", opacity=0.7, edge=False)
    if v.time_of_day == "sunset":
        b.circle(x, y, r * 0.8, "#fff6d0", opacity=0.5, edge=False)


def _clouds(b: Brush, v: View, bottom: float) -> None:
    count = {"clear": 3, "cloudy": 6, "rain": 7, "snow": 5, "fog": 2, "storm": 8}.get(
        v.weather or "clear", 3
    )
    if v.time_of_day in ("dawn", "sunset") and v.open_sky:
        for _ in range(6):
            y = bottom * v.rng.uniform(0.45, 0.9)
            wide = v.width * v.rng.uniform(0.1, 0.28)
            colour = mix(v.palette.cloud, v.palette.sky[3], v.rng.random() * 0.6)
            b.ellipse(
                v.rng.uniform(0, v.width),
                y,
                wide,
                2 + 3 * v.rng.random(),
                colour,
                opacity=0.5,
                edge=False,
            )
    heavy = v.weather in ("rain", "storm", "snow")
    thick = 1.0 if b.style == "papercut" else 0.9 if heavy else 0.82
    for index in range(count):
        depth = index / max(1, count - 1)
        size = v.width * (0.2 + 0.16 * depth) * v.rng.uniform(0.8, 1.3) * (1.35 if heavy else 1.0)
        low = 0.4 if heavy else 0.66
        x = v.width * ((index * 0.618 + v.rng.uniform(-0.08, 0.08)) % 1.0)
        y = bottom * (0.12 + low * v.rng.random() * (1 - 0.4 * depth)) + size * 0.12
        shade = mix(v.palette.cloud, v.palette.cloud_shade, 0.85)
        with b.layer(4):
            b.path(
                cloud(v.rng, x, y, size),
                (v.palette.cloud, shade),
                opacity=thick,
                edge=False,
            )
