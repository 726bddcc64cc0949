"""The file `duplicates.sqlite` of a collection: the last grouping of each mode, and decisions.

Safe to use from many threads and processes; opened when it is first needed. Finds nothing itself.
"""

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from indexer.catalog.connection import Database, Row
from indexer.config import IndexConfig
from indexer.duplicates.grouping import NearLimits
from indexer.duplicates.records import (
    Decision,
    GroupingRecord,
    Mode,
    Reason,
    StoredMember,
    Verdict,
)
from indexer.duplicates.schema import DUPLICATE_MIGRATIONS
from indexer.errors import CatalogDamagedError
from indexer.timestamps import utc_now

Pair = tuple[str, str]

_GROUPING = (
    "mode, generation, made_at, max_distance, min_score, contents, unhashed, crowded, groups, "
    "decisions_serial"
)
_MEMBER = "mode, number, place, content_hash, reason, distance, score, copies"
_DECIDE = """
INSERT INTO decisions (one, other, verdict, decided_at) VALUES (?, ?, ?, ?)
ON CONFLICT (one, other) DO UPDATE SET
    verdict = excluded.verdict, decided_at = excluded.decided_at"""
_MOVE_SERIAL = "UPDATE serial SET value = value + 1"
# Whatever the next look will bring, these two do not stand in one group any more: the worse leaves.
_TOGETHER = """
SELECT a.mode, a.number, max(a.place, b.place)
FROM members a JOIN members b USING (mode, number)
WHERE a.content_hash = ?1 AND b.content_hash = ?2"""
_LEAVE = "DELETE FROM members WHERE mode = ? AND number = ? AND place = ?"
_LEAVE_ALONE = """
DELETE FROM members WHERE mode = ?1 AND number = ?2 AND copies = 1
AND 1 = (SELECT count(*) FROM members WHERE mode = ?1 AND number = ?2)"""
_KEPT = """EXISTS (SELECT 1 FROM decisions d WHERE d.verdict = 'keep'
    AND d.one = min({one}, {other}) AND d.other = max({one}, {other}))"""
_KEPT_BESIDE_BEST = _KEPT.format(one="m.content_hash", other="best.content_hash")
_COPIES_KEPT = _KEPT.format(one="m.content_hash", other="m.content_hash")
# A group is open while anything in it is undecided.
_OPEN = f"""EXISTS (
    SELECT 1 FROM members m WHERE m.mode = best.mode AND m.number = best.number
    AND ((m.place > 0 AND NOT {_KEPT_BESIDE_BEST}) OR (m.copies > 1 AND NOT {_COPIES_KEPT})))"""
_GROUPS = "FROM members best WHERE best.mode = ? AND best.place = 0"


class DuplicateStore:
    """One process's access to what is known of a collection's duplicates."""

    def __init__(self, config: IndexConfig) -> None:
        self.path = config.duplicates_path()
        self._lock = threading.RLock()
        self._database: Database | None = None

    def grouping(self, mode: Mode) -> GroupingRecord | None:
        """The last grouping of a mode, if there is one."""
        rows = self._rows(f"SELECT {_GROUPING} FROM groupings WHERE mode = ?", (mode,))
        return _grouping(rows[0]) if rows else None

    def serial(self) -> int:
        """A number that moves when a decision changes what belongs together."""
        rows = self._rows("SELECT value FROM serial")
        return int(rows[0][0]) if rows else 0

    def replace(
        self, record: GroupingRecord, members: Iterable[tuple[int, int, StoredMember]]
    ) -> None:
        """Write a grouping, with (number, place, member) of all groups, in place of the last."""
        with self._transaction() as database:
            database.execute("DELETE FROM members WHERE mode = ?", (record.mode,))
            database.executemany(
                f"INSERT INTO members ({_MEMBER}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        record.mode,
                        number,
                        place,
                        member.content_hash,
                        member.reason,
                        member.distance,
                        member.score,
                        member.copies,
                    )
                    for number, place, member in members
                ),
            )
            database.execute(
                f"INSERT OR REPLACE INTO groupings ({_GROUPING}) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    record.mode,
                    record.generation,
                    record.made_at,
                    record.limits.max_distance,
                    record.limits.min_score,
                    record.contents,
                    record.unhashed,
                    record.crowded,
                    record.groups,
                    record.decisions_serial,
                ),
            )

    def count(self, mode: Mode, *, decided_too: bool) -> int:
        """How many groups there are; without `decided_too` only those with something undecided."""
        condition = "" if decided_too else f"AND {_OPEN}"
        rows = self._rows(f"SELECT count(*) {_GROUPS} {condition}", (mode,))
        return int(rows[0][0]) if rows else 0

    def groups(
        self, mode: Mode, limit: int, offset: int, *, decided_too: bool
    ) -> dict[int, list[StoredMember]]:
        """A page of groups by number, largest first, each with its best first."""
        condition = "" if decided_too else f"AND {_OPEN}"
        rows = self._rows(
            "SELECT number, content_hash, reason, distance, score, copies FROM members "
            "WHERE mode = ?1 AND number IN (SELECT best.number "
            f"{_GROUPS.replace('?', '?1')} {condition} ORDER BY best.number LIMIT ?2 OFFSET ?3) "
            "ORDER BY number, place",
            (mode, limit, offset),
        )
        groups: dict[int, list[StoredMember]] = {}
        for number, content_hash, reason, distance, score, copies in rows:
            member = StoredMember(content_hash, Reason(reason), distance, score, copies)
            groups.setdefault(number, []).append(member)
        return groups

    def numbers_of(self, mode: Mode, content_hashes: Iterable[str]) -> dict[str, int]:
        """The group of each of these contents that is in one."""
        return dict(
            self._rows(
                "SELECT content_hash, number FROM members WHERE mode = ? "
                "AND content_hash IN (SELECT value FROM json_each(?))",
                (mode, json.dumps(list(content_hashes))),
            )
        )

    def contents_of(self, mode: Mode, numbers: Iterable[int]) -> dict[int, list[str]]:
        """The contents of each of these groups, the best first."""
        contents: dict[int, list[str]] = {}
        for number, content_hash in self._rows(
            "SELECT number, content_hash FROM members WHERE mode = ? "
            "AND number IN (SELECT value FROM json_each(?)) ORDER BY number, place",
            (mode, json.dumps(list(numbers))),
        ):
            contents.setdefault(number, []).append(content_hash)
        return contents

    def decide(self, pairs: Iterable[Pair], verdict: Verdict) -> None:
        """Remember a verdict on pairs of contents, in place of an earlier one."""
        now = utc_now()
        with self._transaction() as database:
            before = _separated(database)
            for one, other in pairs:
                database.execute(_DECIDE, (min(one, other), max(one, other), verdict, now))
                if verdict == Verdict.NOT_A_DUPLICATE:
                    _separate(database, one, other)
            if verdict == Verdict.NOT_A_DUPLICATE or _separated(database) != before:
                database.execute(_MOVE_SERIAL)

    def forget(self, pairs: Iterable[Pair]) -> int:
        """Forget what was decided of pairs of contents. Returns how many decisions that were."""
        with self._transaction() as database:
            before = _separated(database)
            forgotten = sum(
                database.execute(
                    "DELETE FROM decisions WHERE one = ? AND other = ?",
                    (min(pair), max(pair)),
                )
                for pair in pairs
            )
            if _separated(database) != before:
                database.execute(_MOVE_SERIAL)
        return forgotten

    def decisions(
        self, limit: int = -1, offset: int = 0, verdict: Verdict | None = None
    ) -> list[Decision]:
        """Decisions in the order of their contents; without a limit all of them."""
        rows = self._rows(
            "SELECT one, other, verdict, decided_at FROM decisions "
            "WHERE ?1 IS NULL OR verdict = ?1 ORDER BY one, other LIMIT ?2 OFFSET ?3",
            (verdict, limit, offset),
        )
        return [Decision((one, other), Verdict(said), at) for one, other, said, at in rows]

    def decision_count(self) -> int:
        """How many decisions there are."""
        rows = self._rows("SELECT count(*) FROM decisions")
        return int(rows[0][0]) if rows else 0

    def kept_pairs(self, content_hashes: Sequence[str]) -> set[Pair]:
        """The pairs of these contents of which it was decided that both stay."""
        chosen = json.dumps(list(content_hashes))
        return set(
            self._rows(
                "SELECT one, other FROM decisions WHERE verdict = 'keep' "
                "AND one IN (SELECT value FROM json_each(?1)) "
                "AND other IN (SELECT value FROM json_each(?1))",
                (chosen,),
            )
        )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """All rows of one question; none while there is no file."""
        with self._lock:
            if self._database is None and not self.path.is_file():
                return []
            try:
                return list(self._opened().query(sql, parameters))
            except CatalogDamagedError:
                self.close()  # the next question finds the file that was made in its place
                raise

    @contextmanager
    def _transaction(self) -> Iterator[Database]:
        with self._lock:
            database = self._opened()
            with database.transaction():
                yield database

    def _opened(self) -> Database:
        if self._database is None:
            self._database = Database(self.path, DUPLICATE_MIGRATIONS)
        return self._database


def _separated(database: Database) -> int:
    """How many pairs were decided to be no duplicates: only these change what belongs together."""
    count: int = database.value(
        "SELECT count(*) FROM decisions WHERE verdict = ?", (Verdict.NOT_A_DUPLICATE,)
    )
    return count


def _separate(database: Database, one: str, other: str) -> None:
    for mode, number, place in list(database.query(_TOGETHER, (one, other))):
        database.execute(_LEAVE, (mode, number, place))
        database.execute(_LEAVE_ALONE, (mode, number))


def _grouping(row: Row) -> GroupingRecord:
    mode, generation, made_at, max_distance, min_score, *counts, serial = row
    contents, unhashed, crowded, groups = counts
    limits = NearLimits(max_distance, min_score)
    return GroupingRecord(
        Mode(mode), generation, made_at, limits, contents, unhashed, crowded, groups, serial
    )
