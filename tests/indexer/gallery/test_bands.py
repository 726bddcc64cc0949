"""Gradients as bands: whole, in order, and nowhere further from the gradient than one level."""

import numpy as np
import pytest

from indexer.gallery.bands import bands_of

STOPS = ("#102030", "#50a0f0", "#50a0f0", "#ff0000")


def test_bands_lie_one_below_the_other_and_fill_the_whole():
    bands = bands_of(STOPS, (1.0,) * 4)
    ends = [band.start + band.height for band in bands]
    assert np.allclose(ends[:-1], [band.start for band in bands[1:]])
    assert bands[0].start == 0.0
    assert ends[-1] == pytest.approx(1.0)


def test_no_place_is_further_than_a_level_from_the_gradient():
    channels = np.array([[0x10, 0x20, 0x30], [0x50, 0xA0, 0xF0], [0x50, 0xA0, 0xF0], [0xFF, 0, 0]])
    bands = bands_of(STOPS, (1.0, 0.25, 0.5, 0.5))
    for place in np.linspace(0.001, 0.999, 500):
        band = next(band for band in bands if place < band.start + band.height)
        wanted = [np.interp(place * 3, range(4), channels[:, i]) for i in range(3)]
        colour = [int(band.colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert np.abs(np.subtract(colour, wanted)).max() <= 1.5
        opacity = np.interp(place * 3, range(4), (1.0, 0.25, 0.5, 0.5))
        assert abs(band.opacity - opacity) <= 1 / 255


def test_one_colour_throughout_is_one_band():
    [band] = bands_of(("#123456", "#123456"), (0.07, 0.07))
    assert (band.colour, band.height) == ("#123456", 1.0)
    assert band.opacity == pytest.approx(0.07)
