"""What sources list, compared with what is known of it, as it is listed.

What is not as it was known goes into the temporary table `scan`; of all other files a byte is kept.
So memory and writes follow what has changed, though every file is looked at. Opens no file.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from indexer.catalog.connection import Database
from indexer.catalog.merging import add_merge_functions
from indexer.catalog.seen import SeenFiles
from indexer.found import FoundFile

_CHUNK_FILES = 2_000
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
# A file that the source lists a second time, and that was as it is known the first time.
_INSERT_KNOWN = """
INSERT OR IGNORE INTO scan
SELECT f.uri, l.source_id, f.size_bytes, f.mtime_ns, f.code, f.reason, l.captions, l.metadata
FROM files f JOIN listings l USING (file_id) WHERE f.file_id = ?1 AND l.source_id = ?2"""
_KNOWN = """
SELECT f.uri, f.file_id, f.size_bytes, f.mtime_ns, f.code, f.reason, l.captions, l.metadata,
       EXISTS (SELECT 1 FROM embeddings e
               WHERE e.model_id = ?3 AND e.content_hash = f.content_hash)
FROM json_each(?1) listed CROSS JOIN files f ON f.uri = listed.value
LEFT JOIN listings l ON l.source_id = ?2 AND l.file_id = f.file_id"""
# What lies below a directory or in an archive that could not be listed is taken to be as it was.
_BELOW = """
FROM files f JOIN listings l USING (file_id)
WHERE l.source_id = ?1 AND (f.uri > ?2 || '/' AND f.uri < ?2 || '0'
    OR f.uri > ?2 || '#/' AND f.uri < ?2 || '#0')"""
_KEEP_BELOW = f"""
INSERT OR IGNORE INTO scan
SELECT f.uri, l.source_id, f.size_bytes, f.mtime_ns, f.code, f.reason, l.captions, l.metadata
{_BELOW} AND (f.code IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM embeddings e WHERE e.model_id = ?3 AND e.content_hash = f.content_hash))"""
_SKIPPED = """
SELECT f.code, count(*) FROM files f
WHERE f.code IS NOT NULL
AND (is_seen(f.file_id) <> '' OR EXISTS (SELECT 1 FROM scan s WHERE s.uri = f.uri))
GROUP BY f.code ORDER BY f.code"""
# Files that were not known before the look.
_UNSEEN = """
SELECT count(DISTINCT s.uri) FROM scan s LEFT JOIN files f USING (uri)
WHERE f.file_id IS NULL OR is_seen(f.file_id) = ''"""

ScanRow = tuple[str, int, int | None, int | None, str | None, str | None, str, str]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a listed file; `row` as `scan` has it, without captions if unlisted."""

    file_id: int
    row: tuple[object, ...]
    is_embedded: bool

    @property
    def was_listed(self) -> bool:
        return self.row[-1] is not None

    def settles(self, row: ScanRow) -> bool:
        """Whether nothing needs to be done for a file that is found like this."""
        return self.row == row and (self.is_embedded or row[4] is not None)


class Look:
    """One look at sources. `model_id` is the model that what is known should be embedded by.

    SQL may ask `is_seen(file_id)` and `is_seen_by(source_id, file_id)`: '' means no.
    """

    def __init__(self, database: Database, model_id: int | None) -> None:
        self.model_id = model_id
        self._database = database
        self._seen: dict[int, SeenFiles] = {}  # by source
        add_merge_functions(database)
        database.add_function("is_seen", 1, self._is_seen)
        database.add_function("is_seen_by", 2, self._is_seen_by)
        database.execute(_SCAN)

    def take_in(self, source_id: int, files: Iterable[FoundFile]) -> int:
        """Compare what a source lists. Returns how many of it might be pictures."""
        seen = self.seen_of(source_id)
        rows = iter(files)
        candidates = 0
        while chunk := list(islice(rows, _CHUNK_FILES)):
            with self._database.transaction():
                self._take(chunk, source_id, seen)
                for file in chunk:
                    candidates += file.code is None
                    if file.hides_others:
                        candidates += self._keep_below(file.uri, source_id, seen)
        return candidates

    def seen_of(self, source_id: int) -> SeenFiles:
        """The known files that a source was seen to list."""
        return self._seen.setdefault(source_id, SeenFiles())

    def count(self) -> int:
        """How many files were listed, by any source."""
        seen = [one.numbers() for one in self._seen.values()]
        known = len(np.unique(np.concatenate(seen))) if seen else 0
        new: int = self._database.value(_UNSEEN)
        return known + new

    def skipped_by_code(self) -> dict[str, int]:
        """How many of the listed files are not indexed, by code."""
        return dict(self._database.query(_SKIPPED))

    def _take(self, files: Sequence[FoundFile], source_id: int, seen: SeenFiles) -> None:
        """Compare files with what is known of them; keep those that differ."""
        known = self._known(source_id, [file.uri for file in files])
        differing: list[ScanRow] = []
        for file in files:
            row, before = _row(file, source_id), known.get(file.uri)
            if before is None:
                differing.append(row)
                continue
            is_again = before.file_id in seen
            seen.add(before.file_id, was_listed=before.was_listed)
            if is_again:
                self._database.executemany(_INSERT, differing)
                differing = [row]
                self._database.execute(_INSERT_KNOWN, (before.file_id, source_id))
            elif not before.settles(row):
                differing.append(row)
        self._database.executemany(_INSERT, differing)

    def _known(self, source_id: int, uris: Sequence[str]) -> dict[str, _Known]:
        rows = self._database.query(_KNOWN, (json.dumps(uris), source_id, self.model_id))
        return {
            uri: _Known(file_id, (uri, source_id, *values), bool(is_embedded))
            for uri, file_id, *values, is_embedded in rows
        }

    def _keep_below(self, uri: str, source_id: int, seen: SeenFiles) -> int:
        """Take what is known below as it was. Returns how many of it are pictures."""
        self._database.execute(_KEEP_BELOW, (source_id, uri, self.model_id))
        kept = list(
            self._database.query(f"SELECT f.file_id, f.code IS NULL {_BELOW}", (source_id, uri))
        )
        for file_id, _ in kept:
            seen.add(file_id, was_listed=True)
        return sum(is_picture for _, is_picture in kept)

    def _is_seen(self, file_id: int) -> str:
        return "yes" if any(file_id in seen for seen in self._seen.values()) else ""

    def _is_seen_by(self, source_id: int, file_id: int) -> str:
        return "yes" if file_id in self.seen_of(source_id) else ""


def _row(file: FoundFile, source_id: int) -> ScanRow:
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
