"""The only image decoder: bytes → RGB, upright, within limits, or a typed error that says why not.

The header is read and checked before anything is allocated for pixels. Large JPEGs are decoded at
a reduced scale (never below twice the side that is needed, which keeps resizing exact to within
rounding). Never opens files, never touches the network, never resizes for a model.
"""

import io
import struct
import warnings
from dataclasses import dataclass, replace

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from models.config import DecodeLimits
from models.errors import (
    CorruptImageError,
    EmptyImageError,
    ImageDecodeError,
    ImageFileTooLargeError,
    ImageTooLargeError,
    UnsupportedImageError,
)
from models.exif import EXIF_PART, GPS_PART, FileFacts, facts_of_tags

# Formats that Pillow may try. Vector and document formats (EPS, PDF, WMF) are left out on purpose:
# they start interpreters, and nobody keeps photographs in them.
PICTURE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
_JPEG_EXTENSIONS = (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")
_OTHER_EXTENSIONS = (".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff")
_MODERN_EXTENSIONS = (".avif", ".heic", ".heif")
PICTURE_EXTENSIONS = frozenset((*_JPEG_EXTENSIONS, *_OTHER_EXTENSIONS, *_MODERN_EXTENSIONS))
_SIXTEEN_BIT_MODES = ("I;16", "I;16B", "I;16L", "I;16N")
_ALPHA_MODES = ("RGBA", "LA", "PA", "La", "RGBa")
_BACKGROUND = (255, 255, 255)  # what shows through transparency, as in a browser's white page
_EXIF_ORIENTATION = 0x0112
# What Pillow and its codecs raise on broken data, learnt by feeding them mutants.
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError)
_BROKEN_MORE = (struct.error, OverflowError, ZeroDivisionError, AttributeError, RuntimeError)

pillow_heif.register_heif_opener(thumbnails=False)
# Our own limit is checked from the header; Pillow's global one would only warn, and later.
Image.MAX_IMAGE_PIXELS = None
# EXIF and palette grumbles of files that decode well; once, because filters are not thread-safe.
warnings.filterwarnings("ignore", module=r"PIL\..*")


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """A picture, upright, in RGB.

    `pixels` is (h, w, 3) uint8 and may be reduced; `width` and `height` are those of the whole
    picture after EXIF orientation; `format` is what the bytes are, whatever the file is called;
    `facts` are None unless they were asked for.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    format: str
    facts: FileFacts | None = None


def decode_image(
    data: bytes,
    limits: DecodeLimits | None = None,
    *,
    min_side: int | None = None,
    facts: bool = False,
) -> DecodedImage:
    """Decode a picture's first frame. Returns RGB pixels, oriented as EXIF says.

    With `min_side`, a JPEG may be decoded reduced, as long as its short side stays at least twice
    `min_side`. Transparency is laid on white. `facts` asks for what the file says of itself. Raises
    ImageDecodeError's kinds, each with a reason.
    """
    limits = limits or DecodeLimits()
    if not data:
        raise EmptyImageError
    if len(data) > limits.max_bytes:
        raise ImageFileTooLargeError(len(data), limits.max_bytes)
    image = _open(data)
    try:
        decoded = _decode(image, limits, min_side)
        return replace(decoded, facts=_facts(image)) if facts else decoded
    except ImageDecodeError:
        raise
    except MemoryError as error:
        raise ImageTooLargeError(image.width * image.height, limits.max_pixels) from error
    except (*_BROKEN, *_BROKEN_MORE) as error:
        raise CorruptImageError(f"the {image.format} data is broken: {error}") from error
    finally:
        image.close()


def _open(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=PICTURE_FORMATS)
    except UnidentifiedImageError as error:
        raise UnsupportedImageError(
            "the bytes are of no picture format that is read here "
            "(JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC)"
        ) from error
    except (*_BROKEN, *_BROKEN_MORE) as error:
        raise CorruptImageError(f"the picture's header is broken: {error}") from error


def _decode(image: Image.Image, limits: DecodeLimits, min_side: int | None) -> DecodedImage:
    picture_format = "JPEG" if image.format == "MPO" else str(image.format)
    width, height = image.size
    if width * height > limits.max_pixels:
        raise ImageTooLargeError(width * height, limits.max_pixels)
    if width < 1 or height < 1:
        raise CorruptImageError("the picture has no pixels")
    if min_side is not None and picture_format == "JPEG":
        _reduce(image, min_side)
    image.load()
    orientation = _orientation(image)  # after load: looking for EXIF would load, and hide failures
    upright = ImageOps.exif_transpose(image) if orientation != 1 else image
    pixels = np.asarray(_rgb(upright))  # (h, w, 3)
    if orientation >= 5:  # quarter turns swap the sides
        width, height = height, width
    return DecodedImage(pixels, width, height, picture_format)


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_EXIF_ORIENTATION, 1)
    except (*_BROKEN, *_BROKEN_MORE):
        return 1  # broken EXIF loses the orientation, not the picture
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _facts(image: Image.Image) -> FileFacts:
    try:
        exif = image.getexif()
        return facts_of_tags(exif, exif.get_ifd(EXIF_PART), exif.get_ifd(GPS_PART))
    except (*_BROKEN, *_BROKEN_MORE):
        return FileFacts()  # as with the orientation, broken EXIF loses only itself


def _reduce(image: Image.Image, min_side: int) -> None:
    """Let libjpeg scale by 1/2, 1/4 or 1/8; a CMYK or greyscale file keeps its mode."""
    short_side = min(image.size)
    for scale in (8, 4, 2):
        if short_side // scale >= 2 * min_side:
            image.draft(None, (image.width // scale, image.height // scale))
            return


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in _SIXTEEN_BIT_MODES:  # Pillow's own conversion would clip at 255
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    if image.mode in ("I", "F"):
        return _from_wide_range(image)
    if image.mode in _ALPHA_MODES or "transparency" in image.info:
        rgba = image.convert("RGBA")
        background = Image.new("RGBA", rgba.size, (*_BACKGROUND, 255))
        return Image.alpha_composite(background, rgba).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _from_wide_range(image: Image.Image) -> Image.Image:
    """32-bit integers and floats have no agreed white: stretch what is there to 0…255."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    span = values.max() - values.min()
    grey = (values - values.min()) * (255.0 / span) if span else np.zeros_like(values)
    return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
