"""What was put and is not as it was written any more: found, and mended as far as that goes.

Bytes of an upload cannot be made again: altered ones are put aside, the picture goes on record as
damaged, and a new put mends it. A row that was altered or lost is taken from the published item,
whose row has a digest of its own; what was not published yet is named and forgotten. Indexes
nothing.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from indexer.catalog.connection import Database, ReaderPool
from indexer.catalog.digests import digested, item_digest
from indexer.catalog.row_inspection import altered
from indexer.catalog.salvage import ASIDE
from indexer.config import IndexConfig
from indexer.content_hash import content_hash_of
from indexer.errors import CatalogDamagedError, IndexerError
from indexer.timestamps import utc_now
from indexer.uploads.contents import kept_contents
from indexer.uploads.naming import UPLOADS
from indexer.uploads.schema import DIGESTED, UPLOAD_MIGRATIONS, UPLOAD_ROWS

Note = Callable[[str], None]

_HELD = (
    "SELECT content_hash, image_id FROM uploads WHERE content_hash IS NOT NULL ORDER BY image_id"
)
_PUBLISHED = f"SELECT digest, {digested('i')} FROM items i WHERE last_gen IS NULL AND source = ?"
_RESTORE = """
INSERT INTO uploads (image_id, version, content_hash, size_bytes, captions, metadata, changed_at)
SELECT ?, coalesce(max(version), 0) + 1, ?, ?, ?, ?, ? FROM uploads"""
_RECKON = """
UPDATE standing SET version = (SELECT coalesce(max(version), 0) FROM uploads), taken = 0,
                    generation = NULL"""


def damaged_contents(config: IndexConfig) -> Iterator[tuple[str, str]]:
    """(file name, what is wrong with it) of bytes that are not those that were put, or are gone."""
    held = _held(config)
    whole = set()
    for path in kept_contents(config):
        whole.add(path.name)
        if not _is_whole(path):
            yield path.name, f"{path.name}: {_whose(held, path.name)} was altered: put it again"
    for content_hash in sorted(held.keys() - whole):
        yield content_hash, f"{content_hash}: {_whose(held, content_hash)} is gone: put it again"


def set_altered_aside(config: IndexConfig, note: Note) -> None:
    """Have altered bytes out of the way, so that they go on record; they are kept beside."""
    held = _held(config)
    for path in list(kept_contents(config)):
        with suppress(OSError):  # what cannot be read now may be whole: it stays where it is
            if not _is_altered(path):
                continue
            aside = path.with_name(path.name + ASIDE)
            path.replace(aside)
            whose = _whose(held, path.name)
            note(f"{whose} was altered and cannot be made again: put it again ({aside.name})")


def mend_uploads(config: IndexConfig, database: Database, note: Note, *, is_new: bool) -> None:
    """Take altered rows, or with `is_new` lost ones, from what is published."""
    with database.transaction():
        doubted = database.query(
            f"SELECT CAST(image_id AS BLOB) FROM uploads WHERE {altered(UPLOAD_ROWS)}"
        )
        lost = {name.decode("utf-8", "replace") for (name,) in doubted}
        changed = [
            database.execute(f"DELETE FROM {table.name} WHERE {altered(table)}")
            for table in DIGESTED
        ]
        if not (is_new or any(changed)):
            return
        database.execute(
            "INSERT OR IGNORE INTO standing (only_row, version, taken) VALUES (1, 0, 0)"
        )
        restored = _restore(config, database) if is_new or lost else set()
        database.execute(_RECKON)
    if restored:
        note(
            f"{len(restored)} pictures that were put are known again from what is published; a "
            "change or a removal that was not published yet has to be sent again"
        )
    for name in sorted(lost - restored):
        note(f"what was put as {name!r} was altered before it was published: put it again")


def _restore(config: IndexConfig, database: Database) -> set[str]:
    """Published pictures that have no row get one. Returns their ids."""
    known = {image_id for (image_id,) in database.query("SELECT image_id FROM uploads")}
    restored = set()
    for image_id, content_hash, size_bytes, captions, metadata in _published(config):
        if image_id not in known:
            row = (image_id, content_hash, size_bytes, captions, metadata, utc_now())
            database.execute(_RESTORE, row)
            restored.add(image_id)
    return restored


def _published(config: IndexConfig) -> Iterator[tuple[str, str, int, str, str]]:
    """Id, content, size, captions and metadata of the newest items, where they are as written."""
    with (
        suppress(IndexerError, FileNotFoundError, ValueError),
        closing(ReaderPool(config.catalog_path())) as catalog,
    ):
        for digest, *values in catalog.query(_PUBLISHED, (UPLOADS,)):
            if digest is not None and digest != item_digest(*values):
                continue
            _, image_id, _, _, content_hash, size_bytes, _, _, _, captions, metadata, *_ = values
            texts = [value.decode() for value in (image_id, content_hash, captions, metadata)]
            json.loads(texts[2]), json.loads(texts[3])
            yield texts[0], texts[1], size_bytes, texts[2], texts[3]


def _held(config: IndexConfig) -> dict[str, list[str]]:
    """Contents → the ids that they were put under, as far as that can be read."""
    held: dict[str, list[str]] = {}
    if config.uploads_path().is_file():
        with (
            suppress(CatalogDamagedError),
            closing(Database(config.uploads_path(), UPLOAD_MIGRATIONS)) as database,
        ):
            for content_hash, image_id in database.query(_HELD):
                held.setdefault(content_hash, []).append(image_id)
    return held


def _whose(held: dict[str, list[str]], content_hash: str) -> str:
    ids = held.get(content_hash, [])
    named = ", ".join(ids[:3]) + (" …" if len(ids) > 3 else "")
    return f"the picture that was put as {named}" if ids else "a picture that was put before"


def _is_whole(path: Path) -> bool:
    try:
        return not _is_altered(path)
    except OSError:
        return False


def _is_altered(path: Path) -> bool:
    """Whether it is not what was put. Raises OSError if it cannot be read: then it may be whole."""
    return content_hash_of(path.read_bytes()) != path.name
