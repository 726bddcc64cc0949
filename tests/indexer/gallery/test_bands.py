"""Gradients as bands: whole, in order, and nowhere further from the gradient than one level."""

import io

import numpy as np
import pytest
import resvg_py
from PIL import Image

from indexer.gallery.bands import bands_of
from indexer.gallery.brush import Brush

STOPS = ("#102030", "#50a0f0", "#50a0f0", "#ff0000")


def test_bands_lie_one_below_the_other_and_fill_the_whole():
    bands = bands_of(STOPS, (1.0,) * 4)
    assert [band.end for band in bands[:-1]] == [band.start for band in bands[1:]]
    assert (bands[0].start, bands[-1].end) == (0.0, 1.0)


def test_no_place_is_further_than_a_level_from_the_gradient():
    channels = np.array([[0x10, 0x20, 0x30], [0x50, 0xA0, 0xF0], [0x50, 0xA0, 0xF0], [0xFF, 0, 0]])
    bands = bands_of(STOPS, (1.0, 0.25, 0.5, 0.5))
    for place in np.linspace(0.001, 0.999, 500):
        band = next(band for band in bands if place < band.end)
        wanted = [np.interp(place * 3, range(4), channels[:, i]) for i in range(3)]
        colour = [int(band.colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert np.abs(np.subtract(colour, wanted)).max() <= 1.5
        opacity = np.interp(place * 3, range(4), (1.0, 0.25, 0.5, 0.5))
        assert abs(band.opacity - opacity) <= 1 / 255


def test_one_colour_throughout_is_one_band():
    [band] = bands_of(("#123456", "#123456"), (0.07, 0.07))
    assert (band.colour, band.start, band.end) == ("#123456", 0.0, 1.0)
    assert band.opacity == pytest.approx(0.07)


@pytest.mark.parametrize("fade", [(), (0.9, 0.2, 0.5, 0.5)])
def test_no_row_of_a_drawn_sheet_stands_out_whatever_its_size(fade):
    channels = np.array([[0x10, 0x20, 0x30], [0x50, 0xA0, 0xF0], [0x50, 0xA0, 0xF0], [0xFF, 0, 0]])
    for height in range(90, 700, 23):
        brush = Brush("flat", 1)
        brush.sheet(-2, -2, 104, 81.7, ("#ffffff", "#ffffff"))
        brush.sheet(-2, -2, 104, 81.7, STOPS, fade=fade)
        png = resvg_py.svg_to_bytes(brush.svg(100, 75), height=height, skip_system_fonts=True)
        with Image.open(io.BytesIO(png)) as picture:
            rows = np.asarray(picture.convert("RGB"), dtype=float)[:, 5]
        places = ((np.arange(height) + 0.5) / height * 75 + 2) / 81.7 * 3
        colours = np.stack([np.interp(places, range(4), channels[:, i]) for i in range(3)], axis=1)
        opacity = np.interp(places, range(4), fade or (1, 1, 1, 1))[:, None]
        steepest = 3 * 255 / 81.7 * 75 / height  # levels from one row to the next
        assert np.abs(rows - (colours * opacity + 255 * (1 - opacity))).max() < 3 + 2 * steepest
