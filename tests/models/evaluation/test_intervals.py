"""Intervals against resampling written out, and against data whose truth is known."""

import numpy as np
import pytest

from models.evaluation.intervals import (
    mean_intervals,
    mean_of_shares_interval,
    median_interval,
    share_interval,
)


def naive_bootstrap(values, groups, statistic, resamples=3000):
    """Percentiles of a statistic over groups drawn again, one resample at a time."""
    rng = np.random.default_rng(1)
    members = [values[groups == name] for name in np.unique(groups)]
    drawn = [
        statistic(
            np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        )
        for _ in range(resamples)
    ]
    return np.percentile(drawn, [2.5, 97.5])


@pytest.fixture
def grouped() -> tuple[np.ndarray, np.ndarray]:
    """Values of unevenly sized groups; those of one group are alike."""
    rng = np.random.default_rng(3)
    sizes = rng.integers(1, 6, size=30)
    groups = np.repeat(np.arange(30) * 7, sizes)
    return np.repeat(rng.random(30), sizes) + rng.normal(0, 0.05, sizes.sum()), groups


def test_mean_interval_equals_the_resampling_written_out(grouped):
    values, groups = grouped
    [interval] = mean_intervals(values[:, None], groups, resamples=3000)
    low, high = naive_bootstrap(values, groups, np.mean)
    assert interval.value == pytest.approx(values.mean())
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.02)


def test_median_interval_equals_the_resampling_written_out(grouped):
    values, groups = grouped
    ranks = np.floor(values * 20).astype(np.int64)
    interval = median_interval(ranks, groups, resamples=3000)
    low, high = naive_bootstrap(ranks, groups, np.median)
    assert interval.value == np.median(ranks)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1)


def test_interval_is_the_same_each_time_and_contains_the_figure(grouped):
    values, groups = grouped
    first, again = (mean_intervals(values[:, None], groups)[0] for _ in range(2))
    assert first == again
    assert first.low < first.value < first.high


def test_interval_is_wider_when_captions_of_a_picture_agree():
    outcomes = np.repeat(np.random.default_rng(0).integers(2, size=200), 5).astype(float)
    [together] = mean_intervals(outcomes[:, None], np.repeat(np.arange(200), 5))
    [alone] = mean_intervals(outcomes[:, None], np.arange(1000))
    assert (together.high - together.low) > 1.8 * (alone.high - alone.low)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(9)
    covered = {"mean": 0, "share": 0, "classes": 0}
    for seed in range(100):
        hits = rng.random(120) < 0.3
        [mean] = mean_intervals(
            hits[:, None].astype(float), np.arange(120), resamples=300, seed=seed
        )
        covered["mean"] += mean.low <= 0.3 <= mean.high
        share = share_interval(int(hits.sum()), 120)
        covered["share"] += share.low <= 0.3 <= share.high
        counts = np.full(6, 20)
        classes = mean_of_shares_interval(
            rng.binomial(counts, 0.3), counts, resamples=300, seed=seed
        )
        covered["classes"] += classes.low <= 0.3 <= classes.high
    assert all(0.87 <= count / 100 <= 1 for count in covered.values()), covered


def test_share_interval_stays_open_when_all_agree():
    assert share_interval(5, 5).low == pytest.approx(0.5655, abs=1e-3)  # Wilson's, by hand
    assert share_interval(5, 5).high == 1.0
    assert share_interval(0, 5).low == 0.0
    assert share_interval(0, 5).high > 0.4


def test_intervals_of_nothing_are_refused():
    with pytest.raises(ValueError, match="nothing to draw"):
        mean_intervals(np.zeros((0, 1)), np.zeros(0, np.int64))
    with pytest.raises(ValueError, match="every class"):
        mean_of_shares_interval(np.array([1, 0]), np.array([2, 0]))
