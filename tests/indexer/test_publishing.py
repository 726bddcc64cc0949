"""Generations: kept, pruned, held open, damaged, rebuilt, of another model; one indexer at once."""

import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from indexer import index_files
from indexer.catalog.connection import Database
from indexer.errors import (
    CollectionBusyError,
    FingerprintMismatchError,
    GenerationDamagedError,
    NoGenerationError,
)
from indexer.generation import open_reader, verify_generation
from indexer.searcher import Searcher, current_generation
from models.encoder import Encoder
from tests.indexer.workbench import CountingEncoder, Workbench, draw_picture


def _publish(bench: Workbench, count: int) -> None:
    """So many generations, each with one picture more."""
    for _ in range(count):
        number = len(list(bench.pictures.iterdir()))
        draw_picture(bench.pictures / f"{number}.jpg", number)
        bench.index()


def _directories(bench: Workbench) -> list[str]:
    return sorted(path.name for path in bench.config.generations_dir().iterdir())


def test_last_three_generations_are_kept_and_older_ones_dropped(bench: Workbench):
    _publish(bench, 5)
    assert _directories(bench) == ["000003", "000004", "000005"]
    assert [len(Searcher.open(bench.config, n).sample(99, 0)) for n in (3, 4, 5)] == [3, 4, 5]
    with pytest.raises(NoGenerationError):
        Searcher.open(bench.config, 2)


def test_generation_that_is_open_survives_any_number_of_others(bench: Workbench):
    _publish(bench, 1)
    searcher = Searcher.open(bench.config)
    item = searcher.sample(1, 0)[0]
    (bench.pictures / "0.jpg").unlink()
    draw_picture(bench.pictures / "x.jpg", 1)
    bench.index()
    _publish(bench, 4)
    hits = searcher.search(searcher.embedding(item.image_id), 10)[0]
    assert [hit.item for hit in hits] == [item]
    assert "000001" in _directories(bench)
    searcher.close()
    _publish(bench, 1)
    assert "000001" not in _directories(bench)


def test_contents_that_no_generation_holds_are_forgotten_with_their_thumbnails(bench: Workbench):
    bench.draw("keep.jpg", "gone.jpg")
    bench.index()
    items = bench.items()
    thumbnails = {n: bench.config.thumbnail_path(i.content_hash) for n, i in items.items()}
    (bench.pictures / "gone.jpg").rename(bench.home / "gone.jpg")
    _publish(bench, 4)
    assert thumbnails["keep.jpg"].is_file()
    assert not thumbnails["gone.jpg"].exists()
    (bench.home / "gone.jpg").rename(bench.pictures / "gone.jpg")
    bench.index()
    bench.assert_whole()
    assert thumbnails["gone.jpg"].is_file()


def test_thumbnails_are_small_jpegs_by_content(bench: Workbench):
    draw_picture(bench.pictures / "a.jpg", 1, size=(1000, 500))
    bench.index()
    searcher = Searcher.open(bench.config)
    data = searcher.thumbnail_path(bench.items()["a.jpg"]).read_bytes()
    assert data[:3] == b"\xff\xd8\xff"
    assert not list(bench.config.collection_dir().rglob("*.unfinished"))


def test_model_change_embeds_everything_again_in_one_switch(bench: Workbench):
    _publish(bench, 3)
    old = Searcher.open(bench.config)
    ids = {name: item.image_id for name, item in bench.items().items()}
    bench.encoder, bench.model_key = CountingEncoder(dim=16, seed=9), "other"
    summary = bench.index()
    new = Searcher.open(bench.config)
    assert (bench.encoder.encoded, summary.unchanged, summary.re_embedded) == (3, 0, 3)
    assert (old.record.dim, new.record.dim) == (32, 16)
    assert {name: item.image_id for name, item in bench.items().items()} == ids
    assert len(old.search(old.embedding(ids["0.jpg"]), 9)[0]) == 3
    assert len(new.search(new.embedding(ids["0.jpg"]), 9)[0]) == 3
    with pytest.raises(FingerprintMismatchError, match="cannot be compared"):
        new.check_fingerprint(old.record.fingerprint)


def test_models_that_no_generation_needs_are_dropped(bench: Workbench):
    _publish(bench, 1)
    first = bench.encoder.info.fingerprint
    bench.encoder, bench.model_key = CountingEncoder(dim=16, seed=9), "other"
    _publish(bench, 2)
    assert bench.config.vectors_dir(first).is_dir()
    _publish(bench, 2)
    assert not bench.config.vectors_dir(first).exists()
    bench.encoder, bench.model_key = CountingEncoder(), "fake"
    bench.index()
    bench.assert_whole()


def test_same_model_under_another_key_changes_nothing(bench: Workbench):
    _publish(bench, 1)
    bench.model_key = "the same weights, moved"
    bench.forget_counts()
    assert not bench.index().published
    assert (bench.loads, bench.encoder.prepared) == (1, 0)
    bench.index()
    assert bench.loads == 1


@pytest.mark.parametrize("name", ["index.faiss", "manifest.json"])
@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_damaged_generation_is_refused_and_repaired_by_the_next_run(
    bench: Workbench, name: str, damage: str
):
    _publish(bench, 2)
    _damage(bench.config.generation_dir(2) / name, damage)
    with pytest.raises(GenerationDamagedError, match="run `sightline index`") as caught:
        Searcher.open(bench.config)
    assert name in caught.value.reason
    bench.forget_counts()
    assert bench.index().published
    assert bench.encoder.prepared == 0
    bench.assert_whole()


@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_lost_vectors_are_refused_and_encoded_again_by_the_next_run(bench: Workbench, damage: str):
    _publish(bench, 2)
    _damage(_segment(bench), damage)
    with pytest.raises(GenerationDamagedError, match=r"segment-000000\.f32"):
        Searcher.open(bench.config)
    bench.index()
    bench.assert_whole()


def test_altered_small_index_is_refused_when_it_is_opened_and_replaced(bench: Workbench):
    _publish(bench, 2)
    _flip(bench.config.generation_dir(2) / "index.faiss")
    with pytest.raises(GenerationDamagedError, match=r"index\.faiss was altered"):
        Searcher.open(bench.config)
    assert bench.index().generation == 3
    bench.assert_whole()


def test_altered_large_index_is_found_by_verification_and_replaced_by_a_rebuild(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(index_files, "CHECKED_AT_OPEN_BYTES", 0)
    _publish(bench, 2)
    _flip(bench.config.generation_dir(2) / "index.faiss")
    with pytest.raises(GenerationDamagedError, match="was altered"):
        verify_generation(bench.config, open_reader(bench.config))
    assert not bench.index().published
    assert bench.index(rebuild=True).generation == 3
    bench.assert_whole()


def test_altered_manifest_is_refused_when_it_is_opened(bench: Workbench):
    _publish(bench, 1)
    manifest = bench.config.generation_dir(1) / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"dim": 32', '"dim": 33'))
    with pytest.raises(GenerationDamagedError, match="does not say what the catalog says"):
        Searcher.open(bench.config)


def test_zeroed_vectors_are_refused_instead_of_served(bench: Workbench):
    _publish(bench, 1)
    searcher = Searcher.open(bench.config)
    segment = _segment(bench)
    segment.write_bytes(bytes(segment.stat().st_size))
    with pytest.raises(GenerationDamagedError, match="unit length"):
        searcher.embedding(bench.items()["0.jpg"].image_id)
    with pytest.raises(GenerationDamagedError):
        verify_generation(bench.config, open_reader(bench.config))


@pytest.mark.timeout(30)
def test_second_indexer_is_refused_while_one_is_at_work(bench: Workbench):
    bench.draw("a.jpg")
    started, finish = threading.Event(), threading.Event()

    class WaitingEncoder(CountingEncoder):
        def __init__(self) -> None:
            super().__init__()
            started.set()
            finish.wait(20)

    def load() -> Encoder:
        return WaitingEncoder()

    bench._load = load  # type: ignore[method-assign,assignment]
    first = threading.Thread(target=bench.index)
    first.start()
    assert started.wait(20)
    with pytest.raises(CollectionBusyError, match="another indexer is at work"):
        bench.index()
    finish.set()
    first.join()
    assert current_generation(bench.config) == 1
    assert not bench.index().published


def test_bytes_are_on_disk_before_anything_refers_to_them(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    events: list[str] = []
    real_execute, real_executemany = Database.execute, Database.executemany

    def noting_fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        events.append(path.name)

    def noting_execute(database: Database, sql: str, parameters: tuple[object, ...] = ()) -> int:
        if "INSERT INTO generations" in sql:
            events.append("(publish)")
        return real_execute(database, sql, parameters)

    def noting_executemany(database: Database, sql: str, rows: Iterable[Sequence[object]]) -> None:
        if "INSERT INTO embeddings" in sql:
            events.append("(commit)")
        real_executemany(database, sql, rows)

    bench.draw("a.jpg")
    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(Database, "execute", noting_execute)
    monkeypatch.setattr(Database, "executemany", noting_executemany)
    bench.index()
    assert events.index("segment-000000.f32") < events.index("(commit)")
    publish = events.index("(publish)")
    for name in ("index.faiss.unfinished", "manifest.json.unfinished", "000001", "generations"):
        assert events.index(name) < publish


def _segment(bench: Workbench) -> Path:
    return bench.config.vectors_dir(bench.encoder.info.fingerprint) / "segment-000000.f32"


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-100] ^= 0xFF
    path.write_bytes(data)


def _damage(path: Path, damage: str) -> None:
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-5])
