"""Where in a picture is what was asked for? Cells of a tower against a question → a picture of it.

A cell's heat is its cosine to the question less what everyday names score there: places that please
any text, as busy ones do, stay cold. The map is scaled by its own highest value, so that it shows
where, never how well. Never decodes and never encodes.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings
from models.images import DecodedImage

# From transparent over orange to red: seen on dark and on light pictures, and by who sees no green.
_COLD, _HOT = np.array([255.0, 196.0, 0.0]), np.array([214.0, 0.0, 60.0])
_MOST_OPAQUE = 190.0  # of 255: the picture shows through the hottest place
# Below this share of the range nothing is shown: a map is for what stands out.
_SHOWN_FROM = 0.25


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture in shares of its width and height; padding reaches beyond 0 and 1."""

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Unit embeddings (rows, columns, dim) of the cells of a picture, and what part they cover."""

    embeddings: NDArray[np.float32]
    region: Region


@runtime_checkable
class CellEncoder(Protocol):
    """What an encoder may do besides encoding whole pictures."""

    def encode_cells(self, image: DecodedImage) -> Cells:
        """Encode the parts of a picture. Raises NoCellsError if the tower has none, EncodeError."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """Heat (rows, columns) in [0, 1], 1 at the hottest cell, and what part of the picture it is."""

    heat: NDArray[np.float64]
    region: Region

    @property
    def peak(self) -> tuple[float, float]:
        """The middle of the hottest cell: x and y in shares of the picture."""
        row, column = np.unravel_index(int(self.heat.argmax()), self.heat.shape)
        rows, columns = self.heat.shape
        across, down = (column + 0.5) / columns, (row + 0.5) / rows
        x = self.region.x + across * self.region.width
        y = self.region.y + down * self.region.height
        return float(np.clip(x, 0, 1)), float(np.clip(y, 0, 1))


def heat_map(cells: Cells, direction: Embeddings, names: Embeddings | None = None) -> HeatMap:
    """The heat of a (1, dim) unit question in every cell; `names` (m, dim) are everyday names."""
    scores = (cells.embeddings @ direction[0]).astype(np.float64)  # (rows, columns)
    if names is not None and len(names):
        scores = scores - (cells.embeddings @ names.T).mean(axis=-1)
    scores = scores - scores.min()
    highest = scores.max()
    return HeatMap(scores / highest if highest > 0 else scores, cells.region)


def overlay_png(found: HeatMap, width: int, height: int) -> bytes:
    """The map as a PNG with transparency, (height, width), to be laid over the whole picture."""
    heat = _spread(found, width, height)  # (height, width)
    shown = np.clip((heat - _SHOWN_FROM) / (1 - _SHOWN_FROM), 0, 1)[:, :, None]
    colour = _COLD + (_HOT - _COLD) * shown
    pixels = np.concatenate([colour, _MOST_OPAQUE * shown], axis=2)
    return _png(np.rint(pixels).astype(np.uint8))


def _spread(found: HeatMap, width: int, height: int) -> NDArray[np.float64]:
    """The cells' heat at every pixel, linear between cells, 0 where the model saw nothing."""
    rows, columns = found.heat.shape
    across, seen_across = _places(width, found.region.x, found.region.width, columns)
    down, seen_down = _places(height, found.region.y, found.region.height, rows)
    by_row = _between(found.heat, down)  # (height, columns)
    spread: NDArray[np.float64] = _between(by_row.T, across).T
    return spread * seen_down[:, None] * seen_across[None, :]


def _places(
    pixels: int, start: float, length: float, cells: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Where each pixel lies among the cells' middles, and whether the model saw it."""
    shares = ((np.arange(pixels) + 0.5) / pixels - start) / length  # (pixels,)
    return np.clip(shares * cells - 0.5, 0, cells - 1), (shares >= 0) & (shares <= 1)


def _between(values: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of (n, m) at fractional places (p,): (p, m)."""
    low = np.floor(places).astype(np.int64)
    high = np.minimum(low + 1, len(values) - 1)
    share = (places - low)[:, None]
    return values[low] * (1 - share) + values[high] * share


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """(h, w, 4) RGBA → PNG, as ISO/IEC 15948 has it: every row unfiltered, one stream."""
    height, width = pixels.shape[:2]
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    chunks: Sequence[tuple[bytes, bytes]] = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows.tobytes(), 6)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
