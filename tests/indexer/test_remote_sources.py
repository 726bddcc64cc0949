"""Sources in stores: fsspec's memory file system, and a web server on loopback."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow
import pytest
from pyarrow import parquet

from indexer.errors import SourceError
from indexer.originals import Originals
from indexer.reading import UnreadableFileError
from indexer.storage import Storage, StorageError
from models.config import DecodeLimits
from tests.indexer.stores import Store, running_store
from tests.indexer.workbench import Workbench, draw_picture


def _jpeg(bench: Workbench, number: int) -> bytes:
    return draw_picture(bench.home / "drawn" / f"{number}.jpg", number).read_bytes()


def _names(bench: Workbench) -> list[str]:
    return sorted(uri.rpartition("/")[2] for uri in bench.by_uri())


def _tar(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def store() -> Iterator[Store]:
    with running_store() as running:
        yield running


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def test_folder_in_memory_is_a_source_like_any_other(bench: Workbench, memory):
    memory.pipe_file("/box/a b#%.jpg", _jpeg(bench, 1))
    memory.pipe_file("/box/sub/été.jpg", _jpeg(bench, 2))
    memory.pipe_file("/box/.hidden/c.jpg", _jpeg(bench, 3))
    memory.pipe_file("/box/notes.txt", b"text")
    memory.pipe_file("/box/empty.jpg", b"")
    summary = bench.index("memory://box")
    assert _names(bench) == ["%C3%A9t%C3%A9.jpg", "a%20b%23%25.jpg"]
    assert summary.skipped_by_code == {"empty_file": 1, "not_a_picture": 1}
    assert bench.index_known().published is False
    memory.pipe_file("/box/sub/été.jpg", _jpeg(bench, 4))
    assert bench.index_known().changed == 1
    memory.rm("/box/sub/été.jpg")
    assert bench.index_known().removed == 1
    memory.rm("/box/a b#%.jpg")
    with pytest.raises(SourceError, match="had 1 pictures and has none now"):
        bench.index_known()


def test_web_folder_is_walked_by_its_pages_and_unchanged_files_are_not_read_again(
    bench: Workbench, store: Store
):
    store.objects = {f"/p/{name}.jpg": _jpeg(bench, n) for n, name in enumerate(["a", "s/b", "c"])}
    bench.index(store.url + "/p/")
    assert _names(bench) == ["a.jpg", "b.jpg", "c.jpg"]
    store.requests.clear()
    assert bench.index_known().published is False
    assert not [line for line in store.requests if line.startswith("GET") and "jpg" in line]
    store.objects["/p/c.jpg"] = _jpeg(bench, 9)
    assert bench.index_known().changed == 1


def test_store_that_does_not_answer_takes_nothing_away(bench: Workbench, store: Store):
    names = ["/p/a.jpg", "/p/b.jpg", "/p/s/c.jpg"]
    store.objects = {name: _jpeg(bench, n) for n, name in enumerate(names)}
    bench.index(store.url + "/p/")
    store.objects["/p/new.jpg"] = _jpeg(bench, 7)
    store.broken = {"/p/a.jpg", "/p/s/", "/p/new.jpg"}
    summary = bench.index_known()
    assert (summary.removed, len(bench.by_uri())) == (0, 3)
    assert summary.skipped_by_code == {"unreachable": 2}
    store.broken = {"/p/"}
    with pytest.raises(SourceError, match=r"503.*nothing was changed"):
        bench.index_known()
    store.broken = set()
    summary = bench.index_known()
    assert (summary.new, summary.skipped, len(bench.by_uri())) == (1, 0, 4)


def test_changed_picture_that_cannot_be_read_stays_as_it_was_until_it_can(
    bench: Workbench, store: Store, monkeypatch: pytest.MonkeyPatch
):
    store.objects = {"/p/a.jpg": _jpeg(bench, 1), "/p/b.jpg": _jpeg(bench, 2)}
    bench.index(store.url + "/p/")
    before = bench.by_uri()
    store.objects["/p/a.jpg"] = _jpeg(bench, 3)
    with monkeypatch.context() as patch:

        def refuse(*_: object) -> bytes:
            raise StorageError("unreachable", "no answer in 30 s")

        patch.setattr(Storage, "read", refuse)
        assert bench.index_known().published is False
    assert bench.by_uri() == before
    assert bench.index_known().changed == 1


def test_remote_manifests_name_pictures_of_their_own_store_only(bench: Workbench, store: Store):
    store.objects = {"/d/a b.jpg": _jpeg(bench, 1), "/d/x/b.jpg": _jpeg(bench, 2)}
    outside = "http://127.0.0.2/secret.jpg"
    names = ["a b.jpg", f"{store.url}/d/x/b.jpg", outside, "gone.jpg", "../../up.jpg"]
    buffer = io.BytesIO()
    parquet.write_table(pyarrow.table({"file": names, "caption": list("abcde")}), buffer)
    store.objects["/d/m.parquet"] = buffer.getvalue()
    summary = bench.index(store.url + "/d/m.parquet")
    captions = {uri.removeprefix(store.url): i.caption for uri, i in bench.by_uri().items()}
    assert captions == {"/d/a%20b.jpg": "a", "/d/x/b.jpg": "b"}
    assert summary.skipped_by_code == {"bad_row": 2, "not_found": 1}
    local = bench.home / "m.csv"
    local.write_text(f"file\n{store.url}/d/x/b.jpg\n")
    assert bench.index(local).skipped_by_code == {"bad_row": 1}


def test_shards_in_a_store_are_listed_once_and_read_in_parts(bench: Workbench, store: Store):
    for shard in range(2):
        members = {f"{shard}{n}.jpg": _jpeg(bench, 10 * shard + n) for n in range(3)}
        store.objects[f"/s-{shard}.tar"] = _tar({**members, f"{shard}1.txt": b"one"})
    bench.index(store.url + "/s-{0..1}.tar")
    assert len(bench.by_uri()) == 6
    uri = f"{store.url}/s-1.tar#/11.jpg"
    assert bench.by_uri()[uri].captions == ("one",)
    assert Originals(bench.config).read(uri, DecodeLimits()).data == _jpeg(bench, 11)
    store.requests.clear()
    assert bench.index_known().published is False
    assert {line.partition(" ")[0] for line in store.requests} == {"HEAD"}
    store.broken = {"/s-0.tar"}
    summary = bench.index_known()
    assert (summary.removed, summary.skipped_by_code) == (0, {"unreachable": 1})


def test_reads_end_at_the_limit_and_requests_at_their_time(store: Store, bench: Workbench):
    store.objects = {"/a.jpg": b"x" * 10_000, "/slow.jpg": b"x"}
    assert Storage().read(store.url + "/a.jpg", 9_990, 20_000) == b"x" * 10
    with pytest.raises(UnreadableFileError, match="more than 100 bytes"):
        Originals(bench.config).read(store.url + "/a.jpg", DecodeLimits(max_bytes=100))
    assert not [line for line in store.requests[1:] if line.startswith("GET")]
    store.silent = {"/slow.jpg"}
    with pytest.raises(StorageError, match=r"no answer in 0\.2 s") as caught:
        Storage(request_timeout_s=0.2).read(store.url + "/slow.jpg", 0, 10)
    assert caught.value.code == "unreachable"


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("nonsense://x/y", "nothing is known that opens this"),
        ("memory://nowhere/at/all", "there is no such file"),
        ("simplecache::memory://x", "chains of stores"),
        ("memory://x-{1..2}.csv", "only .tar shards"),
    ],
)
def test_uri_that_leads_nowhere_is_refused_in_words(bench: Workbench, memory, uri: str, reason):
    with pytest.raises(SourceError, match=reason):
        bench.index(uri)
    assert not list(Path(bench.config.data_dir).rglob("manifest.json"))
