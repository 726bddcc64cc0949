"""The bytes of an indexed picture, and of its thumbnail, from the disk; for a lookup or decoding
thread. Never serves anything but a regular file, and never waits for a pipe.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from app.failures import FileGoneError
from indexer.catalog.records import Item
from models.config import DecodeLimits
from models.errors import ImageDecodeError
from models.images import decode_image

# Pillow's names for what browsers can show or save.
MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A file that can be sent; `unchanged` is whether its size is still the recorded one."""

    path: Path
    stat_result: os.stat_result
    unchanged: bool


def media_type(item: Item) -> str:
    """The content type of a picture, from the format that was found in its bytes."""
    return MEDIA_TYPES.get(item.format, "application/octet-stream")


def locate(item: Item) -> PictureFile:
    """Look for the picture's file. Raises FileGoneError if there is no such regular file."""
    try:
        status = item.path.stat()
    except OSError as error:
        raise FileGoneError(item.image_id, f"cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(status.st_mode):
        raise FileGoneError(item.image_id, "is no regular file any more")
    return PictureFile(item.path, status, unchanged=status.st_size == item.size_bytes)


def stored_thumbnail(path: Path) -> bytes | None:
    """The bytes of a thumbnail that the indexer has written; None if it has not."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def draw_thumbnail(item: Item, limits: DecodeLimits, side: int) -> bytes:
    """Make the thumbnail of a picture that has none on disk. Returns JPEG bytes.

    Raises FileGoneError if the file has gone or is no picture any more.
    """
    from models.thumbnails import make_thumbnail  # brings torch along, which a start does without

    path = locate(item).path
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(limits.max_bytes + 1)
        return make_thumbnail(decode_image(data, limits, min_side=side), max_side=side)
    except OSError as error:
        raise FileGoneError(item.image_id, f"cannot be read ({error.strerror})") from error
    except ImageDecodeError as error:
        raise FileGoneError(item.image_id, f"has changed ({error.reason})") from error
