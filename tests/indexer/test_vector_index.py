"""The exact index, held against a search written out, and the threads that it leaves behind."""

import faiss
import numpy as np
import pytest

from indexer.vector_index import VectorIndex
from models.encoder import Embeddings, unit_embeddings

IDS = np.arange(1000, 1500)


def _units(count: int, seed: int) -> Embeddings:
    return unit_embeddings(np.random.default_rng(seed).standard_normal((count, 32)))


@pytest.fixture
def index() -> VectorIndex:
    """500 embeddings under ids from 1000."""
    return VectorIndex.build(32, [(IDS, _units(500, seed=1))])


@pytest.mark.parametrize("queries", [1, 7])
def test_index_finds_what_a_search_written_out_finds(index: VectorIndex, queries: int):
    questions = _units(queries, seed=2)
    scores = questions @ _units(500, seed=1).T  # (queries, 500)
    best = np.argsort(-scores, axis=1)[:, :10]
    found = index.search(questions, 10)
    np.testing.assert_array_equal(found.ids, IDS[best])
    np.testing.assert_allclose(found.scores, np.take_along_axis(scores, best, 1), atol=1e-6)


@pytest.mark.parametrize("queries", [0, 1, 7])
def test_index_leaves_the_number_of_threads_as_it_was(index: VectorIndex, queries: int):
    before = faiss.omp_get_max_threads()
    index.search(_units(7, seed=3)[:queries], 5)
    assert faiss.omp_get_max_threads() == before
