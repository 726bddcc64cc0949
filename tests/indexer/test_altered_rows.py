"""Bits that flip in rows, thumbnails and the files beside the catalog: found, named, mended."""

import json
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from app.picture_files import stored_thumbnail
from indexer.catalog.schema_digests import TABLES
from indexer.duplicates.records import Mode, Verdict
from indexer.duplicates.store import DuplicateStore
from indexer.filters.parsing import parse_filter
from indexer.generations import verify
from indexer.jobs.board import JobBoard
from indexer.jobs.records import JobParameters
from indexer.ranking import Mode as Ranking
from indexer.searcher import Searcher
from tests.indexer.flips import checkpointed, contents_of, flip
from tests.indexer.workbench import Workbench, draw_picture

CATALOG = "catalog.sqlite"
# SQLite itself finds that these are not what their index says.
_INDEXED = {("files", "uri"), ("files", "content_hash"), ("sources", "source")}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """Four pictures with words, metadata and EXIF, and one that left; copied by tests."""
    bench = Workbench(tmp_path_factory.mktemp("prepared"))
    for number in range(5):
        path = draw_picture(bench.pictures / f"{number}.jpg", number)
        with Image.open(path) as image:
            exif = image.getexif()
            exif[0x0110] = f"Camera {number}"
            image.save(path, "JPEG", exif=exif, quality=90)
    for count in (5, 4):
        rows = [
            {"file": f"pictures/{n}.jpg", "caption": f"dog w{n} runs", "place": {"name": [f"x{n}"]}}
            for n in range(count)
        ]
        manifest = bench.home / "manifest.jsonl"
        manifest.write_text("\n".join(map(json.dumps, rows)))
        bench.index(manifest)
    checkpointed(bench.config.catalog_path())
    assert verify(bench.config) == []
    return bench


@pytest.fixture
def captioned(prepared: Workbench, tmp_path: Path) -> Workbench:
    """A copy of the collection, of the same pictures."""
    copy = Workbench(tmp_path)
    shutil.copytree(prepared.config.data_dir, copy.config.data_dir)
    return copy


def _flip_in_row(path: Path, table: str, column: str) -> bytes:
    """Flip a bit of a stored value, in the file itself. Returns what stood there."""
    with closing(sqlite3.connect(path)) as connection:
        page = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)
        ).fetchone()[0]
        (value,) = connection.execute(
            f"SELECT CAST({column} AS BLOB) FROM {table} WHERE {column} IS NOT NULL LIMIT 1"
        ).fetchone()
    size = 4096
    place = path.read_bytes().index(value, size * (page - 1), size * page)
    flip(path, place + len(value) - 1, bit=0)
    return bytes(value)


def _as_before(bench: Workbench) -> tuple[object, ...]:
    """What people find by filter and by word, and what they are told of it."""
    searcher = Searcher.open(bench.config)
    try:
        red = bench.encoder.encode_text(["red"])
        chosen = parse_filter("place.name = x1 and camera contains camera")
        by_word = searcher.find(red, 9, words="w2", mode=Ranking.KEYWORD)
        return (
            [hit.item.path.name for hit in (*searcher.search(red, 9, chosen)[0], *by_word)],
            [
                (name, item.image_id, item.captions, item.metadata, item.facts)
                for name, item in sorted(bench.items().items())
            ],
        )
    finally:
        searcher.close()


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("files", "uri"),
        ("files", "content_hash"),
        ("listings", "captions"),
        ("pictures", "content_hash"),
        ("pictures", "format"),
        ("picture_hashes", "pixel_hash"),
        ("picture_facts", "facts"),
        ("item_facts", "facts"),
        ("embeddings", "content_hash"),
        ("sources", "source"),
        ("models", "info"),
        ("model_keys", "model_key"),
        ("metadata_values", "value"),
        ("metadata_fields", "name"),
    ],
)
def test_flipped_bit_in_a_row_is_found_and_mended_by_one_rebuild(
    captioned: Workbench, table: str, column: str
):
    before = _as_before(captioned)
    _flip_in_row(captioned.config.catalog_path(), table, column)
    findings = verify(captioned.config)
    assert {finding.file for finding in findings} == {CATALOG}
    if (table, column) not in _INDEXED and table in {digested.name for digested in TABLES}:
        assert any(f"of {table} was altered" in finding.reason for finding in findings)
    assert captioned.index_known(rebuild=True).published
    assert verify(captioned.config) == []
    assert _as_before(captioned) == before


def test_flipped_bits_anywhere_in_a_catalog_are_found_or_mean_nothing(captioned: Workbench):
    path = captioned.config.catalog_path()
    good, meaning = path.read_bytes(), contents_of(path)
    rng = random.Random(5)
    found = 0
    for position in rng.sample([place for place, byte in enumerate(good) if byte], 40):
        flip(path, position, bit=rng.randrange(8))
        findings = verify(captioned.config)
        assert findings or contents_of(path) == meaning
        found += bool(findings)
        for beside in path.parent.glob(f"{CATALOG}-*"):
            beside.unlink()
        path.write_bytes(good)
    assert found > 10


def test_flipped_bit_in_a_thumbnail_is_named_never_served_and_mended(captioned: Workbench):
    item = captioned.items()["2.jpg"]
    path = captioned.config.thumbnail_path(item.content_hash)
    good = path.read_bytes()
    assert stored_thumbnail(path) == good
    for position in (2, 5, 9, 30, len(good) // 2, len(good) - 1):
        flip(path, position)
        assert stored_thumbnail(path) is None
        assert [finding.file for finding in verify(captioned.config)] == [path.name]
        flip(path, position)
    path.write_bytes(
        captioned.config.thumbnail_path(captioned.items()["1.jpg"].content_hash).read_bytes()
    )
    assert [finding.file for finding in verify(captioned.config)] == [path.name]
    captioned.index_known(rebuild=True)
    assert verify(captioned.config) == []
    assert path.read_bytes() == good


@pytest.mark.parametrize("column", ["one", "decided_at"])
def test_flipped_bit_in_what_was_decided_of_duplicates_is_found_and_only_that_is_forgotten(
    captioned: Workbench, column: str
):
    with closing(DuplicateStore(captioned.config)) as store:
        store.decide([("aaaa", "bbbb"), ("cccc", "dddd")], Verdict.KEEP)
    checkpointed(captioned.config.duplicates_path())
    _flip_in_row(captioned.config.duplicates_path(), "decisions", column)
    findings = verify(captioned.config)
    assert {finding.file for finding in findings} == {"duplicates.sqlite"}
    captioned.index_known(rebuild=True)
    assert verify(captioned.config) == []
    with closing(DuplicateStore(captioned.config)) as store:
        (kept,) = store.decisions()
    assert kept.contents in (("aaaa", "bbbb"), ("cccc", "dddd"))


@pytest.mark.parametrize("table", ["decisions_by_other", "members"])
def test_duplicates_that_cannot_be_read_are_begun_anew_with_the_decisions(
    captioned: Workbench, table: str
):
    path = captioned.config.duplicates_path()
    with closing(DuplicateStore(captioned.config)) as store:
        store.decide([("aaaa", "bbbb")], Verdict.NOT_A_DUPLICATE)
    checkpointed(path)
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)
        ).fetchone()
    flip(path, 4096 * (page - 1))
    assert {finding.file for finding in verify(captioned.config)} == {path.name}
    captioned.index_known(rebuild=True)
    assert verify(captioned.config) == []
    with closing(DuplicateStore(captioned.config)) as store:
        assert store.decision_count() == 1
        assert store.grouping(Mode.NEAR) is None
    assert path.with_name(f"{path.name}.damaged").is_file()


def test_jobs_that_cannot_be_read_are_found_and_what_can_be_read_is_taken_over(
    captioned: Workbench,
):
    data_dir = captioned.config.data_dir
    with closing(JobBoard(data_dir)) as board:
        job = board.add(JobParameters(collection="default"))
    path = data_dir / "jobs.sqlite"
    checkpointed(path)
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'jobs_by_state'"
        ).fetchone()
    flip(path, 4096 * (page - 1))
    assert {finding.file for finding in verify(captioned.config)} == {path.name}
    captioned.index_known(rebuild=True)
    assert verify(captioned.config) == []
    with closing(JobBoard(data_dir)) as board:
        assert board.job(job.job_id).state == "queued"
