"""Are probabilities as good as they claim? Calibration error, reliability, and what fits them.

The measures and temperature scaling are those of Guo et al., "On Calibration of Modern Neural
Networks" (2017). Never encodes anything and never reads files.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Labels = NDArray[np.integer]

DEFAULT_BINS = 15
# Temperatures beyond these make a softmax one-hot or flat for any model's logits.
_LOG_TEMPERATURES = (math.log(1e-3), math.log(1e3))
_GOLDEN = (math.sqrt(5) - 1) / 2
_NEWTON_STEPS = 50
_RIDGE = 1e-3  # keeps the weights finite when the data can be told apart without an error


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The `count` answers whose confidence lies in (low, high]; means are NaN if there is none."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability_bins(
    confidences: Floats, correct: NDArray[np.bool_], bins: int = DEFAULT_BINS
) -> list[ReliabilityBin]:
    """Group (n,) confidences in [0, 1] into bins of equal width. Zero is in the first.

    Raises ValueError for shapes that differ or a confidence outside [0, 1].
    """
    confidences, correct = np.asarray(confidences, np.float64), np.asarray(correct, bool)
    if confidences.ndim != 1 or confidences.shape != correct.shape:
        raise ValueError(f"shapes differ: {confidences.shape} and {correct.shape}")
    if not ((confidences >= 0) & (confidences <= 1)).all():
        raise ValueError("a confidence lies between 0 and 1")
    edges = np.linspace(0, 1, bins + 1)
    places = np.clip(np.searchsorted(edges, confidences, side="left") - 1, 0, bins - 1)  # (n,)
    counts = np.bincount(places, minlength=bins)
    with np.errstate(invalid="ignore"):
        means = np.bincount(places, confidences, bins) / counts
        shares = np.bincount(places, correct, bins) / counts
    return [
        ReliabilityBin(float(edges[place]), float(edges[place + 1]), int(count), mean, share)
        for place, (count, mean, share) in enumerate(
            zip(counts, means.tolist(), shares.tolist(), strict=True)
        )
    ]


def expected_calibration_error(
    confidences: Floats, correct: NDArray[np.bool_], bins: int = DEFAULT_BINS
) -> float:
    """Mean distance of confidence and accuracy over the bins, weighted by their counts.

    Takes (n,) and (n,); gives a number in [0, 1], NaN for n = 0. Raises as `reliability_bins`.
    """
    groups = [group for group in reliability_bins(confidences, correct, bins) if group.count]
    total = sum(group.count for group in groups)
    if not total:
        return math.nan
    return sum(g.count * abs(g.accuracy - g.confidence) for g in groups) / total


def negative_log_likelihood(logits: Floats, labels: Labels) -> float:
    """Mean of -log softmax at the labels, in nats: (n, c) and (n,).

    A logit of -inf takes a class out of a row's choice.
    """
    logits = np.asarray(logits, np.float64)
    peaks = logits.max(axis=1, keepdims=True)
    totals = np.log(np.exp(logits - peaks).sum(axis=1)) + peaks[:, 0]  # (n,)
    return float((totals - logits[np.arange(len(labels)), labels]).mean())


def fit_temperature(logits: Floats, labels: Labels) -> float:
    """The temperature T for which softmax(logits / T) has the lowest negative log-likelihood.

    Takes (n, c), -inf where a row has no such class, and (n,). The result lies between 0.001 and
    1,000. Raises ValueError without rows.
    """
    if not len(labels):
        raise ValueError("a temperature is fitted to at least one row")

    def loss(log_temperature: float) -> float:
        return negative_log_likelihood(logits / math.exp(log_temperature), labels)

    return math.exp(_minimise(loss, *_LOG_TEMPERATURES))


def _minimise(loss: Callable[[float], float], low: float, high: float) -> float:
    """Golden-section search; the likelihood has one optimum in 1 / T, and so in log T."""
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > 1e-5:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = loss(right)
    return (low + high) / 2


def fit_logistic(
    features: Floats,
    positive: NDArray[np.bool_],
    *,
    shares: Floats | None = None,
    ridge: float = _RIDGE,
) -> NDArray[np.float64]:
    """Weights of a logistic regression, the constant last: (n, d) and (n,) give (d + 1,).

    Newton's method on the negative log-likelihood with a slight ridge (Platt scaling where d = 1).
    `shares` (n,) say how much each row counts; one each without it.
    """
    columns = np.column_stack([features, np.ones(len(features))]).astype(np.float64)
    counts = np.ones(len(columns)) if shares is None else np.asarray(shares, np.float64)
    weights = np.zeros(columns.shape[1])
    penalty = ridge * np.eye(len(weights))
    for _ in range(_NEWTON_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(columns @ weights, -500, 500)))  # (n,)
        slope = columns.T @ (counts * (chances - positive)) + penalty @ weights
        spread = counts * chances * (1 - chances)
        curvature = (columns * spread[:, None]).T @ columns + penalty
        step = np.linalg.solve(curvature, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def area_under_roc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """The chance that a positive has a higher score than a negative; ties count half.

    Takes (n,) and (n,); NaN unless there are both.
    """
    scores, positive = np.asarray(scores, np.float64), np.asarray(positive, bool)
    pairs = int(positive.sum()) * int((~positive).sum())
    if not pairs:
        return math.nan
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2  # (unique,) mean rank of equal scores, from 1
    positives = int(positive.sum())
    return float((ranks[places][positive].sum() - positives * (positives + 1) / 2) / pairs)
