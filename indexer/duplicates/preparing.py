"""Hashes for contents that were indexed before there were any: read and decoded once more.

A content whose file is gone or has changed is hashed from its thumbnail, which tells what it looks
like and not what its pixels are. Writes the catalog, so it holds the collection's lock.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from indexer.catalog.connection import Database
from indexer.catalog.contents import add_hashes, unhashed_contents
from indexer.config import IndexConfig
from indexer.content_hash import content_hash_of
from indexer.duplicates.hashes import PictureHashes, picture_hashes
from indexer.generation import open_generation, open_reader
from indexer.locking import locked
from indexer.lookahead import map_ahead
from indexer.originals import Originals
from indexer.reading import UnreadableFileError
from models.errors import ImageDecodeError
from models.images import decode_image

_COMMIT_CONTENTS = 512

Told = Callable[[int, int], None]
"""How far it is: contents done, contents in all."""


def prepare(config: IndexConfig, tell: Told = lambda _done, _total: None) -> int:
    """Hash what is not hashed yet in the current generation. Returns how many contents that were.

    Raises CollectionNotFoundError, NoGenerationError, GenerationDamagedError, and
    CollectionBusyError if there is something to do and another indexer is at work.
    """
    with closing(open_reader(config)) as reader:
        generation = open_generation(config, reader)
        record = generation.record
        generation.close()
    with closing(Database(config.catalog_path())) as database:
        missing = unhashed_contents(database, record.generation)
        if not missing:
            return 0
        image_size = record.model.get("image_size")
        side = config.decode_side(image_size if isinstance(image_size, int) else 0)
        with locked(config):
            return _hash_all(config, database, missing, side, tell)


def _hash_all(
    config: IndexConfig,
    database: Database,
    missing: list[tuple[str, str]],
    side: int,
    tell: Told,
) -> int:
    originals = Originals(config)

    def work(one: tuple[str, str]) -> PictureHashes | None:
        return _hash(originals, *one, side)

    hashed = 0
    for start in range(0, len(missing), _COMMIT_CONTENTS):
        part = missing[start : start + _COMMIT_CONTENTS]
        ahead = 2 * config.decode_workers
        with closing(map_ahead(work, part, workers=config.decode_workers, ahead=ahead)) as results:
            found = [
                (content, hashes)
                for (content, _), hashes in zip(part, results, strict=True)
                if hashes is not None
            ]
        add_hashes(database, found)
        hashed += len(found)
        tell(start + len(part), len(missing))
    return hashed


def _hash(originals: Originals, content_hash: str, uri: str, side: int) -> PictureHashes | None:
    try:
        data = originals.read(uri, originals.config.limits).data
        if content_hash_of(data) == content_hash:
            return picture_hashes(decode_image(data, originals.config.limits, min_side=side))
    except (UnreadableFileError, ImageDecodeError):
        pass  # what was indexed can be seen in the thumbnail still
    return _hash_thumbnail(originals.config.thumbnail_path(content_hash))


def _hash_thumbnail(path: Path) -> PictureHashes | None:
    try:
        hashes = picture_hashes(decode_image(path.read_bytes()))
    except (OSError, ImageDecodeError):
        return None
    return PictureHashes(None, hashes.perceptual_hash)
