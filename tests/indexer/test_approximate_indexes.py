"""The approximate kind on clustered embeddings, against a search written out, under any filter."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.vector_index.index import VectorIndex
from indexer.vector_index.parted import PartedIndex
from models.encoder import Embeddings, unit_embeddings

COUNT, DIM, CLUSTERS, QUERIES = 12_000, 96, 60, 40
SHARES = (0.5, 0.1, 0.01, 0.001)


@dataclass(frozen=True)
class Cloud:
    """Embeddings around centres, what cluster each is of, and queries near the centres."""

    embeddings: Embeddings
    cluster: NDArray[np.int64]
    queries: Embeddings
    ids: NDArray[np.int64]


@pytest.fixture(scope="module")
def cloud() -> Cloud:
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((CLUSTERS, DIM))
    cluster = rng.integers(0, CLUSTERS, COUNT)
    near = centres[rng.integers(0, CLUSTERS, QUERIES)]
    return Cloud(
        unit_embeddings(centres[cluster] + rng.standard_normal((COUNT, DIM))),
        cluster,
        unit_embeddings(near + rng.standard_normal((QUERIES, DIM))),
        rng.permutation(COUNT) * 3,
    )


@pytest.fixture(scope="module")
def index(cloud: Cloud) -> VectorIndex:
    blocks = [(cloud.ids, cloud.embeddings)]
    return VectorIndex.build(DIM, blocks, "ivf_rabitq", sample=cloud.embeddings[::2])


def _recall(cloud: Cloud, found: NDArray[np.int64], allowed: NDArray[np.bool_], k: int) -> float:
    scores = cloud.queries @ cloud.embeddings[allowed].T  # (queries, allowed)
    truth = cloud.ids[allowed][np.argsort(-scores, axis=1)[:, :k]]
    return float(np.mean([np.isin(t, f).mean() for t, f in zip(truth, found, strict=True)]))


def _filters(cloud: Cloud, share: float) -> dict[str, NDArray[np.bool_]]:
    """Rows by chance, and whole clusters, of which most are far from a query."""
    rng = np.random.default_rng(2)
    clusters = max(1, round(share * CLUSTERS))
    return {
        "by chance": rng.random(COUNT) < share,
        "by content": (cloud.cluster < clusters) & (rng.random(COUNT) < share * CLUSTERS),
    }


@pytest.mark.parametrize("share", SHARES)
def test_a_filtered_search_finds_the_right_ones_and_all_there_are(
    index: VectorIndex, cloud: Cloud, share: float
):
    for allowed in _filters(cloud, share).values():
        found = index.search(cloud.queries, 10, effort=800, among=cloud.ids[allowed])
        assert found.ids.shape == (QUERIES, min(10, allowed.sum()))
        assert np.isin(found.ids, cloud.ids[allowed]).all()
        assert all(len(set(row)) == len(row) for row in found.ids.tolist())
        assert _recall(cloud, found.ids, allowed, 10) >= 0.99


def test_a_search_finds_more_with_more_effort(index: VectorIndex, cloud: Cloud):
    everything = np.ones(COUNT, np.bool_)
    recalls = [
        _recall(cloud, index.search(cloud.queries, 10, effort=effort).ids, everything, 10)
        for effort in (0, 500)
    ]
    assert recalls[0] < 0.99 < recalls[1]


def test_a_search_for_more_than_lies_nearby_finds_them_all(index: VectorIndex, cloud: Cloud):
    found = index.search(cloud.queries[:2], COUNT, effort=1)
    assert (np.sort(found.ids) == np.sort(cloud.ids)).all()


def test_scores_are_those_of_an_exact_search(index: VectorIndex, cloud: Cloud):
    found = index.search(cloud.queries, 5)
    rows = np.argsort(cloud.ids)[np.searchsorted(np.sort(cloud.ids), found.ids)]
    exact = np.einsum("qkd,qd->qk", cloud.embeddings[rows], cloud.queries)
    np.testing.assert_allclose(found.scores, exact, atol=1e-6)
    assert (np.diff(found.scores, axis=1) <= 0).all()


def test_a_built_index_is_always_the_same_and_survives_its_file(
    index: VectorIndex, cloud: Cloud, tmp_path: Path
):
    blocks = [(cloud.ids, cloud.embeddings)]
    again = VectorIndex.build(DIM, blocks, index.kind, sample=cloud.embeddings[::2])
    again.save(tmp_path / "again")
    loaded = VectorIndex.load(tmp_path / "again")
    assert loaded.kind == index.kind
    for other in (again, loaded):
        for among in (None, cloud.ids[::2]):
            ours, theirs = (i.search(cloud.queries, 20, among=among) for i in (index, other))
            np.testing.assert_array_equal(ours.ids, theirs.ids)


def test_dead_and_new_ids_in_front_of_an_approximate_base(index: VectorIndex, cloud: Cloud):
    best = index.search(cloud.queries, 1).ids[:, 0]
    late = VectorIndex.build(DIM, [(np.arange(QUERIES) + 10**6, cloud.queries)])
    found = PartedIndex([index, late], dead=best).search(cloud.queries, 10)
    np.testing.assert_array_equal(found.ids[:, 0], np.arange(QUERIES) + 10**6)
    assert not np.isin(found.ids, best).any()


def test_an_approximate_kind_without_a_sample_is_refused(index: VectorIndex):
    with pytest.raises(ValueError, match="sample"):
        VectorIndex.build(DIM, [], index.kind)
