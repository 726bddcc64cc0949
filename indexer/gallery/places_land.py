"""Places on land: mountains, meadow, desert, snowfield, forest, and the open sky above the clouds.

Draws the setting only, never its subject.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import mix
from indexer.gallery.shapes import cloud, fir, grass, scatter, smooth_ridge
from indexer.gallery.sky import draw_sky
from indexer.gallery.view import View


def _hills(b: Brush, v: View, layers: tuple[tuple[str, float, float, float], ...]) -> None:
    """Layers of (colour, haze share, base as a share of the ground's depth, rise), far to near."""
    depth = v.height - v.horizon
    for colour, haze, base, rise in layers:
        hazed = mix(colour, v.palette.haze, haze)
        with b.layer(5):
            ridge = smooth_ridge(
                v.rng, v.width, v.height + 6, v.horizon + depth * base, v.height * rise, 1.7
            )
            b.path(
                ridge,
                (mix(hazed, "#ffffff", 0.14), mix(hazed, v.palette.shadow, 0.16)),
                edge=b.style == "neon",
            )


def _peak(b: Brush, v: View, x: float, half: float, tall: float, colour: str, snow: str) -> None:
    base, top = v.horizon + 14, v.horizon - tall
    lean = half * v.rng.uniform(-0.12, 0.12)
    bright, dim = mix(colour, "#ffffff", 0.16), mix(colour, v.palette.shadow, 0.3)
    left, right = (dim, bright) if v.light_side > 0 else (bright, dim)
    apex = f"{x:.1f},{top:.1f}"
    b.polygon(f"{x - half:.1f},{base:.1f} {apex} {x + half:.1f},{base:.1f}", left)
    b.polygon(
        f"{apex} {x + half:.1f},{base:.1f} {x + lean:.1f},{base:.1f} "
        f"{x + half * 0.12:.1f},{top + tall * 0.5:.1f}",
        right,
        edge=False,
    )
    cut, fall = 0.34, top + (base - top) * 0.34
    low = top + (base - top) * 0.42
    b.polygon(
        f"{apex} {x - half * cut:.1f},{fall:.1f} {x - half * 0.18:.1f},{fall - 5:.1f} "
        f"{x - half * 0.07:.1f},{low:.1f} "
        f"{x + half * 0.08:.1f},{fall - 8:.1f} {x + half * 0.22:.1f},{low - 2:.1f} "
        f"{x + half * cut:.1f},{fall:.1f}",
        snow,
        edge=False,
    )
    b.polygon(
        f"{apex} {x + half * 0.04:.1f},{fall - 12:.1f} {x + half * 0.22:.1f},{low - 2:.1f} "
        f"{x + half * cut:.1f},{fall:.1f}"
        if v.light_side < 0
        else f"{apex} {x - half * cut:.1f},{fall:.1f} {x - half * 0.18:.1f},{fall - 5:.1f} "
        f"{x - half * 0.04:.1f},{fall - 12:.1f}",
        mix(snow, v.palette.shadow, 0.24),
        edge=False,
    )


def mountains(b: Brush, v: View) -> None:
    """Snow-capped peaks behind green foothills."""
    draw_sky(b, v, v.horizon + 12)
    snow = mix("#ffffff", v.palette.sky[3], 0.2)
    for haze, count, tall in ((0.6, 4, 0.32), (0.25, 3, 0.44)):
        with b.layer(5):
            for index in range(count):
                x = v.width * ((index + 0.5) / count + v.rng.uniform(-0.08, 0.08))
                high = v.height * tall * v.rng.uniform(0.7, 1.0)
                _peak(
                    b,
                    v,
                    x,
                    high * v.rng.uniform(0.75, 1.0),
                    high,
                    mix("#6a7499", v.palette.haze, haze),
                    snow,
                )
    _hills(b, v, (("#4f8560", 0.35, 0.16, 0.07), ("#5f9c55", 0.08, 0.40, 0.07)))
    _firs(b, v, v.horizon + (v.height - v.horizon) * 0.24, "#2f6048", 14, 0.1)
    _front_grass(b, v, "#48803f")


def _firs(b: Brush, v: View, base: float, colour: str, count: int, tall: float) -> None:
    trees = [
        fir(
            v.rng.uniform(0, v.width),
            base + v.rng.uniform(-4, 8),
            v.height * tall * v.rng.uniform(0.6, 1.2),
        )
        for _ in range(count)
    ]
    b.path(" ".join(trees), mix(colour, v.palette.haze, 0.12), edge=False)


def _front_grass(b: Brush, v: View, colour: str) -> None:
    top = v.horizon + (v.height - v.horizon) * 0.48
    b.line(grass(v.rng, 34, (0, top, v.width, v.height), 12), colour, 1.8, opacity=0.7)


def meadow(b: Brush, v: View) -> None:
    """Rolling green hills with wild flowers."""
    draw_sky(b, v, v.horizon + 12)
    _hills(b, v, (("#7fa9a0", 0.55, 0.06, 0.11), ("#74ad68", 0.28, 0.18, 0.09)))
    hedge = v.horizon + (v.height - v.horizon) * 0.16
    bushes = " ".join(
        cloud(v.rng, v.rng.uniform(0, v.width), hedge, v.width * 0.1) for _ in range(4)
    )
    b.path(bushes, mix("#4d8a52", v.palette.haze, 0.2), edge=False)
    _hills(b, v, (("#86bd5a", 0.08, 0.36, 0.07), ("#6fae4a", 0.0, 0.62, 0.05)))
    _front_grass(b, v, "#4a8a3a")
    top = v.horizon + (v.height - v.horizon) * 0.45
    for colour in v.rng.sample(("#fff8ef", "#ffe27a", "#f9b7c8", "#cdb4f0", "#ff9f8a"), 3):
        b.path(scatter(v.rng, 24, (0, top, v.width, v.height), (1.2, 3.2)), colour, edge=False)


def desert(b: Brush, v: View) -> None:
    """Sand dunes with far mesas."""
    draw_sky(b, v, v.horizon + 12)
    mesa = mix("#b5694a", v.palette.haze, 0.45)
    with b.layer(4):
        for x, w, h in ((v.rng.uniform(0, 0.3), 0.2, 0.11), (v.rng.uniform(0.6, 0.9), 0.15, 0.15)):
            left, wide, tall = x * v.width, w * v.width, h * v.height
            y = v.horizon + 20
            b.polygon(
                f"{left:.0f},{y:.0f} {left + wide * 0.16:.0f},{y - tall:.0f} "
                f"{left + wide * 0.84:.0f},{y - tall:.0f} "
                f"{left + wide:.0f},{y:.0f}",
                (mix(mesa, "#ffffff", 0.15), mesa),
            )
    _hills(
        b,
        v,
        (
            ("#e3b27a", 0.35, 0.10, 0.06),
            ("#edbd74", 0.12, 0.30, 0.09),
            ("#f2c67d", 0.0, 0.56, 0.07),
        ),
    )
    depth = v.height - v.horizon
    for _ in range(9):
        y = v.horizon + depth * v.rng.uniform(0.62, 0.98)
        x = v.rng.uniform(-0.1, 0.9) * v.width
        b.line(
            f"M{x:.0f} {y:.0f} q{v.width * 0.08:.0f} -7 {v.width * 0.16:.0f} "
            f"0 t{v.width * 0.16:.0f} 0",
            "#c98f4f",
            1.8,
            opacity=0.4,
        )


def snowfield(b: Brush, v: View) -> None:
    """Snowy hills with firs."""
    draw_sky(b, v, v.horizon + 12)
    _hills(b, v, (("#b9cbe3", 0.45, 0.06, 0.12), ("#d3e0ef", 0.2, 0.18, 0.08)))
    base = v.horizon + (v.height - v.horizon) * 0.2
    for _ in range(9):
        x, tall = v.rng.uniform(0, v.width), v.height * v.rng.uniform(0.08, 0.17)
        b.path(fir(x, base, tall), mix("#3f6a68", v.palette.haze, 0.2), edge=False)
        b.path(
            fir(x, base - tall * 0.3, tall * 0.62),
            mix("#ffffff", v.palette.haze, 0.12),
            opacity=0.75,
            edge=False,
        )
    _hills(b, v, (("#e9f0f8", 0.06, 0.36, 0.06), ("#f8fbff", 0.0, 0.62, 0.05)))
    b.path(
        scatter(v.rng, 40, (0, base + 50, v.width, v.height), (0.6, 1.4)),
        "#b9cbe6",
        opacity=0.7,
        edge=False,
    )


def forest(b: Brush, v: View) -> None:
    """Among the trees: pale trunks far off, dark ones near, moss below."""
    draw_sky(b, v, v.horizon + 12)
    floor = v.horizon + (v.height - v.horizon) * 0.14
    for share, count, tall in ((0.62, 16, 0.46), (0.42, 12, 0.58)):
        with b.layer(4):
            _firs_row(b, v, floor, mix("#3f7a5e", v.palette.haze, share), count, tall)
    _hills(b, v, (("#5c8a4c", 0.22, 0.18, 0.04),))
    with b.layer(5):
        _firs_row(b, v, floor + 12, mix("#2c6148", v.palette.haze, 0.15), 7, 0.66, edges=True)
    _hills(b, v, (("#6a9a4a", 0.06, 0.40, 0.05), ("#557f3c", 0.0, 0.70, 0.05)))
    for side in (-1, 1):
        _trunk(b, v, v.width * (0.5 + side * v.rng.uniform(0.43, 0.49)))
    _front_grass(b, v, "#3d6b34")
    if v.open_sky and not v.night:
        for _ in range(3):
            x = v.rng.uniform(0.1, 0.8) * v.width
            b.polygon(
                f"{x:.0f},-4 {x + 46:.0f},-4 {x + 130:.0f},{v.height * 0.8:.0f} "
                f"{x + 20:.0f},{v.height * 0.8:.0f}",
                v.palette.orb,
                opacity=0.12,
                edge=False,
            )


def _firs_row(
    b: Brush, v: View, base: float, colour: str, count: int, tall: float, *, edges: bool = False
) -> None:
    trees = []
    for index in range(count):
        t = (index + v.rng.uniform(0.2, 0.8)) / count
        if edges and 0.26 < t < 0.74:
            continue
        trees.append(
            fir(
                t * v.width, base + v.rng.uniform(-5, 6), v.height * tall * v.rng.uniform(0.7, 1.05)
            )
        )
    b.path(" ".join(trees), (mix(colour, "#ffffff", 0.1), colour), edge=False)


def _trunk(b: Brush, v: View, x: float) -> None:
    w, base = v.width * 0.05, v.height * 0.9
    b.path(
        f"M{x - w / 2:.0f} -4 L{x + w / 2:.0f} -4 Q{x + w * 0.45:.0f} "
        f"{base * 0.6:.0f} {x + w:.0f} {base:.0f} "
        f"L{x - w:.0f} {base:.0f} Q{x - w * 0.45:.0f} {base * 0.6:.0f} {x - w / 2:.0f} -4 Z",
        ("#7a5a44", "#3a2a24"),
    )


def sky(b: Brush, v: View) -> None:
    """High in the open sky, a bank of clouds along the bottom."""
    draw_sky(b, v, v.height)
    b.light = (1.0, 1.0, 1.0)
    for depth, share in ((0.92, 0.5), (1.0, 0.15)):
        with b.layer(5):
            bank = " ".join(
                cloud(
                    v.rng,
                    v.width * (index + v.rng.uniform(0.2, 0.8)) / 5,
                    v.height * (depth + 0.06),
                    v.width * v.rng.uniform(0.34, 0.5),
                )
                for index in range(5)
            )
            tone = mix(v.palette.cloud, v.palette.sky[3], share)
            b.path(bank, (tone, mix(tone, v.palette.cloud_shade, 0.7)), edge=False)
    b.light = v.palette.light
