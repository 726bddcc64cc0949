"""A part of a decoded picture. Decodes nothing and resizes nothing."""

import math
from dataclasses import dataclass

from models.images import DecodedImage

# A part may reach this far beyond the edge: what decimal fractions lose when they are added.
_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Box:
    """A part of an upright picture: its left upper corner and its size, as fractions of the whole.

    Raises ValueError for a part that is empty or reaches beyond the picture.
    """

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        values = (self.x, self.y, self.width, self.height)
        if not all(math.isfinite(value) for value in values):
            raise ValueError("a box is four finite numbers")
        if self.x < 0 or self.y < 0 or self.width <= 0 or self.height <= 0:
            raise ValueError("a box starts within the picture and has a size")
        if self.x + self.width > 1 + _SLACK or self.y + self.height > 1 + _SLACK:
            raise ValueError("the box reaches beyond the picture: x + width, y + height are <= 1")

    def min_side(self, side: int) -> int:
        """What `decode_image` needs as `min_side` so that this part of the picture has `side`."""
        return math.ceil(side / min(self.width, self.height))


def cropped(image: DecodedImage, box: Box) -> DecodedImage:
    """The part of a picture, of one pixel at least; EXIF orientation was applied in decoding."""
    height, width = image.pixels.shape[:2]
    left, right = _span(box.x, box.width, width)
    top, bottom = _span(box.y, box.height, height)
    full_left, full_right = _span(box.x, box.width, image.width)
    full_top, full_bottom = _span(box.y, box.height, image.height)
    return DecodedImage(
        pixels=image.pixels[top:bottom, left:right],
        width=full_right - full_left,
        height=full_bottom - full_top,
        format=image.format,
        facts=image.facts,
    )


def _span(start: float, size: float, length: int) -> tuple[int, int]:
    first = min(round(start * length), length - 1)
    return first, min(length, max(first + 1, round((start + size) * length)))
