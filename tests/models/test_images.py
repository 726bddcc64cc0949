"""The decoder: every format, upright, within limits, and a typed reason for every failure."""

import io
import struct
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.config import DecodeLimits
from models.errors import (
    CorruptImageError,
    EmptyImageError,
    ImageDecodeError,
    ImageFileTooLargeError,
    ImageTooLargeError,
    UnsupportedImageError,
)
from models.images import decode_image
from models.thumbnails import make_thumbnail

WIDTH, HEIGHT = 96, 64


def picture() -> Image.Image:
    """Red on the left, blue on the right, a green band below: its way up can be told."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels[:, : WIDTH // 2] = (220, 20, 20)
    pixels[:, WIDTH // 2 :] = (20, 20, 220)
    pixels[HEIGHT * 3 // 4 :] = (20, 200, 20)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, picture_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, picture_format, **options)
    return buffer.getvalue()


def mean_difference(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> float:
    return float(np.abs(left.astype(int) - right.astype(int)).mean())


@pytest.mark.parametrize(
    "picture_format", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF", "HEIF"]
)
def test_decoding_gives_the_picture_in_every_format(picture_format: str) -> None:
    decoded = decode_image(encoded(picture(), picture_format))
    assert decoded.format == picture_format
    assert (decoded.width, decoded.height) == (WIDTH, HEIGHT)
    assert decoded.pixels.shape == (HEIGHT, WIDTH, 3)
    assert mean_difference(decoded.pixels, np.asarray(picture())) < 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_for_all_eight_values(orientation: int) -> None:
    turned_back = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }[orientation]
    stored = picture()
    for step in turned_back:
        stored = stored.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = orientation
    decoded = decode_image(encoded(stored, "JPEG", exif=exif, quality=95))
    assert (decoded.width, decoded.height) == (WIDTH, HEIGHT)
    assert mean_difference(decoded.pixels, np.asarray(picture())) < 6


def test_the_first_frame_of_an_animation_is_taken() -> None:
    frames = [picture(), Image.new("RGB", (WIDTH, HEIGHT), "white")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert mean_difference(decode_image(data).pixels, np.asarray(picture())) < 6


def test_transparency_is_laid_on_white() -> None:
    for mode, colour in (("RGBA", (255, 0, 0, 0)), ("LA", (0, 0))):
        decoded = decode_image(encoded(Image.new(mode, (8, 8), colour), "PNG"))
        assert (decoded.pixels == 255).all()


def test_a_palette_with_a_transparent_entry_is_laid_on_white() -> None:
    image = Image.new("P", (8, 8), 3)
    image.putpalette([0, 0, 0, 9, 9, 9, 5, 5, 5, 200, 0, 0])
    assert (decode_image(encoded(image, "PNG", transparency=3)).pixels == 255).all()
    assert (decode_image(encoded(image, "PNG")).pixels[0, 0] == (200, 0, 0)).all()


def test_cmyk_comes_out_in_its_colours() -> None:
    decoded = decode_image(encoded(picture().convert("CMYK"), "JPEG", quality=95))
    assert mean_difference(decoded.pixels, np.asarray(picture())) < 8


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16)[None, :].repeat(4, axis=0)
    decoded = decode_image(encoded(Image.fromarray(ramp), "PNG"))
    assert np.abs(decoded.pixels[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_floats_are_stretched_and_broken_ones_survive() -> None:
    values = np.linspace(-1, 1, 64, dtype=np.float32).reshape(8, 8)
    values[0, 0] = np.nan
    decoded = decode_image(encoded(Image.fromarray(values), "TIFF"))
    assert decoded.pixels.min() == 0
    assert decoded.pixels.max() == 255


def test_a_large_jpeg_is_reduced_but_never_below_twice_the_side_asked_for() -> None:
    data = encoded(picture().resize((1920, 1280)), "JPEG")
    for side in (64, 100, 224, 640):
        decoded = decode_image(data, min_side=side)
        assert min(decoded.pixels.shape[:2]) >= min(2 * side, 1280)
        assert (decoded.width, decoded.height) == (1920, 1280)
    assert min(decode_image(data, min_side=64).pixels.shape[:2]) == 160


def test_no_bytes_are_an_empty_file() -> None:
    with pytest.raises(EmptyImageError):
        decode_image(b"")


@pytest.mark.parametrize("data", [b"hello, I am a text", b"\x00" * 400, b"%PDF-1.7 ...", b"<svg/>"])
def test_bytes_of_no_picture_format_are_unsupported(data: bytes) -> None:
    with pytest.raises(UnsupportedImageError):
        decode_image(data)


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "AVIF", "HEIF"])
def test_a_truncated_file_is_refused_with_its_reason(picture_format: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (128, 128, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), picture_format)
    with pytest.raises((CorruptImageError, UnsupportedImageError)) as caught:
        decode_image(data[: len(data) // 2])
    assert caught.value.reason


def test_a_png_whose_pixels_are_broken_is_refused_and_not_black() -> None:
    data = encoded(picture(), "PNG")
    broken = data.replace(b"IDAT\x78", b"IDAT\xff")
    assert broken != data
    with pytest.raises(CorruptImageError):
        decode_image(broken)


def test_a_huge_header_is_refused_before_anything_is_allocated() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))
    with pytest.raises(ImageTooLargeError) as caught:
        decode_image(bomb)
    assert caught.value.pixels == 900_000_000
    assert caught.value.limit == DecodeLimits().max_pixels


def test_limits_are_inclusive_for_pixels_and_bytes() -> None:
    data = encoded(picture(), "PNG")
    decode_image(data, DecodeLimits(max_pixels=WIDTH * HEIGHT, max_bytes=len(data)))
    with pytest.raises(ImageTooLargeError):
        decode_image(data, DecodeLimits(max_pixels=WIDTH * HEIGHT - 1))
    with pytest.raises(ImageFileTooLargeError):
        decode_image(data, DecodeLimits(max_bytes=len(data) - 1))


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_mutated_files_decode_or_raise_a_typed_error(picture_format: str) -> None:
    rng = np.random.default_rng(1)
    seed = np.frombuffer(encoded(picture(), picture_format), np.uint8)
    outcomes = set()
    for _ in range(60):
        mutant = seed.copy()
        mutant[rng.integers(0, min(64, len(mutant)), 2)] = rng.integers(0, 256, 2)  # the header
        mutant[rng.integers(0, len(mutant), 4)] = rng.integers(0, 256, 4)
        try:
            outcomes.add(decode_image(mutant.tobytes()).pixels.shape[-1])
        except ImageDecodeError as error:
            outcomes.add(error.code)
    assert outcomes <= {3, "corrupt", "unsupported_format", "too_many_pixels"}
    assert len(outcomes) > 1


def test_a_thumbnail_keeps_the_shape_and_is_never_enlarged() -> None:
    large = decode_image(encoded(picture().resize((960, 640)), "PNG"))
    small = decode_image(encoded(picture(), "PNG"))
    assert Image.open(io.BytesIO(make_thumbnail(large, 384))).size == (384, 256)
    assert Image.open(io.BytesIO(make_thumbnail(small, 384))).size == (WIDTH, HEIGHT)
