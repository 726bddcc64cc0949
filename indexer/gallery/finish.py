"""The finish of each style, put on rendered pixels: grain, paper, bloom, tiles.

Works on arrays only; never knows what the picture shows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

# (3, height, width), 0 to 255, float32. A plane a colour: most of a finish is the same for all
# three, and is computed along rows instead of three numbers at a time.
Pixels = NDArray[np.floating]
Plane = NDArray[np.floating]  # (height, width)
_LOGICAL_SIDE = 640  # effects are sized for a picture this long and scale with it


def finish(pixels: NDArray[np.uint8], style: str, seed: int) -> NDArray[np.uint8]:
    """Give rendered pixels the texture of a style; (height, width, 3) uint8 in and out."""
    rng = np.random.default_rng(seed)
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32)
    return _interleaved(_FINISHES[style](planes, rng) + 0.5)


def _interleaved(picture: Pixels) -> NDArray[np.uint8]:
    """(height, width, 3), as Pillow has it."""
    planes: NDArray[np.uint8] = np.clip(picture, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(planes.transpose(1, 2, 0))


def _planes(image: Image.Image) -> Pixels:
    interleaved = np.asarray(image)
    return np.ascontiguousarray(interleaved.transpose(2, 0, 1), dtype=np.float32)


def _unit(picture: Pixels) -> float:
    return float(max(picture.shape[1:])) / _LOGICAL_SIDE


def _noise(rng: np.random.Generator, shape: tuple[int, ...], cell: float) -> Plane:
    """Smooth noise in about [-1, 1], (height, width), with features of about cell pixels."""
    height, width = shape[-2:]
    small = rng.standard_normal((max(2, int(height / cell) + 1), max(2, int(width / cell) + 1)))
    image = Image.fromarray((small * 48 + 128).clip(0, 255).astype(np.uint8))
    grown = np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)
    return (grown - 128) / 96


def _blur(picture: Pixels, radius: float) -> Pixels:
    blurred = np.empty_like(picture)
    for plane, soft in zip(np.clip(picture, 0, 255).astype(np.uint8), blurred, strict=True):
        soft[:] = np.asarray(Image.fromarray(plane).filter(ImageFilter.BoxBlur(radius)))
    return blurred


def _vignette(picture: Pixels, depth: float) -> Pixels:
    height, width = picture.shape[1:]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    return picture * (1 - depth * np.clip(x * x + y * y - 0.7, 0, None))


def _flat(picture: Pixels, rng: np.random.Generator) -> Pixels:
    grain = rng.standard_normal(picture.shape[1:], dtype=np.float32) * 2.6
    return _vignette(picture + (grain + _noise(rng, picture.shape, 3 * _unit(picture)) * 2), 0.12)


def _papercut(picture: Pixels, rng: np.random.Generator) -> Pixels:
    unit = _unit(picture)
    fibre = _noise(rng, picture.shape, 1.6 * unit)
    slope = np.diff(fibre, axis=0, prepend=fibre[:1]) + np.diff(fibre, axis=1, prepend=fibre[:, :1])
    return _vignette(picture + (slope * 11 + _noise(rng, picture.shape, 30 * unit) * 4), 0.14)


def _watercolour(picture: Pixels, rng: np.random.Generator) -> Pixels:
    unit = _unit(picture)
    height, width = picture.shape[1:]
    wobble = [
        _noise(rng, picture.shape, 22 * unit) * 3.6 * unit
        + _noise(rng, picture.shape, 6 * unit) * 1.5 * unit
        for _ in range(2)
    ]
    rows = np.clip(np.arange(height)[:, None] + wobble[0], 0, height - 1).astype(np.intp)
    columns = np.clip(np.arange(width)[None, :] + wobble[1], 0, width - 1).astype(np.intp)
    bled = picture.reshape(3, -1).take(rows * width + columns, axis=1)
    soft = _blur(bled, 2.0 * unit)
    pooled = np.clip(_blur(bled, 5 * unit) - bled, -40, 40).mean(axis=0)
    wash = (
        _noise(rng, picture.shape, 60 * unit) * 0.10 + _noise(rng, picture.shape, 17 * unit) * 0.06
    )
    body = soft * 0.55 + bled * 0.45 - np.clip(pooled, 0, None) * 0.55
    paint = 255 - (255 - body) * (0.88 + wash)
    paper = 250 + _noise(rng, picture.shape, 1.8 * unit) * 7
    return _paper_edge(paint * paper / 255, rng, unit)


def _paper_edge(picture: Pixels, rng: np.random.Generator, unit: float) -> Pixels:
    """Let the painting end in a ragged margin of white paper."""
    height, width = picture.shape[1:]
    y, x = np.arange(height)[:, None], np.arange(width)[None, :]
    nearest = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
    inset = nearest.astype(np.float32)
    ragged = (
        inset
        + _noise(rng, picture.shape, 22 * unit) * 6 * unit
        + _noise(rng, picture.shape, 5 * unit) * 2 * unit
    )
    share = np.clip((ragged - 13 * unit) / (2.5 * unit), 0, 1)
    paper = np.array([251, 248, 240], dtype=np.float32)[:, None, None]
    edged: Pixels = picture * share + paper * (1 - share)
    return edged


def _pencil(picture: Pixels, rng: np.random.Generator) -> Pixels:
    unit = _unit(picture)
    height, width = picture.shape[1:]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bend = _noise(rng, picture.shape, 40 * unit) * 3
    hatch = np.sin((x + y * 0.9) / (1.35 * unit) + bend * 2)
    tooth = _noise(rng, picture.shape, 1.4 * unit)
    paper = np.array([252, 248, 238], dtype=np.float32)[:, None, None]
    darkness = 255 - picture.mean(axis=0)
    cover = np.clip(0.84 + 0.12 * hatch + 0.14 * tooth + darkness / 1100, 0, 1)
    return _paper_edge(paper - (paper - picture) * cover, rng, unit)


def _print(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """A screen print: few levels, a half-tone dot in the shades, a cream border."""
    unit = _unit(picture)
    height, width = picture.shape[1:]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    pitch = 3.2 * unit
    dots = (np.cos((x + y) / pitch) + np.cos((x - y) / pitch)) * 8
    stepped = np.round((picture + dots) / 36) * 36
    inked = picture * 0.45 + stepped * 0.55 + _noise(rng, picture.shape, 1.5 * unit) * 5
    faded = 14 + inked * 0.93
    edge = round(20 * unit)
    inside = np.s_[:, edge : height - edge, edge : width - edge]
    framed: Pixels = np.empty_like(faded)
    framed[:] = np.array([247, 238, 220], dtype=np.float32)[:, None, None]
    framed[inside] = faded[inside]
    return framed


def _neon(picture: Pixels, rng: np.random.Generator) -> Pixels:
    unit = _unit(picture)
    bright = np.clip(picture - 75, 0, None) * 1.7
    halo = (
        _blur(_blur(bright, 5 * unit), 5 * unit) * 0.75
        + _blur(_blur(bright, 17 * unit), 17 * unit) * 0.8
    )
    lit = 255 - (255 - np.clip(picture, 0, 255)) * (255 - np.clip(halo, 0, 255)) / 255
    return _vignette(lit + rng.standard_normal(picture.shape[1:], dtype=np.float32) * 2, 0.2)


def _tiles(picture: Pixels, side: int) -> tuple[Pixels, NDArray[np.intp], NDArray[np.intp]]:
    height, width = picture.shape[1:]
    size = -(-width // side), -(-height // side)
    small = Image.fromarray(_interleaved(picture)).resize(size, Image.Resampling.BOX)
    return _planes(small), np.arange(height) // side, np.arange(width) // side


def _mosaic(picture: Pixels, rng: np.random.Generator) -> Pixels:
    side = max(2, round(8 * _unit(picture)))
    small, rows, columns = _tiles(picture, side)
    unlike = rng.standard_normal(small.shape[1:], dtype=np.float32) * 7
    small = (small - 128) * 1.1 + 130 + unlike
    large = small[:, rows][:, :, columns]
    y, x = np.arange(picture.shape[1]) % side, np.arange(picture.shape[2]) % side
    bevel = ((side / 2 - y)[:, None] + (side / 2 - x)[None, :]) / side * 16
    grout = (y == 0)[:, None] | (x == 0)[None, :]
    tiled: Pixels = np.where(grout, large * 0.62 + 20, large + bevel.astype(np.float32))
    return tiled


def _pixel(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Square blocks of few colours; wants no noise, so rng stays unused."""
    del rng
    side = max(2, round(5 * _unit(picture)))
    small, rows, columns = _tiles(picture, side)
    image = Image.fromarray(_interleaved((small - 128) * 1.06 + 130))
    limited = image.quantize(40, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
    return _planes(limited)[:, rows][:, :, columns]


_FINISHES: dict[str, Callable[[Pixels, np.random.Generator], Pixels]] = {
    "flat": _flat,
    "watercolour": _watercolour,
    "papercut": _papercut,
    "pencil": _pencil,
    "print": _print,
    "neon": _neon,
    "mosaic": _mosaic,
    "pixel": _pixel,
}
