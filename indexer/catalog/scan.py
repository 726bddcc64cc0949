"""One look at the sources, compared with what is known: what must be read, what left, what stays.

The look is kept in a temporary table and compared in SQL, so memory does not grow with the number
of files. Never opens a file.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from indexer.catalog.connection import Database
from indexer.catalog.merging import add_merge_functions
from indexer.found import FoundFile
from indexer.timestamps import utc_now

# States that may pass without the file changing: they are looked at again in every run.
PASSING_CODES = ("unreadable", "not_found", "unreachable", "encode_failed")
_INSERT_ROWS = 2_000
_PAGE_ROWS = 1_000

_SCAN = """
CREATE TEMP TABLE scan (
    uri TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    size_bytes INTEGER,
    mtime_ns INTEGER,
    code TEXT,
    reason TEXT,
    captions TEXT NOT NULL,
    metadata TEXT NOT NULL,
    PRIMARY KEY (uri, source_id)
) WITHOUT ROWID"""
_INSERT = """
INSERT INTO scan VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (uri, source_id) DO UPDATE SET
    captions = merge_captions(captions, excluded.captions),
    metadata = merge_metadata(metadata, excluded.metadata)"""
# What lies below a directory or in an archive that could not be listed is taken to be as it was.
_KEEP_BELOW = """
INSERT OR IGNORE INTO scan
SELECT f.uri, l.source_id, f.size_bytes, f.mtime_ns, f.code, f.reason, l.captions, l.metadata
FROM files f JOIN listings l USING (file_id)
WHERE l.source_id = ?1 AND (f.uri > ?2 || '/' AND f.uri < ?2 || '0'
    OR f.uri > ?2 || '#/' AND f.uri < ?2 || '#0')"""
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
_DROP_LISTINGS = """
DELETE FROM listings WHERE source_id = :source_id AND file_id NOT IN (
    SELECT f.file_id FROM scan s JOIN files f USING (uri) WHERE s.source_id = :source_id)"""
_IS_PART = "(uri = ?1 OR uri > ?1 || '/' AND uri < ?1 || '0')"
_DROP_LISTINGS_OF_PART = f"""
DELETE FROM listings WHERE source_id = ?2 AND file_id IN (
    SELECT file_id FROM files f WHERE {_IS_PART}
    AND NOT EXISTS (SELECT 1 FROM scan s WHERE s.uri = f.uri AND s.source_id = ?2))"""
_DROP_UNLISTED_OF_PART = f"""
DELETE FROM files WHERE {_IS_PART}
AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.file_id = files.file_id)"""
_UPDATE_LISTINGS = """
INSERT INTO listings
SELECT s.source_id, f.file_id, s.captions, s.metadata
FROM scan s JOIN files f USING (uri) LEFT JOIN listings l USING (source_id, file_id)
WHERE l.file_id IS NULL OR l.captions <> s.captions OR l.metadata <> s.metadata
ON CONFLICT (source_id, file_id) DO UPDATE SET
    captions = excluded.captions, metadata = excluded.metadata"""
_DROP_UNLISTED_FILES = """
DELETE FROM files WHERE NOT EXISTS (SELECT 1 FROM listings l WHERE l.file_id = files.file_id)"""

_SKIPPED = """
SELECT f.code, count(DISTINCT f.file_id) FROM scan s JOIN files f USING (uri)
WHERE f.code IS NOT NULL GROUP BY f.code ORDER BY f.code"""


class Scan:
    """The files that the sources list now. Made once for a run."""

    def __init__(self, database: Database) -> None:
        self._database = database
        add_merge_functions(database)
        database.execute(_SCAN)
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
        rows = iter(files)
        while chunk := list(islice(rows, _INSERT_ROWS)):
            with self._database.transaction():
                self._database.executemany(_INSERT, (_row(file, source_id) for file in chunk))
                for file in chunk:
                    if file.hides_others:
                        self._database.execute(_KEEP_BELOW, (source_id, file.uri))
        candidates: int = self._database.value(
            "SELECT count(*) FROM scan WHERE source_id = ? AND code IS NULL", (source_id,)
        )
        return candidates

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
        count: int = self._database.value("SELECT count(DISTINCT uri) FROM scan")
        return count

    def plan(self, model_id: int | None, *, retry_skipped: bool) -> int:
        """Find the files that have to be read. Returns how many."""
        parameters = {
            "model_id": model_id,
            "retry_skipped": retry_skipped,
            "passing": json.dumps(PASSING_CODES),
        }
        with self._database.transaction():
            self._database.execute("DELETE FROM work")
            self._database.execute_named(_WORK, parameters)
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

    def synchronise(self) -> None:
        """Make the listings what the sources say now; what left is listed no more."""
        now = utc_now()
        with self._database.transaction():
            self._database.execute_named(_RECORD_REFUSED, {"now": now})
            for source_id in self._source_ids:
                self._database.execute_named(_DROP_LISTINGS, {"source_id": source_id})
                self._database.execute(
                    "UPDATE sources SET scanned_at = ? WHERE source_id = ?", (now, source_id)
                )
            self._database.executemany(_DROP_LISTINGS_OF_PART, self._parts)
            self._database.execute(_UPDATE_LISTINGS)
            if self._source_ids or not self._is_partial:
                self._database.execute(_DROP_UNLISTED_FILES)
            parts = ((part,) for part, _ in self._parts)
            self._database.executemany(_DROP_UNLISTED_OF_PART, parts)

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
        return dict(self._database.query(_SKIPPED))

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


def _row(file: FoundFile, source_id: int) -> tuple[object, ...]:
    captions = json.dumps(file.captions, ensure_ascii=False) if file.captions else "[]"
    metadata = json.dumps(file.metadata, ensure_ascii=False) if file.metadata else "{}"
    return (
        file.uri,
        source_id,
        file.size_bytes,
        file.mtime_ns,
        file.code,
        file.reason,
        captions,
        metadata,
    )
