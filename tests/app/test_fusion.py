"""Balanced and joint fusion, and feedback, held against their definitions."""

import numpy as np
import pytest

from app.failures import NullQueryError
from app.feedback import BETA, GAMMA, moved
from app.fusion import balanced_weights, fuse, joined
from app.query import ItemTerm, Term, TextTerm
from models.encoder import Embeddings, unit_embeddings


def _units(count: int, seed: int, dim: int = 32) -> Embeddings:
    rows = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    return unit_embeddings(rows)


@pytest.mark.parametrize("weights", [(1.0, 1.0), (2.0, 0.5, -0.7)])
def test_balanced_fusion_ranks_like_the_weighted_sum_of_standardised_scores(
    weights: tuple[float, ...],
):
    pictures = unit_embeddings(_units(400, 1) + 0.3 * _units(1, 2))
    terms = np.concatenate([_units(len(weights) - 1, 3), pictures[:1]])
    scores = pictures @ terms.T
    naive = ((scores - scores.mean(axis=0)) / scores.std(axis=0)) @ np.array(weights)
    fused = fuse(terms, balanced_weights(terms, weights, pictures))
    assert np.array_equal(np.argsort(pictures @ fused[0])[::-1][:50], np.argsort(naive)[::-1][:50])


def test_balanced_fusion_of_pictures_that_are_all_the_same_keeps_the_weights():
    terms, same = _units(2, 4), np.repeat(_units(1, 5), 9, axis=0)
    assert balanced_weights(terms, [1.0, -2.0], same) == [1.0, -2.0]
    assert balanced_weights(terms, [1.0, -2.0], same[:0]) == [1.0, -2.0]


def test_joint_fusion_makes_one_sentence_of_texts_of_the_same_positive_weight():
    photo, snow = ItemTerm("ab12"), TextTerm("snow", -1.0)
    terms: list[Term] = [TextTerm("a dog"), photo, TextTerm("grass", 0.5), TextTerm("a ball"), snow]
    assert joined(terms) == (TextTerm("a dog and a ball", 2.0), photo, TextTerm("grass", 0.5), snow)
    three = [TextTerm(text) for text in ("a", "b", "c")]
    assert joined(three) == (TextTerm("a, b and c", 3.0),)


def test_feedback_moves_the_direction_as_the_formula_says():
    direction, liked, disliked = _units(1, 6), _units(3, 7), _units(2, 8)
    naive = direction[0] + BETA * liked.mean(axis=0) - GAMMA * disliked.mean(axis=0)
    np.testing.assert_allclose(
        moved(direction, liked, disliked)[0], naive / np.linalg.norm(naive), atol=1e-6
    )
    np.testing.assert_allclose(moved(None, liked[:1], disliked[:0])[0], liked[0], atol=1e-6)


def test_feedback_that_cancels_is_refused():
    one = _units(1, 9)
    with pytest.raises(NullQueryError):
        moved(None, np.concatenate([one, -one]), one[:0])
