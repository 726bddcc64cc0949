"""The pictures of a tile of the map as one small JPEG, so that a page asks once and not 64 times.

Drawn from stored thumbnails; a picture without one is left grey. Keeps nothing.
"""

from collections.abc import Sequence
from pathlib import Path

from app.picture_files import stored_thumbnail
from indexer.picture_map.browsing import TILE_SLOTS
from models.errors import ImageDecodeError
from models.images import DecodedImage, decode_image

CELL_PIXELS = 80

Cell = tuple[int, int, Path]
"""Column and row in the tile, and where the thumbnail lies."""


def draw_sheet(cells: Sequence[Cell]) -> bytes:
    """A JPEG with 8 × 8 cells of 80 pixels."""
    from models.thumbnails import make_sheet  # brings torch along, which a start does without

    pictures: list[DecodedImage | None] = [None] * TILE_SLOTS**2
    for column, row, path in cells:
        pictures[row * TILE_SLOTS + column] = _small(path)
    return make_sheet(pictures, TILE_SLOTS, CELL_PIXELS)


def _small(path: Path) -> DecodedImage | None:
    data = stored_thumbnail(path)
    if data is None:
        return None
    try:
        return decode_image(data, min_side=CELL_PIXELS)
    except ImageDecodeError:
        return None
