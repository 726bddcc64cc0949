"""Staging of touched files against a version that looks at every file, over random histories."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from indexer.catalog import publication, retention
from indexer.catalog.connection import Database
from indexer.catalog.files import FileState, FileTable
from indexer.catalog.records import GenerationRecord, IndexFile, IndexLayout
from indexer.catalog.scan import Scan
from indexer.catalog.staging import Staging
from indexer.found import FoundFile
from indexer.vector_store import WrittenRows
from tests.indexer.full_staging import FullStaging, stage_in_full

SOURCES = ("file:///a", "file:///b", "file:///m.csv")
NAMES = [f"file:///pictures/{number}.jpg" for number in range(14)]
CONTENTS = [f"content{number}" for number in range(10)]
ROUNDS = 40
SEGMENT_ROWS = 4


class History:
    """A catalog whose sources change at random; runs may end anywhere."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.rng = random.Random(seed)
        self.looks = random.Random(seed)
        self.listed: dict[str, dict[str, FoundFile]] = {source: {} for source in SOURCES}
        self.model_id = 1
        self.database = Database(path)
        for model_id in (1, 2):
            self.database.execute(
                "INSERT INTO models (model_id, fingerprint, dim, info) VALUES (?, ?, 8, '{}')",
                (model_id, f"model{model_id}"),
            )

    def change(self) -> None:
        """A few files come, go, move, are edited or described anew."""
        rng = self.rng
        for _ in range(rng.randint(0, 4)):
            files = self.listed[rng.choice(SOURCES)]
            name = rng.choice(NAMES)
            action = rng.random()
            if action < 0.25:
                files.pop(name, None)
            elif action < 0.45 and files:
                moved = rng.choice(sorted(files))
                files[name] = _found(name, files.pop(moved).size_bytes or 0, rng)
            else:
                files[name] = _found(name, rng.randrange(len(CONTENTS)), rng)

    def look(self) -> Scan:
        """Scan some sources and bring in what has to be read, but for a part of it perhaps."""
        scan = Scan(self.database, self.looks.choice((None, self.model_id, self.model_id)))
        for source in self.rng.sample(SOURCES, self.rng.randint(1, 3)):
            scan.add(source, "folder", self.listed[source].values())
        scan.plan(self.model_id, retry_skipped=self.rng.random() < 0.3)
        work = list(scan.work())
        sizes = {f.uri: f.size_bytes for files in self.listed.values() for f in files.values()}
        for uri in work:
            self._read(uri, sizes[uri] or 0)
        return scan

    def _read(self, uri: str, number: int) -> None:
        rng, table = self.rng, FileTable(self.database)
        content = CONTENTS[number]
        if rng.random() < 0.1:
            table.record_files([FileState(uri, number, rng.randrange(2), None, "corrupt", "bad")])
            return
        table.record_files([FileState(uri, number, rng.randrange(2), content)])
        self.database.execute(
            "INSERT OR REPLACE INTO pictures (content_hash, width, height, format) "
            "VALUES (?, ?, 3, 'JPEG')",
            (content, rng.choice((3, 4))),
        )
        if not table.embedded(self.model_id, [content]):
            self.database.execute(
                "INSERT INTO embeddings (model_id, content_hash, vector_row) VALUES (?, ?, ?)",
                (self.model_id, content, table.rows.next_row(self.model_id)),
            )
            with self.database.transaction():
                written = WrittenRows(table.rows.next_row(self.model_id), 1, None)
                table.rows.record(self.model_id, [written])

    def disturb(self) -> None:
        """Lose a segment, change the model, forget a source, or drop old generations."""
        rng = self.rng
        if rng.random() < 0.1:
            first = rng.randrange(3) * SEGMENT_ROWS
            FileTable(self.database).rows.forget(self.model_id, first, SEGMENT_ROWS)
        if rng.random() < 0.1:
            self.model_id = 3 - self.model_id
        if rng.random() < 0.1:
            source = rng.choice(SOURCES)
            Scan(self.database).forget_source(source)
            self.listed[source] = {}
            self.reopen()
        kept = retention.kept_generations(self.database)
        if len(kept) > 3:
            retention.drop_generations(self.database, kept[:-3])

    def reopen(self) -> None:
        """As after a crash: what was committed is there, the rest is not."""
        self.database.close()
        self.database = Database(self.path)

    def publish(self) -> tuple[FullStaging, Staging]:
        """Publish what is staged; the counts must be those of the slow way."""
        database = self.database
        full = stage_in_full(database, self.model_id)
        newest = FileTable(database).newest_model()
        everything = newest is None or newest.model_id != self.model_id
        staging = Staging(database, self.model_id, everything=everything)
        assert staging.prepare() == full.differences
        staging.assign_ids()
        number = publication.newest_generation(database) + 1
        layout = IndexLayout((IndexFile("", "exact", 0, 0, ""),))
        count = full.differences.item_count
        record = GenerationRecord(number, "now", "", 8, count, {}, layout, {})
        publication.publish_staged(database, record, self.model_id)
        return full, staging


def _found(uri: str, size: int, rng: random.Random) -> FoundFile:
    captions = tuple(rng.sample(["one", "two", "three"], rng.randint(0, 2)))
    metadata = {name: rng.randrange(2) for name in rng.sample("xyz", rng.randint(0, 2))}
    return FoundFile(uri, size, rng.randrange(2), captions=captions, metadata=dict(metadata))


def _plain(captions: str, metadata: str) -> tuple[object, object]:
    return json.loads(captions), json.loads(metadata)


@pytest.mark.parametrize("seed", range(4))
def test_touched_files_give_what_all_files_give_over_a_random_history(tmp_path: Path, seed: int):
    history = History(tmp_path / "catalog.sqlite", seed)
    seen = set()
    for _ in range(ROUNDS):
        history.change()
        history.disturb()
        scan = history.look()
        if history.rng.random() < 0.2:
            history.reopen()  # a run that died before it synchronised
            continue
        scan.synchronise()
        if history.rng.random() < 0.2:
            history.reopen()  # and one that died before it published
            continue
        full, staging = history.publish()
        seen |= {name for name in full.differences.__slots__ if getattr(full.differences, name)}
        _assert_published(history.database, full, staging)
        history.reopen()
    assert seen == set(full.differences.__slots__)  # the history had everything in it


def _assert_published(database: Database, full: FullStaging, staging: Staging) -> None:
    rows = {
        uri: (source, content, size, width, height, kind, *_plain(captions, metadata), row)
        for uri, source, content, size, width, height, kind, captions, metadata, row in (
            database.query(
                "SELECT uri, source, content_hash, size_bytes, width, height, format, captions, "
                "metadata, vector_row FROM items WHERE last_gen IS NULL"
            )
        )
    }
    expected = {
        uri: (*facts[1:7], *_plain(str(facts[7]), str(facts[8])), facts[9])
        for uri, facts in full.facts.items()
    }
    assert rows == expected
    named = list(database.query("SELECT uri, image_id, item_id FROM items WHERE last_gen IS NULL"))
    ids = {uri: image_id for uri, image_id, _ in named}
    numbers = {uri: item_id for uri, _, item_id in named}
    assert ids == full.ids
    assert {uri: numbers[uri] for uri in full.kept} == full.kept
    assert len({*numbers.values()} - {*full.kept.values()}) == len(full.facts) - len(full.kept)
    assert database.value("SELECT count(*) FROM touched") == 0
    staged = staging.new_vectors()
    assert {*staged.ids.tolist()} == {*numbers.values()} - {*full.kept.values()}


class _Plans:
    """How SQLite goes about every statement of one database."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps: set[str] = set()
        for name in ("execute", "query"):
            monkeypatch.setattr(database, name, self._noting(database, getattr(database, name)))

    def _noting(self, database: Database, real: Callable[..., Any]) -> Callable[..., Any]:
        def noting(sql: str, parameters: Sequence[object] = ()) -> Any:
            if " AS SELECT" in " ".join(sql.split()) or not sql.strip().startswith(
                ("CREATE", "DROP")
            ):
                plan = Database.query(database, f"EXPLAIN QUERY PLAN {sql}", parameters)
                self.steps |= {step for *_, step in plan}
            return real(sql, parameters)

        return noting

    def scanned(self) -> set[str]:
        """The tables that were read from end to end, by name or alias."""
        return {step.split()[1] for step in self.steps if step.startswith("SCAN")}


def test_publishing_reads_no_table_of_the_collection_from_end_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    history = History(tmp_path / "catalog.sqlite", 1)
    for number, name in enumerate(NAMES[:10]):
        for files in history.listed.values():
            files[name] = FoundFile(name, number, 0)
    history.look().synchronise()
    for _ in range(2):
        history.publish()
    database = history.database
    database.execute("DELETE FROM files WHERE uri = ?", (NAMES[0],))
    database.execute("UPDATE files SET uri = ? WHERE uri = ?", ("file:///moved", NAMES[1]))
    plans = _Plans(database, monkeypatch)
    staging = Staging(database, 1)
    assert staging.prepare().renamed == 1
    staging.assign_ids()
    staging.vector_rows_of(staging.closed())
    staging.captions(staging.new_vectors().ids.tolist())
    FileTable(database).newest_model()
    record = GenerationRecord(
        3, "now", "", 8, 9, {}, IndexLayout((IndexFile("", "", 0, 0, ""),)), {}
    )
    publication.publish_staged(database, record, 1)
    assert retention.drop_generations(database, [1, 2])
    retention.drop_unused_models(database, 1)
    assert plans.scanned() >= {"scope", "wanted", "forgotten"}
    large = {"items", "files", "listings", "embeddings", "pictures", "picture_hashes"}
    assert not plans.scanned() & (large | set("ifleph"))


def test_staging_reads_only_what_was_touched(tmp_path: Path):
    history = History(tmp_path / "catalog.sqlite", 0)
    for number, name in enumerate(NAMES[:10]):
        history.listed[SOURCES[0]][name] = FoundFile(name, number, 0)
    history.look().synchronise()
    history.publish()
    history.reopen()
    table = FileTable(history.database)
    table.record_files([FileState(NAMES[0], 0, 7, CONTENTS[0])])  # another time, nothing else
    assert history.database.value("SELECT count(*) FROM touched") == 0
    table.record_files([FileState(NAMES[1], 1, 0, CONTENTS[0])])
    staging = Staging(history.database, 1, everything=False)
    assert staging.prepare().unchanged == len(history.listed[SOURCES[0]]) - 1
    assert history.database.value("SELECT count(*) FROM wanted") == 1
