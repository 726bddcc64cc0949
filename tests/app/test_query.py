"""The fusion of weighted terms, held against the definition: one search a term, scores added."""

import numpy as np
import pytest

from app.failures import InvalidRequestError, NullQueryError
from app.fusion import fuse
from app.query import Query, TextTerm
from models.encoder import Embeddings, unit_embeddings


def _units(count: int, seed: int, dim: int = 64) -> Embeddings:
    rows = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    return unit_embeddings(rows)


@pytest.mark.parametrize("weights", [(1.0,), (1.0, 0.5), (2.0, 1.0, -0.4), (0.01, -3.0)])
def test_fused_query_ranks_like_the_weighted_sum_of_separate_searches(weights: tuple[float, ...]):
    terms, pictures = _units(len(weights), seed=1), _units(500, seed=2)
    fused = fuse(terms, weights)
    separate = sum(weight * (pictures @ term) for weight, term in zip(weights, terms, strict=True))
    assert np.array_equal(np.argsort(pictures @ fused[0]), np.argsort(separate))


def test_fused_query_is_one_float32_unit_embedding():
    fused = fuse(_units(3, seed=3), [100.0, -40.0, 0.001])
    assert fused.shape == (1, 64)
    assert fused.dtype == np.float32
    assert np.linalg.norm(fused) == pytest.approx(1.0, abs=1e-6)


def test_fused_query_of_one_term_is_that_term_whatever_its_weight():
    term = _units(1, seed=4)
    np.testing.assert_allclose(fuse(term, [0.003]), term, atol=1e-6)


def test_fused_query_is_refused_when_equal_terms_cancel():
    term = _units(1, seed=5)
    with pytest.raises(NullQueryError, match="cancel each other"):
        fuse(np.concatenate([term, term]), [1.0, -1.0])


def test_fused_query_is_refused_when_only_rounding_is_left():
    term = _units(1, seed=6)
    nearly = term * np.float32(1 - 1e-7)
    with pytest.raises(NullQueryError):
        fuse(np.concatenate([term, nearly]), [1.0, -1.0])


def test_query_refuses_weights_that_are_all_zero():
    with pytest.raises(InvalidRequestError, match="all weights are zero"):
        Query((TextTerm("cat", 0.0), TextTerm("dog", 0.0)), 5, "default")


def test_query_refuses_to_have_no_terms():
    with pytest.raises(InvalidRequestError, match="no terms"):
        Query((), 5, "default")
