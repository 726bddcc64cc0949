"""Path data for shapes that many places need: ridges, clouds, dots, strokes.

Pure geometry: knows no colour.
"""

from __future__ import annotations

import math
import random


def smooth_ridge(
    rng: random.Random, width: float, bottom: float, base: float, rise: float, waves: float = 2.0
) -> str:
    """A closed rolling hill line from edge to edge, filled down to bottom."""
    phases = [rng.uniform(0, 2 * math.pi) for _ in range(3)]
    steps = 28
    points = []
    for index in range(steps + 1):
        t = index / steps
        swing = (
            math.sin(t * waves * math.pi + phases[0]) * 0.6
            + math.sin(t * waves * 2.3 * math.pi + phases[1]) * 0.28
            + math.sin(t * waves * 5.1 * math.pi + phases[2]) * 0.12
        )
        points.append((t * width, base - rise * (0.5 + 0.5 * swing)))
    line = " ".join(f"L{x:.1f} {y:.1f}" for x, y in points)
    return f"M-4 {bottom:.1f} L-4 {points[0][1]:.1f} {line} L{width + 4:.1f} {bottom:.1f} Z"


def cloud(rng: random.Random, x: float, y: float, size: float) -> str:
    """One flat-bottomed cumulus of about the given width."""
    parts = []
    count = rng.randint(4, 6)
    for index in range(count):
        t = (index + 0.5) / count
        bulge = math.sin(t * math.pi)
        r = size * (0.10 + 0.13 * bulge) * rng.uniform(0.85, 1.15)
        cx, cy = x + (t - 0.5) * size * 0.78, y - r * (0.55 + 0.35 * bulge)
        parts.append(disc(cx, cy, r))
    w, h = size * 0.94, size * 0.13
    parts.append(
        f"M{x - w / 2 + h / 2:.1f} {y - h:.1f} h{w - h:.1f} a{h / 2:.1f} "
        f"{h / 2:.1f} 0 0 1 0 {h:.1f} "
        f"h{h - w:.1f} a{h / 2:.1f} {h / 2:.1f} 0 0 1 0 {-h:.1f} Z"
    )
    return " ".join(parts)


def disc(x: float, y: float, r: float) -> str:
    """A circle as path data, so that many can share one path."""
    half = f"a{r:.1f} {r:.1f} 0 1 1"
    return f"M{x - r:.1f} {y:.1f} {half} {2 * r:.1f} 0 {half} {-2 * r:.1f} 0 Z"


def scatter(
    rng: random.Random,
    count: int,
    box: tuple[float, float, float, float],
    radius: tuple[float, float],
) -> str:
    """Many discs inside a (left, top, right, bottom) box as one path."""
    left, top, right, bottom = box
    return " ".join(
        disc(rng.uniform(left, right), rng.uniform(top, bottom), rng.uniform(*radius))
        for _ in range(count)
    )


def ripples(
    rng: random.Random, count: int, box: tuple[float, float, float, float], length: float
) -> str:
    """Short level strokes, longer and sparser towards the bottom of the box (nearer to us)."""
    left, top, right, bottom = box
    strokes = []
    for _ in range(count):
        depth = rng.random() ** 1.3
        y = top + (bottom - top) * depth
        span = length * (0.25 + 0.9 * depth) * rng.uniform(0.6, 1.3)
        x = rng.uniform(left, right) - span / 2
        bow = 1.5 * depth
        strokes.append(f"M{x:.1f} {y:.1f} q{span / 2:.1f} {-bow:.1f} {span:.1f} 0")
    return " ".join(strokes)


def fir(x: float, base: float, tall: float) -> str:
    """A distant fir tree silhouette."""
    half = tall * 0.24
    tiers = []
    for low, high, wide in ((0.0, 0.5, 1.0), (0.26, 0.78, 0.76), (0.52, 1.0, 0.52)):
        tiers.append(
            f"M{x - half * wide:.1f} {base - tall * low:.1f} L{x:.1f} {base - tall * high:.1f} "
            f"L{x + half * wide:.1f} {base - tall * low:.1f} Z"
        )
    return " ".join(tiers)


def grass(
    rng: random.Random, count: int, box: tuple[float, float, float, float], tall: float
) -> str:
    """Tufts of grass as open strokes."""
    left, top, right, bottom = box
    blades = []
    for _ in range(count):
        x, y = rng.uniform(left, right), rng.uniform(top, bottom)
        depth = (y - top) / max(1.0, bottom - top)
        h = tall * (0.4 + 0.6 * depth)
        for lean in (-0.5, 0.0, 0.5):
            blades.append(
                f"M{x:.1f} {y:.1f} q{lean * h * 0.3:.1f} {-h * 0.6:.1f} {lean * h:.1f} {-h:.1f}"
            )
    return " ".join(blades)
