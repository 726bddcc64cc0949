"""What is known of source files, of their contents and of each content's embedding.

Written while a run goes on, one transaction for many files, so that the next run can resume.
Never decides what has to be read, and never touches what is published.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from indexer.catalog.connection import Database, ReaderPool
from indexer.catalog.vector_rows import VectorRows
from indexer.duplicates.hashes import PictureHashes
from indexer.timestamps import utc_now
from indexer.vector_store import WrittenRows
from models.encoder import EncoderInfo


@dataclass(frozen=True, slots=True)
class FileState:
    """How a file was found. `code` and `reason` say why it cannot be indexed; None if it can."""

    uri: str
    size_bytes: int | None
    mtime_ns: int | None
    content_hash: str | None
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """What a content is, whatever files hold it; `width` and `height` are upright."""

    content_hash: str
    width: int
    height: int
    format: str
    hashes: PictureHashes
    facts: dict[str, object] = field(default_factory=dict)  # what the file says of itself


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that has embedded something here."""

    model_id: int
    fingerprint: str
    dim: int


# A store that does not answer takes nothing away: what was indexed stands until it does.
_UPSERT_FILE = """
INSERT INTO files (uri, size_bytes, mtime_ns, content_hash, code, reason, seen_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (uri) DO UPDATE SET
    size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns,
    content_hash = excluded.content_hash, code = excluded.code, reason = excluded.reason,
    seen_at = iif(code IS excluded.code AND reason IS excluded.reason, seen_at, excluded.seen_at)
WHERE NOT (excluded.code IS 'unreachable' AND content_hash IS NOT NULL AND code IS NULL)"""


class FileTable:
    """The write side of files, pictures, models and embeddings."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.rows = VectorRows(database)

    def record(
        self,
        files: Iterable[FileState],
        pictures: Iterable[Picture],
        model_id: int,
        embedded: Iterable[tuple[str, int]],
        written: Iterable[WrittenRows],
    ) -> None:
        """Commit files, new contents, (content hash, vector row) of what was embedded, and the rows
        that were written for it.
        """
        with self._database.transaction():
            self._upsert(files)
            for picture in pictures:
                self._record_picture(picture)
            self._database.executemany(
                "INSERT INTO embeddings (model_id, content_hash, vector_row) VALUES (?, ?, ?)",
                ((model_id, content_hash, row) for content_hash, row in embedded),
            )
            self.rows.record(model_id, written)

    def record_files(self, files: Iterable[FileState]) -> None:
        """Commit files whose contents are known already."""
        with self._database.transaction():
            self._upsert(files)

    def embedded(self, model_id: int, content_hashes: Sequence[str]) -> set[str]:
        """Which of these contents have an embedding of this model."""
        rows = self._database.query(
            "SELECT content_hash FROM embeddings WHERE model_id = ? "
            "AND content_hash IN (SELECT value FROM json_each(?))",
            (model_id, json.dumps(content_hashes)),
        )
        return {row[0] for row in rows}

    def model_of_key(self, model_key: str) -> KnownModel | None:
        """The model that a configuration led to when it was last loaded."""
        row = self._database.one(
            "SELECT m.model_id, m.fingerprint, m.dim FROM model_keys k JOIN models m "
            "USING (model_id) WHERE k.model_key = ?",
            (model_key,),
        )
        return None if row is None else KnownModel(*row)

    def newest_model(self) -> KnownModel | None:
        """The model of the newest generation."""
        row = self._database.one(
            "SELECT m.model_id, m.fingerprint, m.dim FROM generations g JOIN models m "
            "USING (model_id) ORDER BY g.generation DESC LIMIT 1"
        )
        return None if row is None else KnownModel(*row)

    def current_model(self) -> KnownModel | None:
        """The model of the generation that readers are given."""
        row = self._database.one(
            "SELECT m.model_id, m.fingerprint, m.dim FROM current JOIN generations g "
            "USING (generation) JOIN models m USING (model_id)"
        )
        return None if row is None else KnownModel(*row)

    def register_model(self, model_key: str, info: EncoderInfo) -> KnownModel:
        """Remember which model a configuration leads to."""
        known = self.model_of_key(model_key)
        if known is not None and known.fingerprint == info.fingerprint:
            return known
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO models (fingerprint, dim, info) VALUES (?, ?, ?) "
                "ON CONFLICT (fingerprint) DO UPDATE SET info = excluded.info",
                (info.fingerprint, info.dim, json.dumps(asdict(info))),
            )
            self._database.execute(
                "INSERT OR REPLACE INTO model_keys (model_key, model_id) "
                "SELECT ?, model_id FROM models WHERE fingerprint = ?",
                (model_key, info.fingerprint),
            )
        model = self.model_of_key(model_key)
        assert model is not None
        return model

    def _record_picture(self, picture: Picture) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO pictures (content_hash, width, height, format) "
            "VALUES (?, ?, ?, ?)",
            (picture.content_hash, picture.width, picture.height, picture.format),
        )
        self._database.execute(
            "INSERT OR REPLACE INTO picture_hashes (content_hash, pixel_hash, perceptual_hash) "
            "VALUES (?, ?, ?)",
            (picture.content_hash, picture.hashes.pixel_hash, picture.hashes.perceptual_hash),
        )
        if picture.facts:
            self._database.execute(
                "INSERT OR REPLACE INTO picture_facts (content_hash, facts) VALUES (?, ?)",
                (picture.content_hash, json.dumps(picture.facts)),
            )

    def _upsert(self, files: Iterable[FileState]) -> None:
        now = utc_now()
        self._database.executemany(
            _UPSERT_FILE,
            (
                (f.uri, f.size_bytes, f.mtime_ns, f.content_hash, f.code, f.reason, now)
                for f in files
            ),
        )


class KnownContents:
    """Answers, in any thread, whether a content has an embedding of one model."""

    def __init__(self, path: Path, model_id: int) -> None:
        self._pool = ReaderPool(path)
        self._model_id = model_id

    def __contains__(self, content_hash: str) -> bool:
        """Whether the embedding is committed."""
        return bool(
            self._pool.query(
                "SELECT 1 FROM embeddings WHERE model_id = ? AND content_hash = ?",
                (self._model_id, content_hash),
            )
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()
