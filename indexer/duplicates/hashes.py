"""Two hashes of a decoded picture: one of its very pixels, one of what it looks like.

The perceptual hash follows pHash (Zauner, "Implementation and Benchmarking of Perceptual Image
Hash Functions", 2010): brightness averaged to 32 × 32 cells, a discrete cosine transform, and one
bit for each of the 63 lowest frequencies. Written here because it is a page of numpy; the libraries
that have it bring scipy and wavelets along. Never decodes, never resizes for a model.
"""

import hashlib
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.images import DecodedImage

_CELLS = 32
_FREQUENCIES = 8  # 8 × 8 without the first, which is the mean brightness: 63 bits
HASH_BITS = _FREQUENCIES * _FREQUENCIES - 1
_PIXEL_HASH_CHARS = 32  # 128 bits: no two pictures will share one by accident
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
# In grey levels, of a transform that keeps lengths. What recompressing adds stays below it, so that
# a frequency that a picture does not have gives the same bit in every copy.
_NOISE = 1.0
# A plain surface or a mere gradient has fewer frequencies than this: its hash would be noise.
_FEWEST_FREQUENCIES = 8
_MOST_UINT16_ROWS = 257  # so many bytes of 255 still fit into 16 bits


@dataclass(frozen=True, slots=True)
class PictureHashes:
    """What a picture is known by.

    `pixel_hash` is equal for equal pixels of equal size, whatever the file format, and None where
    the pixels themselves are gone; `perceptual_hash` has 63 bits, few of which differ between
    copies, and is None for a picture without structure.
    """

    pixel_hash: str | None
    perceptual_hash: int | None


def picture_hashes(image: DecodedImage) -> PictureHashes:
    """Hash a decoded picture; safe in many threads."""
    return PictureHashes(_pixel_hash(image), _perceptual_hash(image.pixels))


def _pixel_hash(image: DecodedImage) -> str:
    # SHA-256 because processors have instructions for it: twice as fast as BLAKE2 where measured.
    digest = hashlib.sha256(f"{image.width}x{image.height}:{image.pixels.shape}".encode())
    digest.update(np.ascontiguousarray(image.pixels).data)
    return digest.hexdigest()[:_PIXEL_HASH_CHARS]


def _perceptual_hash(pixels: NDArray[np.uint8]) -> int | None:
    transform = _cosines()  # (8, 32)
    spectrum = (transform @ _brightness(pixels) @ transform.T).ravel()[1:]  # (63,)
    difference = spectrum - np.median(spectrum)
    if np.count_nonzero(np.abs(difference) > _NOISE) < _FEWEST_FREQUENCIES:
        return None
    bits = np.packbits(np.concatenate(([False], difference > _NOISE)))  # 8 bytes
    return int.from_bytes(bits.tobytes(), "big")


def _cosines() -> NDArray[np.float64]:
    """The first rows of the orthonormal DCT-II matrix, (8, 32)."""
    frequency = np.arange(_FREQUENCIES)[:, None]
    cosines = np.cos(np.pi * frequency * (2 * np.arange(_CELLS) + 1) / (2 * _CELLS))
    scale = np.where(frequency == 0, np.sqrt(1 / _CELLS), np.sqrt(2 / _CELLS))
    return np.asarray(scale * cosines, dtype=np.float64)


def _brightness(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The mean brightness of 32 × 32 cells, exactly: no filter, so no cell is left out."""
    for axis in (0, 1):
        if pixels.shape[axis] < _CELLS:
            pixels = np.repeat(pixels, -(-_CELLS // pixels.shape[axis]), axis=axis)
    height, width = pixels.shape[:2]
    rows, columns = _edges(height), _edges(width)
    wide = np.uint16 if np.diff(rows).max() <= _MOST_UINT16_ROWS else np.uint32
    bands = np.stack(
        [pixels[a:b].astype(wide).sum(axis=0, dtype=wide) for a, b in pairwise(rows)]
    )  # (32, w, 3)
    sums = np.add.reduceat(bands, columns[:-1], axis=1, dtype=np.uint64)  # (32, 32, 3)
    areas = np.diff(rows)[:, None] * np.diff(columns)[None, :]
    return np.asarray(sums @ _LUMA / areas, dtype=np.float64)


def _edges(length: int) -> NDArray[np.int64]:
    """Where the cells begin along one side, and where the last one ends, (33,)."""
    return np.arange(_CELLS + 1, dtype=np.int64) * length // _CELLS
