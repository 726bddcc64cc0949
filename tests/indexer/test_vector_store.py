"""The vector store: rows across segments, torn tails, missing files; and the index's self-check."""

from pathlib import Path

import numpy as np
import pytest

import indexer.vector_store
from indexer.vector_index.index import IndexUnusableError, VectorIndex
from indexer.vector_store import VectorsMissingError, VectorStore
from models.encoder import Embeddings, unit_embeddings

DIM = 6


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VectorStore:
    """Segments of ten rows."""
    monkeypatch.setattr(indexer.vector_store, "SEGMENT_ROWS", 10)
    monkeypatch.setattr(indexer.vector_store, "_BLOCK_ROWS", 7)
    return VectorStore(tmp_path / "vectors", DIM)


def _unit(count: int) -> Embeddings:
    return unit_embeddings(np.random.default_rng(count).standard_normal((count, DIM)))


def test_rows_are_read_in_any_order_across_segments(store: VectorStore):
    embeddings = _unit(37)
    for start in range(0, 37, 9):
        store.append(start, embeddings[start : start + 9])
    rows = np.random.default_rng(0).permutation(37)
    np.testing.assert_array_equal(store.read(rows), embeddings[rows])
    ids = rows * 100
    blocks = list(store.blocks(ids, rows))
    assert max(len(block_ids) for block_ids, _ in blocks) == 7
    np.testing.assert_array_equal(np.concatenate([i for i, _ in blocks]), ids)
    np.testing.assert_array_equal(np.concatenate([e for _, e in blocks]), embeddings[rows])


def test_torn_tail_is_overwritten_by_the_next_rows(store: VectorStore, tmp_path: Path):
    embeddings = _unit(8)
    store.append(0, embeddings[:5])
    with (tmp_path / "vectors/segment-000000.f32").open("ab") as segment:
        segment.write(b"half of a row")
    store.append(5, embeddings[5:])
    np.testing.assert_array_equal(store.read(np.arange(8)), embeddings)


def test_segments_are_checked_against_what_rows_need(store: VectorStore, tmp_path: Path):
    store.append(0, _unit(25))
    needs = {"segment-000000.f32": 4, "segment-000001.f32": 10, "segment-000002.f32": 5}
    store.check(needs)
    with (tmp_path / "vectors/segment-000002.f32").open("r+b") as segment:
        segment.truncate(5 * DIM * 4 - 1)
    with pytest.raises(VectorsMissingError, match="segment-000002"):
        store.check(needs)
    with pytest.raises(VectorsMissingError, match="segment-000002"):
        store.read(np.array([24]))
    (tmp_path / "vectors/segment-000000.f32").unlink()
    with pytest.raises(VectorsMissingError, match="missing"):
        store.check(needs)


def test_self_check_finds_an_index_that_holds_other_embeddings():
    embeddings = _unit(20)
    index = VectorIndex.build(DIM, [(np.arange(20, dtype=np.int64), embeddings)])
    index.self_check((row, embeddings[row : row + 1]) for row in range(20))
    with pytest.raises(IndexUnusableError, match="item 3"):
        index.self_check([(3, _unit(21)[20:])])


def test_file_that_is_no_index_is_refused(tmp_path: Path):
    (tmp_path / "index").write_bytes(b"no index at all, but long enough to be read as one")
    with pytest.raises(IndexUnusableError, match="no index file"):
        VectorIndex.load(tmp_path / "index")
