"""Colours of pictures that look alike: what is recoloured is another picture, a bad copy is not."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from indexer.duplicates.colours import MAX_DIFFERENCE, chroma_of, colour_difference
from indexer.duplicates.grouping import NearLimits
from indexer.duplicates.records import Mode
from tests.indexer.duplicates.album import Album, draw_scene

HASH_ONLY = NearLimits(min_score=-1.0)


def _scene(number: int) -> Image.Image:
    """Without extreme colours, so that recolouring it leaves the brightness as it is."""
    scene = draw_scene(number)
    return Image.blend(scene, scene.convert("L").convert("RGB"), 0.5)


def _recoloured(picture: Image.Image) -> Image.Image:
    brightness, blue, red = picture.convert("YCbCr").split()
    return Image.merge("YCbCr", (brightness, red, blue)).convert("RGB")


def _difference(one: Image.Image, other: Image.Image) -> float:
    return colour_difference(*(chroma_of(np.asarray(picture)) for picture in (one, other)))


@pytest.mark.parametrize("size", [(16, 16), (32, 48), (1, 2), (160, 4)])
def test_chroma_is_the_mean_over_cells_also_of_tiny_pictures(size: tuple[int, int]):
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    large = pixels.repeat(16, axis=0).repeat(16, axis=1)
    naive = []
    for band in np.split(large, 16, axis=0):
        for cell in np.split(band, 16, axis=1):
            red, green, blue = cell.reshape(-1, 3).mean(axis=0)
            light = 0.299 * red + 0.587 * green + 0.114 * blue
            naive.append((0.564 * (blue - light), 0.713 * (red - light)))
    assert np.allclose(chroma_of(pixels).reshape(-1, 2), naive, atol=0.2)


def test_difference_is_that_of_the_square_that_differs_most():
    rng = np.random.default_rng(0)
    one, other = rng.normal(0, 20, (2, 16, 16, 2)).astype(np.float32)
    other *= 0.8 * np.linalg.norm(one) / np.linalg.norm(other)
    pale = other * np.clip((one * other).sum() / (other * other).sum(), 1, 1.45)
    apart = np.zeros((16, 16))
    for y, x in np.ndindex(16, 16):
        around = np.s_[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3]
        apart[y, x] = max(
            np.linalg.norm(pale[y, x] - one[around], axis=2).min(),
            np.linalg.norm(one[y, x] - pale[around], axis=2).min(),
        )
    naive = max(apart[y : y + 3, x : x + 3].mean() for y, x in np.ndindex(14, 14))
    assert colour_difference(one, other) == pytest.approx(naive, rel=1e-4)


@pytest.mark.parametrize("number", range(4))
def test_colours_of_bad_copies_agree_and_those_of_recoloured_pictures_do_not(number: int):
    scene = _scene(number)
    copies = [
        ImageEnhance.Brightness(scene).enhance(1.2),
        ImageEnhance.Brightness(scene).enhance(0.7),
        ImageEnhance.Contrast(scene).enhance(1.3),
        scene.resize((60, 45)),
        scene.crop((6, 4, 234, 176)),
        scene.convert("L").convert("RGB"),
    ]
    assert all(_difference(scene, copy) <= MAX_DIFFERENCE for copy in copies)
    assert _difference(scene, _recoloured(scene)) > MAX_DIFFERENCE


def test_one_thing_in_another_colour_is_another_picture():
    wall = Image.new("RGB", (240, 180), (226, 206, 204))
    orange, yellow = wall.copy(), wall.copy()
    ImageDraw.Draw(orange).ellipse((150, 60, 190, 150), (236, 142, 50))
    ImageDraw.Draw(yellow).ellipse((150, 60, 190, 150), (240, 205, 80))
    assert _difference(orange, yellow) > MAX_DIFFERENCE
    assert _difference(orange, orange.crop((6, 4, 234, 176))) <= MAX_DIFFERENCE


def test_near_groups_leave_out_the_same_scene_in_other_colours(album: Album):
    for number in (1, 2):
        album.put(f"{number}.png", _scene(number))
    album.put("1-recoloured.png", _recoloured(_scene(1)))
    album.put("2-grey.png", _scene(2).convert("L").convert("RGB").resize((120, 90)))
    album.index()
    assert album.find(Mode.NEAR, HASH_ONLY) == [["2.png", "2-grey.png"]]
    for thumbnail in album.config.collection_dir().glob("thumbnails/**/*.jpg"):
        thumbnail.unlink()  # what cannot be seen is as hash and embedding say
    unseen = album.find(Mode.NEAR, HASH_ONLY)
    assert sorted(map(sorted, unseen)) == [["1-recoloured.png", "1.png"], ["2-grey.png", "2.png"]]
