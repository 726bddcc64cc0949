"""Colours of pictures that look alike: what is recoloured is another picture, a bad copy is not."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance

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


@pytest.mark.parametrize("size", [(4, 4), (8, 12), (1, 2), (40, 4)])
def test_chroma_is_the_mean_over_cells_also_of_tiny_pictures(size: tuple[int, int]):
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    large = pixels.repeat(4, axis=0).repeat(4, axis=1)
    naive = []
    for band in np.split(large, 4, axis=0):
        for cell in np.split(band, 4, axis=1):
            red, green, blue = cell.reshape(-1, 3).mean(axis=0)
            light = 0.299 * red + 0.587 * green + 0.114 * blue
            naive.append((0.564 * (blue - light), 0.713 * (red - light)))
    assert np.allclose(chroma_of(pixels), naive, atol=0.2)


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
