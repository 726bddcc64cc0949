"""Relevance: the estimator's arithmetic, its file, and what it says of few hits."""

import json
from pathlib import Path

import numpy as np
import pytest

from models.errors import ModelLoadError
from models.relevance import (
    HIT_FEATURES,
    QUESTION_FEATURES,
    Logistic,
    Modality,
    ModalityFit,
    RelevanceFit,
    judge,
    question_features,
)
from models.relevance_file import read_relevance, write_relevance

DIM = 16


def _unit(rows: int, seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).standard_normal((rows, DIM)).astype(np.float32)
    unit: np.ndarray = values / np.linalg.norm(values, axis=1, keepdims=True)
    return unit


def _logistic(count: int, rng: np.random.Generator) -> Logistic:
    weights = rng.standard_normal(count + count * (count + 1) // 2 + 1)
    centre, scale = rng.standard_normal(count), rng.uniform(0.5, 2, count)
    return Logistic(tuple(centre), tuple(scale), tuple(weights))


@pytest.fixture(scope="module")
def fit() -> RelevanceFit:
    rng = np.random.default_rng(3)
    one = ModalityFit(
        _logistic(len(QUESTION_FEATURES), rng),
        _logistic(len(HIT_FEATURES), rng),
        0.4,
        {"auroc": 0.9},
    )
    return RelevanceFit("made-up numbers", {Modality.TEXT: one}, _unit(30, 7))


def test_logistic_is_that_of_features_squares_and_products():
    one = _logistic(3, np.random.default_rng(1))
    row = np.array([[0.3, -0.2, 0.9]])
    a, b, c = ((row - np.array(one.centre)) / np.array(one.scale))[0]
    columns = [a, b, c, a * a, a * b, a * c, b * b, b * c, c * c, 1]
    odds = float(np.dot(columns, one.weights))
    assert one.chances(row)[0] == pytest.approx(1 / (1 + np.exp(-odds)))


def test_question_features_are_mean_spread_tail_and_names():
    scores, names = np.linspace(-1, 1, 200), np.linspace(0, 0.5, 50)
    found = dict(zip(QUESTION_FEATURES, question_features(scores, names, 0.7)[0], strict=True))
    assert found["mean"] == pytest.approx(scores.mean())
    assert found["spread"] == pytest.approx(scores.std())
    assert found["tail"] == pytest.approx(scores[-4:].mean())
    assert found["near_names"] == pytest.approx(names[-10:].mean())
    assert found["names_mean"] == pytest.approx(names.mean())
    assert found["names_spread"] == pytest.approx(names.std())
    assert found["best"] == 0.7


def test_question_features_of_a_small_sample_lean_on_what_is_usual():
    usual = (0.1, 0.2, 0.3, 0, 0, 0, 0)
    nothing = question_features(np.empty(0), np.zeros(3), 0.0, usual)[0]
    assert nothing[:3] == pytest.approx(usual[:3])
    half = question_features(np.full(50, 0.9), np.zeros(3), 0.0, usual)[0]
    assert half[:3] == pytest.approx([0.5, 0.1, 0.6])


def test_judge_never_ranks_a_lower_cosine_as_more_relevant(fit: RelevanceFit):
    background = _unit(300, 1)
    for seed in range(20):
        query = _unit(1, 100 + seed)
        cosines = np.random.default_rng(seed).uniform(-1, 1, 40)
        found = judge(fit, Modality.TEXT, query, cosines, background)
        assert found is not None
        by_cosine = found.relevance[np.argsort(-cosines, kind="stable")]
        assert (np.diff(by_cosine) <= 0).all()
        assert ((found.relevance >= 0) & (found.relevance <= 1)).all()
        assert found.no_good_match == (found.match < 0.4)


def test_judge_of_no_hits_says_no_good_match(fit: RelevanceFit):
    found = judge(fit, Modality.TEXT, _unit(1, 5), np.empty(0), _unit(3, 1))
    assert found is not None
    assert found.no_good_match
    assert found.relevance.shape == (0,)


def test_judge_of_what_was_not_fitted_says_nothing(fit: RelevanceFit):
    assert judge(fit, Modality.IMAGE, _unit(1, 5), np.array([0.5]), _unit(3, 1)) is None


def test_file_gives_back_what_was_written(fit: RelevanceFit, tmp_path: Path):
    path = write_relevance(tmp_path / "new" / "relevance.json", "abc", fit)
    again = read_relevance(path, "abc")
    assert again is not None
    query, background, cosines = _unit(1, 2), _unit(100, 3), np.array([0.5, 0.1])
    before = judge(fit, Modality.TEXT, query, cosines, background)
    after = judge(again, Modality.TEXT, query, cosines, background)
    assert before is not None
    assert after is not None
    assert after.relevance == pytest.approx(before.relevance, abs=0.02)
    assert again.modalities[Modality.TEXT].figures == {"auroc": 0.9}


def test_file_of_other_weights_is_not_used(fit: RelevanceFit, tmp_path: Path):
    path = write_relevance(tmp_path / "relevance.json", "abc", fit)
    assert read_relevance(path, "other") is None
    assert read_relevance(tmp_path / "none.json", "abc") is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda values: values.pop("modalities"),
        lambda values: values["modalities"]["text"]["match"]["weights"].pop(),
        lambda values: values["modalities"]["text"].update(no_good_match_below="NaN"),
        lambda values: values["modalities"].update(smell={}),
        lambda values: values["names"].update(float16="%%"),
    ],
)
def test_file_that_is_damaged_is_refused(fit: RelevanceFit, tmp_path: Path, spoil):
    path = write_relevance(tmp_path / "relevance.json", "abc", fit)
    values = json.loads(path.read_text())
    spoil(values)
    path.write_text(json.dumps(values))
    with pytest.raises(ModelLoadError, match=r"relevance\.json"):
        read_relevance(path, "abc")


def test_fit_of_a_collection_is_completed_by_its_models(fit: RelevanceFit):
    own = RelevanceFit("own", {Modality.IMAGE: fit.modalities[Modality.TEXT]}, fit.names)
    both = own.completed_by(fit)
    assert set(both.modalities) == {Modality.TEXT, Modality.IMAGE}
    assert both.fitted_on == "own"
    assert own.completed_by(None) is own
