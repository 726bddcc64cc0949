"""Small JPEGs of the indexed pictures, one for each content, beside the catalog.

A thumbnail appears whole or not at all. It can always be made again, so it is not made durable.
"""

import threading
from pathlib import Path

from indexer.config import IndexConfig
from indexer.thumbnail_seal import sealed
from models.images import DecodedImage


def store_thumbnail(config: IndexConfig, content_hash: str, image: DecodedImage) -> None:
    """Make the thumbnail of a content, unless there is one."""
    path = config.thumbnail_path(content_hash)
    if _is_there(path):
        return
    # Brings torch along, which a run that decodes nothing does without.
    from models.thumbnails import make_thumbnail

    path.parent.mkdir(parents=True, exist_ok=True)
    # Two files of one content may be decoded at the same moment: each thread has its own name.
    unfinished = path.with_suffix(f".{threading.get_native_id()}.unfinished")
    jpeg = make_thumbnail(image, config.thumbnail_side)
    unfinished.write_bytes(sealed(jpeg, content_hash))
    unfinished.replace(path)


def _is_there(path: Path) -> bool:
    """A power cut may leave an empty file under the name: that is none."""
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
