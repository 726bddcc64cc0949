"""The indexes, held against a search written out: whole, under selections, in parts."""

import itertools
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.vector_index.index import IndexUnusableError, VectorIndex
from indexer.vector_index.parted import PartedIndex
from models.encoder import Embeddings, unit_embeddings

DIM = 32
IDS = np.random.default_rng(0).permutation(np.arange(1000, 1500))  # in no order


def _units(count: int, seed: int) -> Embeddings:
    return unit_embeddings(np.random.default_rng(seed).standard_normal((count, DIM)))


STORED = _units(500, seed=1)


def _written_out(
    questions: Embeddings, allowed: NDArray[np.bool_], k: int
) -> tuple[NDArray[np.int64], Embeddings]:
    scores = questions @ STORED[allowed].T  # (n, allowed)
    best = np.argsort(-scores, axis=1)[:, :k]
    return IDS[allowed][best], np.take_along_axis(scores, best, 1)


@pytest.fixture(scope="module", params=["exact", "ivf_rabitq"])
def index(request: pytest.FixtureRequest) -> VectorIndex:
    """500 embeddings under ids from 1000, few enough for the approximate kinds to compare all."""
    blocks = [(IDS[:300], STORED[:300]), (IDS[300:], STORED[300:])]
    return VectorIndex.build(DIM, blocks, request.param, sample=STORED)


SELECTIONS = {
    "all of them": None,
    "half of them and strangers": np.r_[IDS[::2], 7, 9000],
    "three of them": IDS[[400, 3, 77]],
    "none of them": np.array([7, 9000]),
    "nothing": np.empty(0, np.int64),
}


@pytest.mark.parametrize("queries", [1, 7])
@pytest.mark.parametrize(("among", "excluded"), list(itertools.product(SELECTIONS, SELECTIONS)))
def test_index_finds_what_a_search_written_out_finds(
    index: VectorIndex, queries: int, among: str, excluded: str
):
    questions = _units(queries, seed=2)
    chosen, left_out = SELECTIONS[among], SELECTIONS[excluded]
    if excluded == "all of them":
        left_out = IDS
    allowed = np.isin(IDS, IDS if chosen is None else chosen) & ~np.isin(IDS, left_out)
    ids, scores = _written_out(questions, allowed, 10)
    found = index.search(questions, 10, among=chosen, excluded=left_out)
    np.testing.assert_array_equal(found.ids, ids)
    np.testing.assert_allclose(found.scores, scores, atol=1e-6)


@pytest.mark.parametrize("queries", [0, 1, 7])
def test_index_leaves_the_number_of_threads_as_it_was(index: VectorIndex, queries: int):
    before = faiss.omp_get_max_threads()
    index.search(_units(7, seed=3)[:queries], 5)
    assert faiss.omp_get_max_threads() == before


def test_index_is_the_same_when_it_is_loaded_again(index: VectorIndex, tmp_path: Path):
    index.save(tmp_path / "index")
    loaded = VectorIndex.load(tmp_path / "index")
    assert (loaded.kind, loaded.dim, loaded.count) == (index.kind, index.dim, index.count)
    np.testing.assert_array_equal(loaded.ids(), index.ids())
    questions = _units(3, seed=4)
    np.testing.assert_array_equal(loaded.search(questions, 5).ids, index.search(questions, 5).ids)


@pytest.mark.parametrize("far", [1, 10, 10**9])
def test_index_finds_ids_however_far_apart_they_lie(far: int):
    index = VectorIndex.build(DIM, [(IDS * far, STORED)])
    wanted = np.r_[IDS[:40] * far, IDS[:3] * far + 1, -5, 0]
    found = index.search(STORED[:1], 500, among=wanted, excluded=IDS[30:50] * far)
    known = {int(i) for i in wanted} & {int(i) for i in IDS * far}
    assert set(found.ids[0].tolist()) == known - {int(i) for i in IDS[30:50] * far}


def test_index_of_a_kind_that_is_not_ours_is_refused(tmp_path: Path):
    faiss.write_index(faiss.IndexFlatL2(DIM), str(tmp_path / "flat"))
    faiss.write_index(faiss.IndexIDMap(faiss.IndexFlatL2(DIM)), str(tmp_path / "distances"))
    (tmp_path / "text").write_text("no index at all")
    for path in tmp_path.iterdir():
        with pytest.raises(IndexUnusableError, match=path.name):
            VectorIndex.load(path)


@pytest.fixture
def parted() -> PartedIndex:
    """The same 500 as a base and two parts, 100 of them dead, all of the last part among these."""
    cuts = [slice(0, 400), slice(400, 470), slice(470, 500)]
    parts = [VectorIndex.build(DIM, [(IDS[cut], STORED[cut])]) for cut in cuts]
    return PartedIndex(parts, dead=np.r_[IDS[:70], IDS[470:], 5])


@pytest.mark.parametrize("top_k", [1, 40, 1000])
@pytest.mark.parametrize("among", SELECTIONS)
def test_parts_are_searched_as_one(parted: PartedIndex, among: str, top_k: int):
    living = np.ones(500, np.bool_)
    living[:70] = living[470:] = False
    assert parted.count == 400
    np.testing.assert_array_equal(parted.ids(), IDS[living])
    chosen = SELECTIONS[among]
    allowed = living if chosen is None else living & np.isin(IDS, chosen)
    questions = _units(5, seed=5)
    ids, scores = _written_out(questions, allowed, top_k)
    found = parted.search(questions, top_k, among=chosen)
    np.testing.assert_array_equal(found.ids, ids)
    np.testing.assert_allclose(found.scores, scores, atol=1e-6)


def test_parts_of_different_dimensions_are_refused():
    with pytest.raises(ValueError, match="same dimension"):
        PartedIndex([VectorIndex.build(8, []), VectorIndex.build(9, [])])


def test_parted_search_for_more_begins_with_the_search_for_fewer_among_copies():
    rng = np.random.default_rng(3)
    different = rng.standard_normal((60, 16)).astype(np.float32)
    different /= np.linalg.norm(different, axis=1, keepdims=True)
    stored = different[rng.integers(0, 60, 2_000)]
    stored[300:900] = different[7]
    ids = rng.permutation(2_000).astype(np.int64)
    halves = [
        VectorIndex.build(16, [(ids[rows], stored[rows])])
        for rows in (slice(0, 1_200), slice(1_200, None))
    ]
    index = PartedIndex(halves, ids[::7])
    for query in (different[7:8], different[8:9], -different[7:8]):
        whole = index.search(query, 2_000)
        scores = {key: stored[row] @ query[0] for row, key in enumerate(ids.tolist())}
        expected = sorted(index.ids().tolist(), key=lambda key: (-scores[key], key))
        assert whole.ids[0].tolist() == expected
        for top_k in (1, 5, 20, 99, 100, 101, 700):
            assert np.array_equal(index.search(query, top_k).ids[0], whole.ids[0, :top_k])
