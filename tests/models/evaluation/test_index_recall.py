"""recall@k of an index: right answers, equal ones, missing ones and deliberately wrong ones."""

import numpy as np
import pytest

from models.encoder import Embeddings, unit_embeddings
from models.evaluation.index_recall import measure_index

Answers = list[list[tuple[int, float]]]


@pytest.fixture
def embeddings() -> Embeddings:
    return unit_embeddings(np.random.default_rng(4).standard_normal((50, 16)))


@pytest.fixture
def queries() -> Embeddings:
    return unit_embeddings(np.random.default_rng(5).standard_normal((20, 16)))


def exact(embeddings: Embeddings, queries: Embeddings, k: int = 10) -> Answers:
    answers = []
    for query in queries:
        scored = [(row, float(one @ query)) for row, one in enumerate(embeddings)]
        answers.append(sorted(scored, key=lambda answer: -answer[1])[:k])
    return answers


def test_exact_answers_have_recall_one(embeddings: Embeddings, queries: Embeddings):
    measured = measure_index(embeddings, queries, exact(embeddings, queries))
    assert [interval.value for interval in measured.recall.values()] == [1, 1, 1]
    assert measured.score_error < 1e-6


def test_wrong_answers_are_seen_and_counted(embeddings: Embeddings, queries: Embeddings):
    found = exact(embeddings, queries)
    worst = exact(embeddings, -queries, k=1)
    for row in range(5):  # a quarter of the queries loses its first answer
        found[row][0] = (worst[row][0][0], found[row][0][1])
    measured = measure_index(embeddings, queries, found)
    assert measured.recall[1].value == pytest.approx(0.75)
    assert measured.recall[10].value == pytest.approx(1 - 0.1 / 4)
    assert measured.recall[1].low < 0.75 < measured.recall[1].high
    assert measured.score_error > 0.1


def test_missing_and_repeated_answers_count_as_wrong(embeddings: Embeddings, queries: Embeddings):
    found = exact(embeddings, queries)
    short = measure_index(embeddings, queries, [answers[:5] for answers in found])
    assert short.recall[10].value == pytest.approx(0.5)
    repeated = measure_index(embeddings, queries, [[answers[0]] * 10 for answers in found])
    assert repeated.recall[10].value == pytest.approx(0.1)


def test_any_of_equal_pictures_is_a_right_answer(embeddings: Embeddings):
    twice = np.concatenate([embeddings, embeddings])
    found = [[(row + 50, 1.0)] for row in range(50)]
    assert measure_index(twice, embeddings, found, ks=(1,)).recall[1].value == 1


def test_a_collection_smaller_than_k_is_judged_by_what_it_has(queries: Embeddings):
    few = unit_embeddings(np.random.default_rng(6).standard_normal((3, 16)))
    assert measure_index(few, queries, exact(few, queries)).recall[10].value == 1
