"""One look at the sources, compared with what is known: what must be read, what left, what stays.

What is compared is what `look` has kept, so that the work follows what has changed. Never opens a
file.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from indexer.catalog.connection import Database
from indexer.catalog.look import Look
from indexer.found import FoundFile
from indexer.timestamps import utc_now

# States that may pass without the file changing: they are looked at again in every run.
PASSING_CODES = ("unreadable", "not_found", "unreachable", "encode_failed", "altered")
_PAGE_ROWS = 1_000

_IS_SETTLED = """
f.size_bytes IS s.size_bytes AND f.mtime_ns IS s.mtime_ns AND iif(
    f.code IS NULL,
    EXISTS (SELECT 1 FROM embeddings e
            WHERE e.model_id = :model_id AND e.content_hash = f.content_hash),
    NOT :retry_skipped AND f.code NOT IN (SELECT value FROM json_each(:passing)))"""
_WORK = f"""
INSERT INTO work (uri)
SELECT DISTINCT s.uri FROM scan s LEFT JOIN files f USING (uri)
WHERE s.code IS NULL AND (f.file_id IS NULL OR NOT ({_IS_SETTLED}))
ORDER BY s.uri"""
# Under another model than the one of the look, what was as it is known may have no embedding.
_WORK_OF_ANOTHER_MODEL = """
INSERT INTO work (uri)
SELECT f.uri FROM files f
WHERE f.code IS NULL AND is_seen(f.file_id) <> '' AND f.uri NOT IN (SELECT uri FROM scan)
AND NOT EXISTS (SELECT 1 FROM embeddings e
                WHERE e.model_id = ? AND e.content_hash = f.content_hash)
ORDER BY f.uri"""
_RECORD_REFUSED = """
INSERT INTO files (uri, size_bytes, mtime_ns, code, reason, seen_at)
SELECT s.uri, s.size_bytes, s.mtime_ns, s.code, s.reason, :now
FROM scan s LEFT JOIN files f USING (uri)
WHERE s.code IS NOT NULL AND NOT (s.code = 'unreachable' AND f.content_hash IS NOT NULL)
AND NOT (s.code IS f.code AND s.reason IS f.reason
    AND s.size_bytes IS f.size_bytes AND s.mtime_ns IS f.mtime_ns)
ON CONFLICT (uri) DO UPDATE SET
    size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns, content_hash = NULL,
    code = excluded.code, reason = excluded.reason, seen_at = excluded.seen_at"""
_IS_PART = "(uri = ?1 OR uri > ?1 || '/' AND uri < ?1 || '0')"
_DROP_LISTINGS_OF_PART = f"""
DELETE FROM listings WHERE source_id = ?2 AND file_id IN (
    SELECT file_id FROM files f WHERE {_IS_PART}
    AND is_seen_by(?2, f.file_id) = '')"""
_DROP_UNLISTED_OF_PART = f"""
DELETE FROM files WHERE {_IS_PART}
AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.file_id = files.file_id)"""
_UPDATE_LISTINGS = """
INSERT INTO listings (source_id, file_id, captions, metadata)
SELECT s.source_id, f.file_id, s.captions, s.metadata
FROM scan s JOIN files f USING (uri) LEFT JOIN listings l USING (source_id, file_id)
WHERE l.file_id IS NULL OR l.captions <> s.captions OR l.metadata <> s.metadata
ON CONFLICT (source_id, file_id) DO UPDATE SET
    captions = excluded.captions, metadata = excluded.metadata"""
_UNLISTED = "NOT EXISTS (SELECT 1 FROM listings l WHERE l.file_id = files.file_id)"
_DROP_UNLISTED_FILES = f"DELETE FROM files WHERE {_UNLISTED}"
# Who has no listing has lost it in this run, or was noted by one that was broken off.
_DROP_UNLISTED_LATELY = (
    f"DELETE FROM files WHERE uri IN (SELECT uri FROM touched) AND {_UNLISTED}",
    f"DELETE FROM files WHERE code IS NOT NULL AND {_UNLISTED}",
)


class Scan:
    """The files that the sources list now. Made once for a run.

    `model_id` is the model that what is known should have embeddings of.
    """

    def __init__(self, database: Database, model_id: int | None = None) -> None:
        self._database = database
        self._look = Look(database, model_id)
        database.execute("CREATE TEMP TABLE work (position INTEGER PRIMARY KEY, uri TEXT NOT NULL)")
        self._source_ids: list[int] = []
        self._parts: list[tuple[str, int]] = []
        self._is_partial = False

    def add(self, source: str, kind: str, files: Iterable[FoundFile]) -> int:
        """Take in one source's files. Returns how many of them might be pictures."""
        self._database.execute(
            "INSERT OR IGNORE INTO sources (source, kind) VALUES (?, ?)", (source, kind)
        )
        source_id: int = self._database.value(
            "SELECT source_id FROM sources WHERE source = ?", (source,)
        )
        self._source_ids.append(source_id)
        return self._look.take_in(source_id, files)

    def add_parts(
        self, source: str, kind: str, parts: Sequence[str], files: Iterable[FoundFile]
    ) -> bool:
        """Take in what a source lists at and below these URIs; the rest of it stays as it is.

        Returns whether the source still has pictures, or had none before.
        """
        whole, self._source_ids = self._source_ids, []
        candidates = self.add(source, kind, files)
        (source_id,), self._source_ids = self._source_ids, whole
        self._parts += [(part, source_id) for part in parts]
        self._is_partial = True
        if candidates or not parts:
            return True
        self._database.execute(
            "CREATE TEMP TABLE IF NOT EXISTS leaving (file_id INTEGER PRIMARY KEY)"
        )
        self._database.executemany(
            f"INSERT OR IGNORE INTO leaving SELECT file_id FROM files WHERE {_IS_PART}",
            ((part,) for part in parts),
        )
        had, has = (
            self._database.value(
                "SELECT EXISTS (SELECT 1 FROM listings l JOIN files f USING (file_id) "
                f"WHERE l.source_id = ? AND f.code IS NULL AND {condition})",
                (source_id,),
            )
            for condition in ("1", "l.file_id NOT IN (SELECT file_id FROM leaving)")
        )
        return bool(has or not had)

    def indexed_before(self, source: str) -> int:
        """How many pictures of this source were indexed when it was last synchronised."""
        count: int = self._database.value(
            "SELECT count(*) FROM listings l JOIN sources s USING (source_id) "
            "JOIN files f USING (file_id) WHERE s.source = ? AND f.code IS NULL",
            (source,),
        )
        return count

    def scanned(self) -> int:
        """How many files the sources list."""
        return self._look.count()

    def plan(self, model_id: int | None, *, retry_skipped: bool, distrusting: bool = False) -> int:
        """Find the files that have to be read. Returns how many.

        With `distrusting`, embeddings may have been forgotten since the look.
        """
        parameters = {
            "model_id": model_id,
            "retry_skipped": retry_skipped,
            "passing": json.dumps(PASSING_CODES),
        }
        with self._database.transaction():
            self._database.execute("DELETE FROM work")
            self._database.execute_named(_WORK, parameters)
            if distrusting or model_id != self._look.model_id:
                self._database.execute(_WORK_OF_ANOTHER_MODEL, (model_id,))
        return self.work_count()

    def work_count(self) -> int:
        """How many files have to be read."""
        count: int = self._database.value("SELECT count(*) FROM work")
        return count

    def drop_work(self, count: int) -> None:
        """The first so many files that have to be read are done."""
        self._database.execute("DELETE FROM work WHERE position <= ?", (count,))

    def work(self) -> Iterator[str]:
        """The URIs of the files that have to be read; the catalog may be written meanwhile."""
        position = 0
        while True:
            page = list(
                self._database.query(
                    "SELECT position, uri FROM work WHERE position > ? ORDER BY position LIMIT ?",
                    (position, _PAGE_ROWS),
                )
            )
            if not page:
                return
            position = page[-1][0]
            yield from (row[1] for row in page)

    def synchronise(self, *, thorough: bool = False) -> None:
        """Make the listings what the sources say now; what left is listed no more.

        With `thorough` all files are looked through for such as nothing lists.
        """
        now = utc_now()
        database = self._database
        with database.transaction():
            database.execute_named(_RECORD_REFUSED, {"now": now})
            gone = [self._drop_gone(source_id) for source_id in self._source_ids]
            for source_id in self._source_ids:
                database.execute(
                    "UPDATE sources SET scanned_at = ? WHERE source_id = ?", (now, source_id)
                )
            database.executemany(_DROP_LISTINGS_OF_PART, self._parts)
            database.execute(_UPDATE_LISTINGS)
            if thorough:
                database.execute(_DROP_UNLISTED_FILES)
            elif self._source_ids or not self._is_partial:
                database.executemany(
                    f"DELETE FROM files WHERE file_id = ? AND {_UNLISTED}",
                    ((file_id,) for file_ids in gone for file_id in file_ids),
                )
                for statement in _DROP_UNLISTED_LATELY:
                    database.execute(statement)
            parts = ((part,) for part, _ in self._parts)
            database.executemany(_DROP_UNLISTED_OF_PART, parts)

    def _drop_gone(self, source_id: int) -> list[int]:
        """Drop the listings of what a source lists no more. Returns whose they were."""
        seen = self._look.seen_of(source_id)
        database = self._database
        count = database.value("SELECT count(*) FROM listings WHERE source_id = ?", (source_id,))
        if count == seen.listed_before:
            return []
        rows = database.query("SELECT file_id FROM listings WHERE source_id = ?", (source_id,))
        listed = np.fromiter((row[0] for row in rows), dtype=np.int64)
        gone: list[int] = seen.missing(listed).tolist()
        database.executemany(
            "DELETE FROM listings WHERE source_id = ? AND file_id = ?",
            ((source_id, file_id) for file_id in gone),
        )
        return gone

    def lists_below(self, uri: str) -> bool:
        """Whether any known file lies in this archive."""
        return bool(
            self._database.value(
                "SELECT EXISTS (SELECT 1 FROM files WHERE uri > ?1 || '#/' AND uri < ?1 || '#0')",
                (uri,),
            )
        )

    def skipped_by_code(self) -> dict[str, int]:
        """How many of the sources' files are not indexed, by code."""
        return self._look.skipped_by_code()

    def forget_source(self, source: str) -> bool:
        """Drop a source and what it lists. Returns whether it was known."""
        row = self._database.one("SELECT source_id FROM sources WHERE source = ?", (source,))
        if row is None:
            return False
        with self._database.transaction():
            self._database.execute("DELETE FROM listings WHERE source_id = ?", row)
            self._database.execute("DELETE FROM sources WHERE source_id = ?", row)
            self._database.execute(_DROP_UNLISTED_FILES)
        return True

    def known_sources(self) -> list[str]:
        """The sources that were synchronised before, in the order in which they were added; not
        what clients put, which is looked at in every run.
        """
        rows = self._database.query(
            "SELECT source FROM sources WHERE scanned_at IS NOT NULL AND kind <> 'uploads' "
            "ORDER BY source_id"
        )
        return [row[0] for row in rows]

    def knows(self, source: str) -> bool:
        """Whether a source was synchronised before."""
        row = self._database.one(
            "SELECT 1 FROM sources WHERE source = ? AND scanned_at IS NOT NULL", (source,)
        )
        return row is not None
