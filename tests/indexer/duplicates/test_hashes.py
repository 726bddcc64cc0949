"""The hashes of pictures: copies stay close, other pictures stay far, plain surfaces have none."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from indexer.duplicates.hashes import PictureHashes, picture_hashes
from indexer.gallery.generate import generate_gallery
from models.images import decode_image

CLOSE = 10  # bits, of 63

CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "smaller": lambda picture: picture.resize((picture.width // 3, picture.height // 3)),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.1),
    "grey": lambda picture: picture.convert("L").convert("RGB"),
    "cropped": lambda picture: picture.crop((4, 4, picture.width - 4, picture.height - 4)),
    "as it is": lambda picture: picture,
}


def _bytes(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def _hashes(data: bytes) -> PictureHashes:
    return picture_hashes(decode_image(data))


def _distance(one: PictureHashes, other: PictureHashes) -> int:
    assert one.perceptual_hash is not None
    assert other.perceptual_hash is not None
    return (one.perceptual_hash ^ other.perceptual_hash).bit_count()


@pytest.fixture(scope="module")
def drawings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Drawn pictures of different things."""
    directory = tmp_path_factory.mktemp("drawings")
    generate_gallery(directory, 8, seed=3)
    return sorted(path for path in directory.rglob("*") if path.suffix in (".jpg", ".png"))


@pytest.mark.parametrize("change", CHANGES)
def test_perceptual_hash_stays_close_when_a_picture_is(change: str, drawings: list[Path]):
    for path in drawings:
        picture = Image.open(path).convert("RGB")
        copy = _bytes(CHANGES[change](picture), quality=40)
        assert _distance(_hashes(path.read_bytes()), _hashes(copy)) <= CLOSE, (path, change)


def test_perceptual_hash_differs_between_different_drawings(drawings: list[Path]):
    hashes = [_hashes(path.read_bytes()) for path in drawings]
    for row, one in enumerate(hashes):
        assert all(_distance(one, other) > CLOSE for other in hashes[:row])


def test_picture_without_structure_has_no_perceptual_hash():
    gradient = np.broadcast_to(np.linspace(0, 255, 64)[None, :, None], (48, 64, 3))
    for pixels in (np.zeros((50, 70, 3)), np.full((1, 1, 3), 200), gradient):
        data = _bytes(Image.fromarray(pixels.astype(np.uint8)), quality=60)
        assert _hashes(data).perceptual_hash is None


def test_pixel_hash_is_that_of_pixels_whatever_the_file(drawings: list[Path]):
    picture = Image.open(drawings[0]).convert("RGB")
    turned = picture.transpose(Image.Transpose.ROTATE_90)  # counter-clockwise, undone by EXIF 6
    exif = Image.Exif()
    exif[0x0112] = 6
    files = [
        _bytes(picture, "PNG"),
        _bytes(picture, "PNG", compress_level=1),
        _bytes(picture, "BMP"),
        _bytes(picture, "WEBP", lossless=True),
        _bytes(turned, "PNG", exif=exif),
    ]
    assert len(set(files)) == len(files)
    assert len({_hashes(data).pixel_hash for data in files}) == 1
    other = _bytes(picture.resize((picture.width // 2, picture.height // 2)), "PNG")
    one_pixel = picture.copy()
    one_pixel.putpixel((3, 3), (1, 2, 3))
    hashes = {_hashes(data).pixel_hash for data in (files[0], other, _bytes(one_pixel, "PNG"))}
    assert len(hashes) == 3


def test_perceptual_hash_averages_cells_of_odd_sizes_exactly():
    from indexer.duplicates.hashes import _brightness

    rng = np.random.default_rng(5)
    for height, width in ((33, 50), (32, 31), (7, 100), (9000, 40)):
        pixels = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        tall = np.repeat(pixels, -(-32 // height) if height < 32 else 1, axis=0)
        whole = np.repeat(tall, -(-32 // width) if width < 32 else 1, axis=1).astype(np.float64)
        grey = whole @ [0.299, 0.587, 0.114]
        rows = [grey.shape[0] * cell // 32 for cell in range(33)]
        columns = [grey.shape[1] * cell // 32 for cell in range(33)]
        naive = [
            [grey[rows[r] : rows[r + 1], columns[c] : columns[c + 1]].mean() for c in range(32)]
            for r in range(32)
        ]
        np.testing.assert_allclose(_brightness(pixels), naive, atol=1e-9)
