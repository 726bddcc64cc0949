"""Pictures that clients put: beside those of folders, whatever runs, whatever is restored."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.errors import ConfigError, ImageNotFoundError, SourceError
from indexer.generations import roll_back, verify
from indexer.originals import Originals
from indexer.reading import UnreadableFileError
from indexer.searcher import Searcher
from indexer.uploads.naming import UPLOADS
from indexer.uploads.store import UploadStore
from models.config import DecodeLimits
from tests.indexer.workbench import EVERYTHING, CountingEncoder, Workbench, draw_picture

ROUNDS = 16


@pytest.fixture
def store(bench: Workbench) -> Iterator[UploadStore]:
    bench.config = replace(bench.config, thumbnails=False)  # drawing them imports torch
    with closing(UploadStore(bench.config)) as opened:
        yield opened


def _jpeg(bench: Workbench, number: int) -> bytes:
    return draw_picture(bench.home / "drawn" / f"{number}.jpg", number).read_bytes()


def _files(bench: Workbench) -> set[str]:
    return {path.name for path in bench.config.uploads_dir().rglob("*") if path.is_file()}


def _put_ones(bench: Workbench) -> dict[str, tuple[bytes, tuple[str, ...], object]]:
    """What is searched of them: id → bytes, captions, metadata."""
    with closing(Searcher.open(bench.config)) as searcher:
        return {
            item.image_id: (
                searcher.originals.read_upload(item.content_hash, DecodeLimits()).data,
                item.captions,
                item.metadata,
            )
            for item in searcher.sample(EVERYTHING, 0)
            if item.source == UPLOADS
        }


def test_what_was_put_is_what_is_searched_whatever_was_done_and_whoever_indexed(
    bench: Workbench, store: UploadStore
):
    """Against a dict: puts, changes, removals and folder changes in any order, between runs of any
    kind.
    """
    rng = random.Random(5)
    wanted: dict[str, tuple[bytes, tuple[str, ...], object]] = {}
    bench.draw("0.jpg", "1.jpg")
    for round_number in range(ROUNDS):
        for _ in range(rng.randrange(4)):
            image_id = rng.choice("abcdef")
            if rng.random() < 0.3 and image_id in wanted:
                store.remove(image_id)
                del wanted[image_id]
            elif rng.random() < 0.3 and image_id in wanted:
                said = (f"said {round_number}",)
                assert store.put(image_id, None, captions=said).upload.captions == said
                wanted[image_id] = (wanted[image_id][0], said, wanted[image_id][2])
            else:
                data = _jpeg(bench, rng.randrange(8))
                store.put(image_id, data, (), {"round": round_number})
                wanted[image_id] = (data, (), {"round": round_number})
        if rng.random() < 0.5:
            bench.draw(f"{rng.randrange(6)}.jpg")
        runs = [
            lambda: bench.index(UPLOADS),
            bench.index,
            bench.index_known,
            lambda: bench.index(rebuild=True),
        ]
        rng.choice(runs)() if round_number else bench.index()
        assert _put_ones(bench) == wanted
        assert store.standing().taken == store.standing().version
    assert verify(bench.config) == []


def test_taking_in_one_picture_looks_at_no_other(bench: Workbench, store: UploadStore):
    bench.draw("a.jpg")
    bench.index()
    for number in range(3):
        store.put(f"p{number}", _jpeg(bench, number))
    bench.index(UPLOADS)
    bench.encoder.prepared = 0
    bench.draw("b.jpg")
    store.put("p3", _jpeg(bench, 3))
    summary = bench.index(UPLOADS)
    assert (summary.scanned, summary.new, bench.encoder.prepared) == (1, 1, 1)
    assert bench.index(UPLOADS).published is False
    assert bench.index().new == 1


def test_put_again_changes_what_differs_and_only_that(bench: Workbench, store: UploadStore):
    first = store.put("cat", _jpeg(bench, 1), ["a cat"], {"year": 2020})
    assert (first.created, first.changed, first.published_in) == (True, True, None)
    again = store.put("cat", _jpeg(bench, 1), ["a cat"], {"year": 2020})
    assert (again.created, again.changed, again.published_in) == (False, False, None)
    bench.index(UPLOADS)
    again = store.put("cat", _jpeg(bench, 1))
    assert (again.changed, again.published_in) == (False, 1)
    assert store.put("cat", None, captions=["our cat"]).changed
    bench.encoder.prepared = 0
    assert bench.index(UPLOADS).metadata_changed == 1
    assert bench.encoder.prepared == 0
    assert _put_ones(bench) == {"cat": (_jpeg(bench, 1), ("our cat",), {"year": 2020})}
    store.put("cat", _jpeg(bench, 2))
    assert bench.index(UPLOADS).changed == 1
    assert _put_ones(bench)["cat"] == (_jpeg(bench, 2), ("our cat",), {"year": 2020})


def test_equal_bytes_under_two_ids_stay_two_pictures_and_no_id_wanders(
    bench: Workbench, store: UploadStore
):
    bench.draw("a.jpg")
    data = (bench.pictures / "a.jpg").read_bytes()
    store.put("one", data)
    bench.index()
    store.remove("one")
    store.put("two", data)
    (bench.pictures / "a.jpg").rename(bench.pictures / "b.jpg")
    before = bench.by_uri()
    bench.index()
    after = bench.by_uri()
    assert {item.image_id for uri, item in after.items() if uri.startswith(UPLOADS)} == {"two"}
    kept = [item.image_id for uri, item in before.items() if uri.endswith("a.jpg")]
    assert [item.image_id for uri, item in after.items() if uri.endswith("b.jpg")] == kept


def test_id_that_a_folder_would_give_stays_with_whom_it_was_given_to(
    bench: Workbench, store: UploadStore
):
    bench.draw("a.jpg")
    bench.index()
    (folders_id,) = (item.image_id for item in bench.by_uri().values())
    (bench.pictures / "a.jpg").rename(bench.home / "a.jpg")
    bench.index(allow_empty=True)
    store.put(folders_id, _jpeg(bench, 1))
    (bench.home / "a.jpg").rename(bench.pictures / "a.jpg")
    bench.index()
    ids = {uri: item.image_id for uri, item in bench.by_uri().items()}
    assert ids.pop(UPLOADS + folders_id) == folders_id
    assert folders_id not in ids.values()
    assert len(ids) == 1


def test_bytes_stay_as_long_as_a_kept_generation_shows_them(bench: Workbench, store: UploadStore):
    store.put("cat", _jpeg(bench, 1))
    bench.index(UPLOADS)
    old = _files(bench)
    store.put("cat", _jpeg(bench, 2))
    for number in range(bench.config.kept_generations - 1):
        bench.index(UPLOADS)
        assert old <= _files(bench)
        store.put("other", _jpeg(bench, 10 + number))
    bench.index(UPLOADS)
    assert not old & _files(bench)
    store.put("unseen", _jpeg(bench, 3))
    store.remove("unseen")
    store.remove("unseen")
    left_behind = bench.config.upload_path("ab" * 20)
    left_behind.parent.mkdir(exist_ok=True)
    left_behind.write_bytes(b"of a put that was killed")
    bench.index(UPLOADS)
    assert left_behind.exists()
    bench.index(UPLOADS, rebuild=True)
    shown = {item.content_hash for item in bench.by_uri().values()}
    assert shown <= _files(bench)
    assert left_behind.name not in _files(bench)
    with pytest.raises(ImageNotFoundError):
        store.remove("unseen")


def test_pictures_survive_roll_back_rebuild_another_model_and_a_lost_catalog(
    bench: Workbench, store: UploadStore
):
    bench.draw("a.jpg")
    bench.index()
    store.put("cat", _jpeg(bench, 1), ["a cat"])
    bench.index(UPLOADS)
    cat = _put_ones(bench)
    roll_back(bench.config)
    assert _put_ones(bench) == {}
    assert bench.index_known().published is False
    store.put("dog", _jpeg(bench, 2))
    bench.index(UPLOADS)
    assert _put_ones(bench).keys() == {"cat", "dog"}
    # Another model: one picture that is put has everything embedded with it.
    bench.encoder, bench.model_key = CountingEncoder(dim=16, seed=9), "other"
    store.put("cow", _jpeg(bench, 3))
    bench.index(UPLOADS)
    assert len(bench.by_uri()) == 4
    bench.config.catalog_path().write_bytes(b"no database" * 1000)
    bench.index(rebuild=True)
    assert len(bench.by_uri()) == 4
    assert _put_ones(bench)["cat"] == cat["cat"]


def test_altered_and_lost_bytes_are_named_and_never_taken_for_the_picture(
    bench: Workbench, store: UploadStore
):
    for number, name in enumerate(["altered", "lost", "whole"]):
        store.put(name, _jpeg(bench, number))
    altered, lost = (store.get(name) for name in ("altered", "lost"))
    assert altered is not None
    assert lost is not None
    bench.config.upload_path(str(altered.content_hash)).write_bytes(_jpeg(bench, 9))
    bench.config.upload_path(str(lost.content_hash)).unlink()
    summary = bench.index(UPLOADS)
    assert summary.skipped_by_code == {"altered": 1, "not_found": 1}
    assert _put_ones(bench).keys() == {"whole"}
    with pytest.raises(UnreadableFileError, match="not those that were put"):
        Originals(bench.config).read(UPLOADS + "altered", DecodeLimits())
    store.put("altered", _jpeg(bench, 0))  # the same picture again makes it whole
    assert Originals(bench.config).read(UPLOADS + "altered", DecodeLimits()).data == _jpeg(bench, 0)


def test_collection_whose_store_of_uploads_is_gone_is_not_emptied_by_accident(
    bench: Workbench, store: UploadStore
):
    store.put("cat", _jpeg(bench, 1))
    bench.draw("a.jpg")
    bench.index()
    store.close()
    shutil.rmtree(bench.config.uploads_dir())
    for path in Path(bench.config.collection_dir()).glob("uploads.sqlite*"):
        path.unlink()
    with pytest.raises(SourceError, match="with it 1 pictures"):
        bench.index()
    assert bench.index(allow_empty=True).removed == 1


@pytest.mark.parametrize("image_id", ["", ".", "..", "a/b", "../a", "é", "a b", "x" * 65, "-a"])
def test_id_that_could_be_a_path_or_needs_escaping_is_refused(
    bench: Workbench, store: UploadStore, image_id: str
):
    with pytest.raises(ConfigError, match="cannot name a picture"):
        store.put(image_id, _jpeg(bench, 1))
    assert not bench.config.uploads_dir().exists()


def test_put_is_durable_before_it_returns(bench: Workbench, store: UploadStore, monkeypatch):
    """The bytes before the row, both before the answer."""
    store.put("dog", _jpeg(bench, 2))  # the files are there
    steps: list[str] = []
    real_write = UploadStore._write

    def write(*arguments, **named):
        steps.append("row")
        return real_write(*arguments, **named)

    monkeypatch.setattr("indexer.uploads.contents.os.fsync", lambda _: steps.append("bytes"))
    monkeypatch.setattr(
        "indexer.uploads.contents.sync_directory", lambda path: steps.append(path.name)
    )
    monkeypatch.setattr(UploadStore, "_write", write)
    upload = store.put("cat", _jpeg(bench, 1)).upload
    prefix = str(upload.content_hash)[:2]
    assert steps == ["bytes", prefix, "uploads", "default", "row"]
    with closing(sqlite3.connect(bench.config.uploads_path())) as other:
        assert other.execute("SELECT count(*) FROM uploads").fetchone() == (2,)
