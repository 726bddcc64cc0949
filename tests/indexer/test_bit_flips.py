"""Bits that flip: found by verification with the file's name, repaired by one rebuild."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import index_files
from indexer.errors import CatalogDamagedError, GenerationDamagedError
from indexer.generations import list_generations, verify
from indexer.merge_policy import MergePolicy
from indexer.searcher import Searcher
from tests.indexer.workbench import Workbench, draw_picture

SEGMENT = "segment-000000.f32"
CATALOG = "catalog.sqlite"


@pytest.fixture
def stored(bench: Workbench) -> Workbench:
    """Three generations with a base, delta parts and dead items; one picture was renamed."""
    bench.config = replace(bench.config, merge_policy=MergePolicy(0, 100.0))
    for number in range(8):
        draw_picture(bench.pictures / f"{number}.jpg", number)
    bench.index()
    (bench.pictures / "0.jpg").rename(bench.pictures / "zero.jpg")
    bench.index()
    (bench.pictures / "1.jpg").unlink()
    draw_picture(bench.pictures / "9.jpg", 9)
    bench.index()
    assert verify(bench.config) == []
    return bench


def _flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 0x10
    path.write_bytes(data)


def _found(bench: Workbench) -> set[str]:
    return {finding.file for finding in verify(bench.config)}


def _assert_repaired_by_one_rebuild(bench: Workbench) -> None:
    assert bench.index(rebuild=True).published
    assert verify(bench.config) == []
    bench.assert_whole()


@pytest.mark.parametrize("name", ["index.faiss", "delta-000003.faiss", "dead.ids", "manifest.json"])
@pytest.mark.parametrize("large", [False, True])
def test_flipped_bit_in_a_generations_file_is_found_and_repaired(
    stored: Workbench, monkeypatch: pytest.MonkeyPatch, name: str, large: bool
):
    if large:  # too large to be read when it is opened: verification reads it
        monkeypatch.setattr(index_files, "CHECKED_AT_OPEN_BYTES", 0)
    _flip(stored.config.generation_dir(3) / name, -9)
    assert _found(stored) == {name}
    if not (large and name.endswith(".faiss")):
        with pytest.raises(GenerationDamagedError, match=name):
            Searcher.open(stored.config)
    encoded = stored.encoder.encoded
    _assert_repaired_by_one_rebuild(stored)
    assert stored.encoder.encoded == encoded  # vectors were whole


def test_flipped_bit_in_a_vector_is_found_and_only_what_was_written_with_it_made_anew(
    stored: Workbench,
):
    path = stored.config.vectors_dir(stored.encoder.info.fingerprint) / SEGMENT
    stored.forget_counts()
    _flip(path, -30)  # in the row that was written last
    (finding,) = verify(stored.config)
    assert (finding.file, finding.reason) == (SEGMENT, f"{SEGMENT} was altered, in rows 8 to 8")
    _assert_repaired_by_one_rebuild(stored)
    assert stored.encoder.encoded == 1


@pytest.mark.parametrize("column", ["captions", "image_id", "uri", "vector_row", "content_hash"])
def test_flipped_bit_in_a_published_row_is_found_and_repaired(stored: Workbench, column: str):
    with closing(sqlite3.connect(stored.config.catalog_path())) as connection, connection:
        item, value = connection.execute(
            f"SELECT item_id, {column} FROM items WHERE last_gen IS NULL LIMIT 1"
        ).fetchone()
        changed = value ^ 1 if isinstance(value, int) else chr(ord(value[0]) ^ 1) + value[1:]
        connection.execute(f"UPDATE items SET {column} = ? WHERE item_id = ?", (changed, item))
    assert _found(stored) == {CATALOG}
    assert any(f"the row of item {item} was altered" in f.reason for f in verify(stored.config))
    _assert_repaired_by_one_rebuild(stored)


@pytest.mark.parametrize("position", [3, 4096 * 3])
def test_catalog_that_sqlite_cannot_read_is_refused_put_aside_and_made_anew(
    stored: Workbench, position: int
):
    path = stored.config.catalog_path()
    data = bytearray(path.read_bytes())
    for place in range(position, len(data), 4096 * 4 if position > 3 else len(data)):
        data[place] ^= 0xFF
    path.write_bytes(data)
    assert _found(stored) == {CATALOG}
    with pytest.raises(CatalogDamagedError, match="sightline index --rebuild"):
        Searcher.open(stored.config).search(stored.encoder.encode_text(["red"]), 3)
    stored.index(rebuild=True)
    assert verify(stored.config) == []
    stored.assert_whole()
    assert [kept.record.generation for kept in list_generations(stored.config)] == [4]
    assert path.with_name(f"{CATALOG}.damaged").is_file()


def test_catalog_made_anew_without_naming_sources_has_those_that_can_be_read(stored: Workbench):
    with closing(sqlite3.connect(stored.config.catalog_path())) as connection:
        page = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'items_by_content'"
        ).fetchone()[0]
    _flip(stored.config.catalog_path(), 4096 * (page - 1))
    assert _found(stored) == {CATALOG}
    assert stored.index_known(rebuild=True).generation == 4
    stored.assert_whole()
