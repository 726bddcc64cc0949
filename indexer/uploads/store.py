"""The file `uploads.sqlite` of a collection: which pictures clients put, and what is published.

A change is durable when `put` or `remove` returns. Safe to use from many threads and processes;
made when the first picture is put. Publishes nothing.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from indexer.catalog.connection import Database, Row
from indexer.catalog.records import Json
from indexer.config import IndexConfig
from indexer.content_hash import content_hash_of
from indexer.durability import full_disk_named, sync_directory
from indexer.errors import CatalogDamagedError, ImageNotFoundError
from indexer.timestamps import utc_now
from indexer.uploads import contents
from indexer.uploads.naming import checked_id
from indexer.uploads.records import PutResult, Standing, Upload
from indexer.uploads.schema import UPLOAD_MIGRATIONS

_COLUMNS = "image_id, version, content_hash, size_bytes, captions, metadata"
_PAGE_ROWS = 1_000
_WRITE = """
INSERT OR REPLACE INTO uploads (image_id, version, content_hash, size_bytes, captions, metadata,
                                changed_at)
VALUES (?, ?, ?, ?, ?, ?, ?)"""
_TAKEN = """
UPDATE standing SET generation = CASE WHEN ?1 >= taken THEN ?2 ELSE generation END,
                    taken = max(taken, ?1)"""


class UploadStore:
    """One process's access to what clients put into a collection."""

    def __init__(self, config: IndexConfig) -> None:
        self.config = config
        self._lock = threading.RLock()
        self._database: Database | None = None

    def exists(self) -> bool:
        """Whether a picture was ever put into the collection."""
        return self.config.uploads_path().is_file()

    def get(self, image_id: str) -> Upload | None:
        """What was put under this id last; None if nothing was, or if it was removed."""
        upload = self._find(image_id)
        return None if upload is None or upload.content_hash is None else upload

    def put(
        self,
        image_id: str,
        data: bytes | None,
        captions: Sequence[str] | None = None,
        metadata: Mapping[str, Json] | None = None,
    ) -> PutResult:
        """Keep a picture under an id, or change one: what is None stays as it is.

        Durable when this returns; the caller has made sure that it is a picture. Raises
        ImageNotFoundError without `data` if there is none yet, ConfigError or DiskFullError.
        """
        checked_id(image_id)
        content_hash, is_mended = None, False
        if data is not None:
            content_hash = content_hash_of(data)
            is_mended = contents.keep(self.config, content_hash, data)
        elif self.get(image_id) is None:
            raise ImageNotFoundError(image_id)
        with self._transaction() as database:
            before = self.get(image_id)
            if before is None and data is None:
                raise ImageNotFoundError(image_id)
            if content_hash is not None and not self.config.upload_path(content_hash).is_file():
                contents.keep(self.config, content_hash, data or b"")  # deleted meanwhile
            base = before or Upload(image_id, 0, content_hash, 0)
            wanted = Upload(
                image_id,
                base.version,
                content_hash or base.content_hash,
                base.size_bytes if data is None else len(data),
                base.captions if captions is None else tuple(captions),
                base.metadata if metadata is None else dict(metadata),
            )
            if wanted == before and not is_mended:
                return PutResult(before, False, False, self._published_in(before))
            written = self._write(database, wanted, before)
            if is_mended:
                self._take_up_others(database, written)
        return PutResult(written, before is None, True, None)

    def remove(self, image_id: str) -> Upload:
        """Forget a picture; again is as good as once, until a generation without it is published.

        Raises ImageNotFoundError.
        """
        if self._find(image_id) is None:  # where there is no file, none is made
            raise ImageNotFoundError(image_id)
        with self._transaction() as database:
            before = self._find(image_id)
            if before is None:
                raise ImageNotFoundError(image_id)
            if before.content_hash is None:
                return before
            removed = replace(before, content_hash=None, captions=(), metadata={})
            return self._write(database, removed, before)

    def standing(self) -> Standing:
        """How far the changes are published."""
        rows = self._rows("SELECT version, taken, generation FROM standing")
        return Standing(*rows[0]) if rows else Standing(0, 0, None)

    def pending(self, upto: int) -> list[Upload]:
        """What has changed up to a change, and is in no generation yet; removed ones too."""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM uploads "
            "WHERE version > (SELECT taken FROM standing) AND version <= ? ORDER BY version",
            (upto,),
        )
        return [_upload(row) for row in rows]

    def all(self) -> Iterator[Upload]:
        """All pictures, by id."""
        last = ""
        while rows := self._rows(
            f"SELECT {_COLUMNS} FROM uploads WHERE image_id > ? AND content_hash IS NOT NULL "
            "ORDER BY image_id LIMIT ?",
            (last, _PAGE_ROWS),
        ):
            yield from map(_upload, rows)
            last = rows[-1][0]

    def took(self, upto: int, generation: int | None) -> None:
        """The changes up to this one are in the newest generation, or made no difference to it."""
        with self._transaction() as database:
            database.execute(
                "DELETE FROM uploads WHERE content_hash IS NULL AND version <= ?", (upto,)
            )
            database.execute(_TAKEN, (upto, generation))

    def drop_loose(self, is_shown: Callable[[str], bool], *, look_at_all: bool = False) -> None:
        """Delete contents that no picture has any more and no kept generation shows.

        With `look_at_all` every file is looked at, not only those that a change has left behind.
        """
        with self._transaction() as database:  # so that nobody puts one of them meanwhile
            for (content_hash,) in list(database.query("SELECT content_hash FROM loose")):
                if not self._is_held(content_hash):
                    if is_shown(content_hash):
                        continue
                    contents.forget(self.config, content_hash)
                database.execute("DELETE FROM loose WHERE content_hash = ?", (content_hash,))
            if look_at_all:
                contents.sweep(self.config, lambda name: self._is_held(name) or is_shown(name))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _write(self, database: Database, upload: Upload, before: Upload | None) -> Upload:
        database.execute("UPDATE standing SET version = version + 1")
        version: int = database.value("SELECT version FROM standing")
        database.execute(
            _WRITE,
            (
                upload.image_id,
                version,
                upload.content_hash,
                upload.size_bytes,
                json.dumps(upload.captions, ensure_ascii=False),
                json.dumps(upload.metadata, ensure_ascii=False),
                utc_now(),
            ),
        )
        if before is not None and before.content_hash != upload.content_hash:
            database.execute(
                "INSERT OR IGNORE INTO loose (content_hash) VALUES (?)", (before.content_hash,)
            )
        return replace(upload, version=version)

    def _published_in(self, upload: Upload) -> int | None:
        standing = self.standing()
        return standing.generation if upload.version <= standing.taken else None

    def _find(self, image_id: str) -> Upload | None:
        rows = self._rows(f"SELECT {_COLUMNS} FROM uploads WHERE image_id = ?", (image_id,))
        return _upload(rows[0]) if rows else None

    def _take_up_others(self, database: Database, upload: Upload) -> None:
        """Others of the same bytes may be on record as damaged: look at them again."""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM uploads WHERE content_hash = ? AND image_id <> ?",
            (upload.content_hash, upload.image_id),
        )
        for other in map(_upload, rows):
            self._write(database, other, other)

    def _is_held(self, content_hash: str) -> bool:
        return bool(self._rows("SELECT 1 FROM uploads WHERE content_hash = ?", (content_hash,)))

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        with self._lock:
            if self._database is None and not self.exists():
                return []
            return list(self._opened().query(sql, parameters))

    @contextmanager
    def _transaction(self) -> Iterator[Database]:
        with self._lock, full_disk_named(self.config.collection_dir()):
            database = self._opened()
            with database.transaction():
                yield database

    def _opened(self) -> Database:
        if self._database is None:
            path = self.config.uploads_path()
            is_new = not path.is_file()
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = Database(path, UPLOAD_MIGRATIONS)
            if is_new:
                for directory in (*path.parents[:3], self.config.data_dir.absolute().parent):
                    sync_directory(directory)
        return self._database


def _upload(row: Row) -> Upload:
    image_id, version, content_hash, size_bytes, captions, metadata = row
    try:
        captions, metadata = tuple(json.loads(captions)), json.loads(metadata)
    except ValueError as error:
        reason = f"the row {image_id!r} of uploads was altered"
        raise CatalogDamagedError("uploads.sqlite", reason) from error
    return Upload(image_id, version, content_hash, size_bytes, captions, metadata)
