"""A part of a picture: where it lies, after EXIF orientation and whatever scale was decoded."""

import io

import numpy as np
import pytest
from PIL import Image

from models.cropping import Box, cropped
from models.images import DecodedImage, decode_image


def _quarters(orientation: int = 1, side: int = 64, kind: str = "PNG") -> bytes:
    """A file with a red, a green, a blue and a white quarter, in reading order."""
    pixels = np.zeros((side, side * 2, 3), np.uint8)
    pixels[: side // 2, :side] = (255, 0, 0)
    pixels[: side // 2, side:] = (0, 255, 0)
    pixels[side // 2 :, :side] = (0, 0, 255)
    pixels[side // 2 :, side:] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, exif=exif, quality=95)
    return file.getvalue()


@pytest.mark.parametrize(
    ("orientation", "colour"),
    [(1, (255, 0, 0)), (3, (255, 255, 255)), (6, (0, 0, 255)), (8, (0, 255, 0))],
)
def test_cropping_takes_the_left_upper_corner_of_the_upright_picture(
    orientation: int, colour: tuple[int, int, int]
):
    part = cropped(decode_image(_quarters(orientation)), Box(0, 0, 0.5, 0.5))
    assert np.array_equal(part.pixels, np.broadcast_to(colour, part.pixels.shape))
    assert part.pixels.shape[:2] == (part.height, part.width)


def test_cropping_a_reduced_picture_takes_the_same_part():
    data, box = _quarters(side=1024, kind="JPEG"), Box(0.5, 0.5, 0.5, 0.5)
    whole = decode_image(data)
    reduced = decode_image(data, min_side=box.min_side(32))
    assert reduced.pixels.shape[0] < whole.pixels.shape[0]
    part = cropped(reduced, box)
    assert min(part.pixels.shape[:2]) >= 32
    assert (part.width, part.height) == (1024, 512)
    assert part.pixels[4:, 4:].min() > 240  # white, but for what JPEG smears over the edge


def test_cropping_leaves_one_pixel_at_least():
    image = DecodedImage(np.arange(12, dtype=np.uint8).reshape(2, 2, 3), 2, 2, "PNG")
    for corner in (0.0, 0.3, 0.999):
        assert cropped(image, Box(corner, corner, 1e-4, 1e-4)).pixels.shape == (1, 1, 3)


@pytest.mark.parametrize(
    "numbers",
    [(-0.1, 0, 0.5, 0.5), (0, 0, 0, 1), (0, 0, 1, -1), (0.6, 0, 0.5, 1), (0, float("nan"), 1, 1)],
)
def test_box_that_is_empty_or_reaches_beyond_the_picture_is_refused(numbers: tuple[float, ...]):
    with pytest.raises(ValueError, match="box"):
        Box(*numbers)
