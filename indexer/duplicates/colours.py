"""Whether two pictures have the same colours in the same places: what the perceptual hash cannot
tell, because it knows brightness only, and what the embedding forgives.

A picture's colours are the mean chroma (Cb and Cr of ITU-R BT.601) of 16 × 16 cells of its
thumbnail. The paler picture's chroma is made stronger by the factor that fits best, because
brighter, darker and more contrasty copies keep their hue. Then each cell is compared with the most
like it of the 25 that are where it is, so that a crop moves nothing; two pictures differ as much as
the square of nine cells that differs most. So one thing in another colour is enough.
Only pairs that look alike already are compared, so nothing is stored. Finds no pairs itself.
"""

import numpy as np
from numpy.typing import NDArray

from indexer.config import IndexConfig
from models.errors import ImageDecodeError
from models.images import decode_image

_CELLS = 16
_AROUND = 2  # cells to each side that a cell may have moved
_MOVES = [  # cells along one side, and those of the other picture that lie so far from them
    (slice(max(0, -cells), _CELLS - max(0, cells)), slice(max(0, cells), _CELLS - max(0, -cells)))
    for cells in range(-_AROUND, _AROUND + 1)
]
_SQUARE = 3  # cells: a thirtieth of the picture
_CHROMA = np.array(
    [[-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]]
)  # (2, 3): Cb and Cr of red, green, blue
# In grey levels: 99.9 of 100 bad copies of photographs and drawings are below, and most pairs of
# different drawings that hash and embedding take for one above (benchmarks/duplicate_quality.py).
MAX_DIFFERENCE = 15.0
# Photographs without colour, and copies from which it was taken, are below: it says nothing there.
_GREY = 3.0
_MOST_GAIN = 1.45
_SIDE = 3 * _CELLS  # pixels of the short side are plenty for the means of cells
_KEPT = 8_192  # pictures, of 2 KiB

Chroma = NDArray[np.float32]  # (16, 16, 2)


def chroma_of(pixels: NDArray[np.uint8]) -> Chroma:
    """The mean chroma of 16 × 16 cells of (height, width, 3) pixels, (16, 16, 2)."""
    for axis in (0, 1):
        if pixels.shape[axis] < _CELLS:
            pixels = np.repeat(pixels, _CELLS, axis=axis)
    rows, columns = (np.arange(_CELLS + 1) * side // _CELLS for side in pixels.shape[:2])
    bands = np.add.reduceat(pixels, rows[:-1], axis=0, dtype=np.uint32)
    sums = np.add.reduceat(bands, columns[:-1], axis=1)  # (16, 16, 3)
    areas = np.diff(rows)[:, None] * np.diff(columns)[None, :]
    chroma: Chroma = (sums / areas[..., None] @ _CHROMA.T).astype(np.float32)
    return chroma


def colour_difference(one: Chroma, other: Chroma) -> float:
    """How different the colours of two pictures are where they differ most, in grey levels; 0 if
    one of them is grey.
    """
    pale, strong = sorted((one, other), key=_strength)
    if _strength(pale) < _GREY:
        return 0.0
    gain = np.clip((pale * strong).sum() / (pale * pale).sum(), 1.0, _MOST_GAIN)
    pale = pale * gain
    above_and_left = _apart(pale, strong).cumsum(axis=0).cumsum(axis=1)
    sums = np.pad(above_and_left, ((1, 0), (1, 0)))
    far, near = slice(_SQUARE, None), slice(None, -_SQUARE)
    squares = sums[far, far] - sums[near, far] - sums[far, near] + sums[near, near]
    return float(squares.max() / _SQUARE**2)


def _apart(one: Chroma, other: Chroma) -> NDArray[np.float32]:
    """How far each cell of either picture is from the most like of the other's around it, the
    farther of the two, (16, 16).
    """
    nearest = np.full((2, _CELLS, _CELLS), np.inf, np.float32)
    for rows, other_rows in _MOVES:
        for columns, other_columns in _MOVES:
            here, there = (0, rows, columns), (1, other_rows, other_columns)
            apart = one[rows, columns] - other[other_rows, other_columns]
            squares = np.einsum("yxc,yxc->yx", apart, apart)
            nearest[here] = np.minimum(nearest[here], squares)
            nearest[there] = np.minimum(nearest[there], squares)
    distances: NDArray[np.float32] = np.sqrt(nearest.max(axis=0))
    return distances


def _strength(chroma: Chroma) -> float:
    return float(np.sqrt(np.square(chroma).sum(axis=2).mean()))


class Colours:
    """The colours of contents, read from their thumbnails when they are asked for."""

    def __init__(self, config: IndexConfig, content_hashes: NDArray[np.bytes_]) -> None:
        """Contents are asked for by their place among these."""
        self._config = config
        self._names = content_hashes
        self._read: dict[int, Chroma | None] = {}

    def alike(self, ones: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of pairs of places (n,), which have the same colours; a picture that cannot be seen has
        those of any other.
        """
        pairs = zip(ones.tolist(), others.tolist(), strict=True)
        return np.array([self._are_alike(one, other) for one, other in pairs], dtype=np.bool_)

    def _are_alike(self, one: int, other: int) -> bool:
        first, second = self._chroma(one), self._chroma(other)
        if first is None or second is None:
            return True
        return colour_difference(first, second) <= MAX_DIFFERENCE

    def _chroma(self, place: int) -> Chroma | None:
        if place not in self._read:
            if len(self._read) >= _KEPT:
                self._read.clear()
            self._read[place] = self._look(place)
        return self._read[place]

    def _look(self, place: int) -> Chroma | None:
        path = self._config.thumbnail_path(self._names[place].decode())
        try:
            return chroma_of(decode_image(path.read_bytes(), min_side=_SIDE).pixels)
        except (OSError, ImageDecodeError):
            return None
