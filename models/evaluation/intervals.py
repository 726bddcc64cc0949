"""How sure a figure is: 95 % intervals. Knows no pictures, only numbers and which belong together.

Means and medians get percentile bootstrap intervals (Efron and Tibshirani, "An Introduction to the
Bootstrap", 1993, chapter 13). What is drawn again is the *group*, a picture with all its captions:
captions of one picture succeed and fail together, and drawing them one by one would make intervals
too narrow. Shares of few independent outcomes get Wilson's interval ("Probable Inference", 1927),
which does not shrink to a point when all of them agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
_LOW, _HIGH = 2.5, 97.5  # percentiles of a 95 % interval
_Z = 1.959964  # the standard normal quantile of 97.5 %
_CELLS_AT_ONCE = 8_000_000  # 64 MB of float64


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


def mean_intervals(
    values: NDArray[np.floating],
    groups: NDArray[np.int64],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> list[Interval]:
    """The mean of each column of `values` (m, q), where value j belongs to group `groups[j]`.

    Groups are drawn again whole. Raises ValueError when there are no values.
    """
    _, group = _numbered(groups)
    counts = np.bincount(group).astype(np.float64)  # (g,)
    sums = np.stack([np.bincount(group, weights=column) for column in values.T], axis=1)  # (g, q)
    means = np.concatenate(
        [
            (weights @ sums) / (weights @ counts)[:, None]
            for weights in _draws(len(counts), len(counts), resamples, seed)
        ]
    )  # (resamples, q)
    low, high = np.percentile(means, [_LOW, _HIGH], axis=0)  # (q,) each
    return [
        Interval(*map(float, bounds)) for bounds in zip(values.mean(axis=0), low, high, strict=True)
    ]


def median_interval(
    values: NDArray[np.floating] | NDArray[np.int64],
    groups: NDArray[np.int64],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """The median of `values` (m,); groups are drawn again whole. Raises ValueError without any."""
    count, group = _numbered(groups)
    order = np.argsort(values, kind="stable")
    ordered, owner = values[order], group[order]
    medians = []
    for weights in _draws(count, len(values), resamples, seed):
        reached = weights[:, owner].cumsum(axis=1)  # (r, m) how many values up to this one
        total = reached[:, -1:]
        lower = (reached >= (total + 1) // 2).argmax(axis=1)  # the two middle ones,
        upper = (reached >= total // 2 + 1).argmax(axis=1)  # which are one if the total is odd
        medians.append((ordered[lower] + ordered[upper]) / 2)
    low, high = np.percentile(np.concatenate(medians), [_LOW, _HIGH])
    return Interval(float(np.median(values)), float(low), float(high))


def share_interval(hits: int, count: int) -> Interval:
    """Wilson's interval of `hits` out of `count` independent outcomes; of none it is 0 to 1."""
    if count == 0:
        return Interval(float("nan"), 0.0, 1.0)
    share, z2 = hits / count, _Z**2
    centre = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z / (1 + z2 / count) * np.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    low, high = float(max(0.0, centre - half)), float(min(1.0, centre + half))
    return Interval(share, min(low, share), max(high, share))  # rounding must not shut it out


def mean_of_shares_interval(
    hits: NDArray[np.int64], counts: NDArray[np.int64], *, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """The mean over classes of `hits / counts`, (c,) each; outcomes are drawn again within each
    class. Raises ValueError when there is no class.
    """
    if not len(counts) or counts.min() < 1:
        raise ValueError("every class needs an outcome")
    shares = hits / counts  # (c,)
    rng = np.random.default_rng(seed)
    # Drawing n yes-or-no outcomes again, with replacement, is a binomial draw.
    means = (rng.binomial(counts, shares, size=(resamples, len(counts))) / counts).mean(axis=1)
    low, high = np.percentile(means, [_LOW, _HIGH])
    return Interval(float(shares.mean()), float(low), float(high))


def _numbered(groups: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
    """How many groups there are, and the groups renumbered from 0."""
    if not len(groups):
        raise ValueError("there is nothing to draw from")
    names, numbers = np.unique(groups, return_inverse=True)
    return len(names), numbers.reshape(-1)


def _draws(
    groups: int, cells_each: int, resamples: int, seed: int
) -> Iterator[NDArray[np.float64]]:
    """How often each group is drawn: blocks (r, groups) that add up to `resamples` rows."""
    rng = np.random.default_rng(seed)
    most = max(1, _CELLS_AT_ONCE // max(groups, cells_each))
    for start in range(0, resamples, most):
        rows = min(most, resamples - start)
        drawn = rng.integers(groups, size=(rows, groups)) + np.arange(rows)[:, None] * groups
        yield (
            np.bincount(drawn.ravel(), minlength=rows * groups)
            .reshape(rows, groups)
            .astype(np.float64)
        )
