"""Weather in the air: rain, snow, fog, lightning. Drawn behind and in front of the subject.

Never changes the palette: that is palette's part.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import mix
from indexer.gallery.shapes import scatter
from indexer.gallery.view import View


def draw_weather_behind(b: Brush, v: View) -> None:
    """Weather between the setting and the subject."""
    b.light = (1.0, 1.0, 1.0)
    if v.weather == "fog":
        pale = mix(v.palette.haze, "#ffffff", 0.5 if not v.night else 0.15)
        b.sheet(
            0, v.horizon * 0.35, v.width, v.height * 0.42, (pale, pale, pale), fade=(0.0, 0.75, 0.0)
        )
        b.sheet(0, v.horizon, v.width, v.height - v.horizon, (pale, pale), fade=(0.6, 0.15))
    elif v.weather == "snow":
        b.path(
            scatter(v.rng, 90, (0, 0, v.width, v.height), (0.8, 2.0)),
            "#ffffff",
            opacity=0.75,
            edge=False,
        )
    elif v.weather in ("rain", "storm"):
        b.line(_streaks(v, 70, 16), "#d6e3f0", 1.1, opacity=0.4)
        if v.weather == "storm":
            _lightning(b, v)


def draw_weather_front(b: Brush, v: View) -> None:
    """Weather between the subject and us."""
    b.light = (1.0, 1.0, 1.0)
    if v.weather == "fog":
        pale = mix(v.palette.haze, "#ffffff", 0.5 if not v.night else 0.15)
        b.sheet(0, v.height * 0.62, v.width, v.height * 0.38, (pale, pale), fade=(0.0, 0.5))
        b.sheet(0, 0, v.width, v.height, (pale, pale), fade=(0.07, 0.07))
    elif v.weather == "snow":
        b.path(
            scatter(v.rng, 46, (0, 0, v.width, v.height), (2.0, 4.4)),
            "#ffffff",
            opacity=0.92,
            edge=False,
        )
    elif v.weather in ("rain", "storm"):
        b.line(_streaks(v, 60, 26), "#e6f0fa", 1.7, opacity=0.55)


def _streaks(v: View, count: int, length: float) -> str:
    slant = length * (0.55 if v.weather == "storm" else 0.22)
    parts = []
    for _ in range(count):
        x, y = v.rng.uniform(-10, v.width + 20), v.rng.uniform(-20, v.height)
        stretch = v.rng.uniform(0.7, 1.3)
        parts.append(f"M{x:.0f} {y:.0f} l{-slant * stretch:.1f} {length * stretch:.1f}")
    return " ".join(parts)


def _lightning(b: Brush, v: View) -> None:
    x, y = v.width * v.rng.choice((0.14, 0.24, 0.78, 0.88)), v.horizon * 0.12
    points = [f"M{x:.0f} {y:.0f}"]
    step = (v.horizon - y) / 6
    for index in range(6):
        x += (1 if index % 2 else -1) * v.rng.uniform(10, 30)
        y += step
        points.append(f"L{x:.0f} {y:.0f}")
    bolt = " ".join(points)
    b.glow(x, v.horizon * 0.4, v.width * 0.24, "#fff6c8", 0.5)
    b.line(bolt, "#ffe98a", 7, opacity=0.45)
    b.line(bolt, "#fffbe0", 3.2)
