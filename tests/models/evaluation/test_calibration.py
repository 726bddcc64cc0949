"""Calibration measures against naive versions, and fits against truths that are known."""

import math

import numpy as np
import pytest

from models.evaluation.calibration import (
    area_under_roc,
    expected_calibration_error,
    fit_logistic,
    fit_temperature,
    negative_log_likelihood,
    reliability_bins,
)


def naive_calibration_error(confidences: list[float], correct: list[bool], bins: int) -> float:
    total = 0.0
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [
            (one, right)
            for one, right in zip(confidences, correct, strict=True)
            if low < one <= high or (number == 0 and one == 0)
        ]
        if inside:
            confidence = sum(one for one, _ in inside) / len(inside)
            accuracy = sum(right for _, right in inside) / len(inside)
            total += len(inside) / len(confidences) * abs(accuracy - confidence)
    return total


@pytest.mark.parametrize("bins", [1, 4, 15])
def test_calibration_error_is_the_naive_sum_over_bins(bins: int) -> None:
    rng = np.random.default_rng(bins)
    confidences = rng.random(300)
    correct = rng.random(300) < confidences**2
    expected = naive_calibration_error(confidences.tolist(), correct.tolist(), bins)
    assert expected_calibration_error(confidences, correct, bins) == pytest.approx(expected)


def test_calibration_error_is_known_for_extremes() -> None:
    sure = np.ones(10)
    assert expected_calibration_error(sure, np.ones(10, bool)) == 0
    assert expected_calibration_error(sure, np.zeros(10, bool)) == 1
    assert expected_calibration_error(np.full(10, 0.7), np.arange(10) < 7) == pytest.approx(0)
    assert math.isnan(expected_calibration_error(np.zeros(0), np.zeros(0, bool)))


def test_reliability_bins_hold_every_answer_once() -> None:
    groups = reliability_bins(np.array([0.0, 0.5, 0.51, 1.0]), np.array([0, 1, 0, 1], bool), bins=2)
    assert [group.count for group in groups] == [2, 2]
    assert [(group.confidence, group.accuracy) for group in groups] == [(0.25, 0.5), (0.755, 0.5)]
    assert [(group.low, group.high) for group in groups] == [(0.0, 0.5), (0.5, 1.0)]


@pytest.mark.parametrize("confidences", [[0.1, 1.1], [0.2], [math.nan, 0.5]])
def test_calibration_refuses_what_is_no_confidence(confidences: list[float]) -> None:
    with pytest.raises(ValueError, match=r"shapes differ|between 0 and 1"):
        expected_calibration_error(np.array(confidences), np.ones(2, bool))


@pytest.mark.parametrize("truth", [0.3, 1.0, 4.0])
def test_temperature_is_found_where_it_is_known(truth: float) -> None:
    rng = np.random.default_rng(7)
    logits = rng.normal(size=(20_000, 6)) * 3
    chances = np.exp(logits / truth)
    chances /= chances.sum(axis=1, keepdims=True)
    labels = (chances.cumsum(axis=1) > rng.random((len(logits), 1))).argmax(axis=1)
    assert fit_temperature(logits, labels) == pytest.approx(truth, rel=0.05)


def test_temperature_is_the_best_of_a_grid() -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(200, 5)) * 4
    labels = rng.integers(0, 5, 200)
    labels[:120] = logits[:120].argmax(axis=1)
    grid = np.exp(np.linspace(-3, 3, 601))
    losses = [negative_log_likelihood(logits / temperature, labels) for temperature in grid]
    assert fit_temperature(logits, labels) == pytest.approx(grid[int(np.argmin(losses))], rel=0.02)


def test_classes_that_a_row_does_not_have_change_nothing() -> None:
    rng = np.random.default_rng(5)
    logits, labels = rng.normal(size=(50, 4)), rng.integers(0, 4, 50)
    padded = np.hstack([logits, np.full((50, 3), -np.inf)])
    assert fit_temperature(padded, labels) == pytest.approx(fit_temperature(logits, labels))


def test_temperature_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        fit_temperature(np.zeros((0, 3)), np.zeros(0, int))


def test_logistic_weights_are_found_where_they_are_known() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(40_000, 2))
    truth = np.array([2.0, -1.0, 0.5])
    chances = 1 / (1 + np.exp(-(features @ truth[:2] + truth[2])))
    weights = fit_logistic(features, rng.random(len(features)) < chances)
    assert weights == pytest.approx(truth, abs=0.1)


def test_logistic_weights_stay_finite_when_nothing_overlaps() -> None:
    features = np.array([[-1.0], [-2.0], [1.0], [2.0]])
    assert np.isfinite(fit_logistic(features, np.array([0, 0, 1, 1], bool))).all()


def test_area_under_roc_counts_pairs_and_halves_ties() -> None:
    rng = np.random.default_rng(2)
    scores, positive = rng.integers(0, 6, 60).astype(float), rng.random(60) < 0.4
    wins = [
        (high > low) + 0.5 * (high == low) for high in scores[positive] for low in scores[~positive]
    ]
    assert area_under_roc(scores, positive) == pytest.approx(sum(wins) / len(wins))
    assert math.isnan(area_under_roc(scores, np.zeros(60, bool)))
