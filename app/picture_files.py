"""The bytes of an indexed picture, and of its thumbnail, for a thread that may wait. Never serves
anything but what was indexed, and never waits for ever.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from app.failures import FileGoneError, StoreUnreachableError
from indexer.catalog.records import Item
from indexer.locations import split_member
from indexer.originals import Originals
from indexer.reading import UnreadableFileError
from indexer.thumbnail_seal import is_altered
from indexer.uploads.naming import is_upload
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


def is_on_disk(item: Item) -> bool:
    """Whether the picture is a file of its own on this machine."""
    return item.uri.startswith("file://") and split_member(item.uri)[1] is None


def read_original(originals: Originals, item: Item, limits: DecodeLimits) -> bytes:
    """The picture's bytes from wherever it was indexed: nothing else is ever asked for.

    Raises FileGoneError, or StoreUnreachableError if its store does not answer.
    """
    try:
        if is_upload(item.uri):  # as it was in this generation, whatever was put since
            return originals.read_upload(item.content_hash, limits).data
        return originals.read(item.uri, limits).data
    except UnreadableFileError as error:
        if error.code == "unreachable":
            raise StoreUnreachableError(item.image_id, error.reason) from error
        raise FileGoneError(item.image_id, f"cannot be read ({error.reason})") from error


def stored_thumbnail(path: Path) -> bytes | None:
    """The bytes of a thumbnail that the indexer has written; None if it has not, or if they are
    not what it wrote.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    return None if is_altered(data, path.stem) else data


def draw_thumbnail(originals: Originals, item: Item, limits: DecodeLimits, side: int) -> bytes:
    """Make the thumbnail of a picture that has none on disk. Returns JPEG bytes.

    Raises FileGoneError if the file has gone or is no picture any more, StoreUnreachableError if
    its store does not answer.
    """
    from models.thumbnails import make_thumbnail  # brings torch along, which a start does without

    data = read_original(originals, item, limits)
    try:
        return make_thumbnail(decode_image(data, limits, min_side=side), max_side=side)
    except ImageDecodeError as error:
        raise FileGoneError(item.image_id, f"has changed ({error.reason})") from error
