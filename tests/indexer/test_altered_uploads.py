"""Bits that flip in what clients put, and in listings of shards: found, named, mended."""

import io
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.generation import open_reader
from indexer.generations import verify
from indexer.searcher import Searcher
from indexer.uploads.damage import set_altered_aside
from indexer.uploads.store import UploadStore
from tests.indexer.flips import checkpointed, flip
from tests.indexer.workbench import Workbench, draw_picture

UPLOADS = "uploads.sqlite"


def _bytes_of(bench: Workbench, name: str) -> bytes:
    return draw_picture(bench.home / "drawn.jpg", ord(name[0])).read_bytes()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A picture of a folder and three that were put, one of them with the bytes of another."""
    bench = Workbench(tmp_path_factory.mktemp("prepared"))
    bench.config = replace(bench.config, thumbnails=False)
    bench.draw("0.jpg")
    with closing(UploadStore(bench.config)) as store:
        for name in ("apple", "banana"):
            store.put(name, _bytes_of(bench, name), [f"a {name}"], {"price": 3})
        store.put("again", _bytes_of(bench, "apple"))
    bench.index()
    checkpointed(bench.config.uploads_path())
    assert verify(bench.config) == []
    return bench


@pytest.fixture
def putting(prepared: Workbench, tmp_path: Path) -> Workbench:
    """A copy of the collection."""
    copy = Workbench(tmp_path)
    copy.config = replace(copy.config, thumbnails=False)
    shutil.copytree(prepared.config.data_dir, copy.config.data_dir)
    shutil.copytree(prepared.pictures, copy.pictures, dirs_exist_ok=True)
    return copy


@pytest.fixture
def store(putting: Workbench) -> Iterator[UploadStore]:
    with closing(UploadStore(putting.config)) as opened:
        yield opened


def _shown(bench: Workbench) -> dict[str, tuple[tuple[str, ...], object]]:
    """What is searched of what was put."""
    return {
        uri.removeprefix("upload:"): (item.captions, item.metadata)
        for uri, item in bench.by_uri().items()
        if uri.startswith("upload:")
    }


def _skipped(bench: Workbench) -> dict[str, str]:
    with closing(open_reader(bench.config)) as reader:
        return {file.uri: file.code for file in reader.skipped(100, 0)}


def test_altered_bytes_are_named_go_on_record_and_a_new_put_mends_them(
    putting: Workbench, store: UploadStore
):
    before = _shown(putting)
    data = _bytes_of(putting, "apple")
    path = next(
        p for p in putting.config.uploads_dir().rglob("*") if p.is_file() and p.read_bytes() == data
    )
    flip(path, len(data) // 2)
    (finding,) = verify(putting.config)
    assert finding.file == path.name
    assert "again, apple was altered: put it again" in finding.reason
    putting.index()
    assert _shown(putting) == before  # what was embedded of it is right
    putting.index(rebuild=True)
    assert set(_shown(putting)) == {"banana"}
    assert _skipped(putting) == {"upload:again": "altered", "upload:apple": "altered"}
    assert [("is gone" in found.reason) for found in verify(putting.config)] == [True]
    assert path.with_name(f"{path.name}.damaged").is_file()
    assert store.put("apple", data).changed
    putting.index("upload:")
    assert _shown(putting) == before
    assert _skipped(putting) == {}
    assert verify(putting.config) == []
    assert not path.with_name(f"{path.name}.damaged").exists()
    assert not store.put("apple", data).changed


def test_bytes_that_cannot_be_read_are_not_put_aside(
    putting: Workbench, monkeypatch: pytest.MonkeyPatch
):
    before = {path for path in putting.config.uploads_dir().rglob("*") if path.is_file()}
    assert before

    def refuse(path: Path) -> bytes:
        raise OSError("the disk does not answer")

    noted: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        set_altered_aside(putting.config, noted.append)
    assert noted == []
    assert {path for path in putting.config.uploads_dir().rglob("*") if path.is_file()} == before


def _flip_in(path: Path, table: str, column: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)
        ).fetchone()
        (value,) = connection.execute(
            f"SELECT CAST({column} AS BLOB) FROM {table} ORDER BY image_id DESC LIMIT 1"
        ).fetchone()
    place = path.read_bytes().index(value, 4096 * (page - 1), 4096 * page)
    flip(path, place + len(value) - 2, bit=0)


@pytest.mark.parametrize("column", ["image_id", "captions", "metadata", "changed_at"])
def test_altered_row_of_what_was_put_is_named_and_taken_from_what_is_published(
    putting: Workbench, store: UploadStore, column: str
):
    before = _shown(putting)
    _flip_in(putting.config.uploads_path(), "uploads", column)
    assert {finding.file for finding in verify(putting.config)} == {UPLOADS}
    putting.index_known(rebuild=True)
    assert verify(putting.config) == []
    assert _shown(putting) == before
    assert {upload.image_id for upload in store.all()} == {"again", "apple", "banana"}
    assert store.put("cherry", _bytes_of(putting, "cherry")).changed
    putting.index("upload:")
    assert set(_shown(putting)) == {"again", "apple", "banana", "cherry"}


def test_uploads_that_sqlite_cannot_read_are_begun_anew_with_all_that_was_put(
    putting: Workbench, store: UploadStore
):
    before = _shown(putting)
    store.put("cherry", _bytes_of(putting, "cherry"))  # in no generation yet
    store.close()
    path = putting.config.uploads_path()
    checkpointed(path)
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'uploads_by_content'"
        ).fetchone()
    flip(path, 4096 * (page - 1))
    assert {finding.file for finding in verify(putting.config)} == {UPLOADS}
    putting.index_known(rebuild=True)
    assert verify(putting.config) == []
    assert set(_shown(putting)) == {*before, "cherry"}
    standing = store.standing()
    assert standing.version == standing.taken
    assert path.with_name(f"{UPLOADS}.damaged").is_file()


def test_altered_listing_of_a_shard_is_named_and_made_anew(bench: Workbench):
    bench.config = replace(bench.config, thumbnails=False)
    shard = bench.home / "shard.tar"
    with tarfile.open(shard, "w") as archive:
        for name, data in (("a.jpg", _bytes_of(bench, "a")), ("a.txt", b"a red fox")):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    bench.index(shard)
    listing = bench.config.shard_index_path(shard.as_uri())
    good = listing.read_bytes()
    for position in (good.index(b"fox"), good.index(b"a.jpg"), len(good) - 3):
        flip(listing, position, bit=0)
        assert [finding.file for finding in verify(bench.config)] == [listing.name]
        bench.index(shard)
        assert listing.read_bytes() == good
        assert verify(bench.config) == []
    with closing(Searcher.open(bench.config)) as searcher:
        assert searcher.sample(9, 0)[0].captions == ("a red fox",)
