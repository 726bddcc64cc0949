"""What does an exclusion leave out? Photos whose captions name the thing, and others.

    python -m benchmarks.exclusion PHOTOS CAPTIONS.csv [--model DIR_OR_NAME] [--fit]

A photo shows a thing if two of its captions name it, and is another one if none does. For every
thing, by its word and by example photos of it: which share of the photos that show it is out, and
which share of the others is lost? With --fit, for other limits too, and each limit also as chosen
on half of the things and measured on the other half.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from app import exclusion
from benchmarks.captioned import Captioned, arguments, interval, read_captioned

EXAMPLES = 5  # photos of each thing that are excluded by
LOST = 0.05  # of the others: one of twenty
Shares = NDArray[np.float64]  # (things, 2): out of those that show it, lost of the others


def main() -> None:
    """Exclude, count, print."""
    parser = arguments(__doc__)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    captioned = read_captioned(options, least=8)
    scale = captioned.encoder.info.logit_scale
    print(f"{len(captioned.pictures)} photos, {len(captioned.words)} things")
    by_word = _by_word(captioned, lambda scores: exclusion.word_limit(scores, scale))
    _print(f"words, margin {exclusion.WORD_MARGIN}", by_word)
    by_photo = _by_photo(captioned, exclusion.picture_limit)
    _print(f"photos, {exclusion.PICTURE_SPREADS} deviations", by_photo)
    for word, (out, lost) in zip(captioned.words, by_word, strict=True):
        print(f"    {word:12} {out:6.0%} of those that show it, {lost:5.1%} of the others")
    if options.fit:
        _fit(captioned, scale)


def _fit(captioned: Captioned, scale: float) -> None:
    """The limits that lose LOST of the others, by each rule, also on things not chosen on."""
    deviations = _curve(
        captioned, np.arange(0.5, 3.5, 0.05), lambda scores, z: scores.mean() + z * scores.std()
    )
    cosine = _curve(captioned, np.arange(-0.1, 0.6, 0.005), lambda _, least: least)
    margins = _curve(
        captioned,
        np.arange(-1, 3, 0.05),
        lambda scores, margin: (
            exclusion.word_limit(scores, scale) + (margin - exclusion.WORD_MARGIN) / scale
        ),
    )
    for rule, curve in (
        ("likelihood ratio", margins),
        ("standard deviations", deviations),
        ("one cosine for all", cosine),
    ):
        halves = [list(range(first, len(captioned.words), 2)) for first in (0, 1)]
        chosen = [_choose(curve, half) for half in halves]
        unseen = np.concatenate([curve[chosen[1 - one]][half] for one, half in enumerate(halves)])
        everything = _choose(curve, list(range(len(captioned.words))))
        print(f"\n{rule}: limit {everything:.3g} on all things")
        _print("chosen on all", curve[everything])
        _print("chosen on the other half", unseen)


def _choose(curve: dict[float, Shares], things: list[int]) -> float:
    """The lowest limit that loses at most LOST of the others."""
    return min(limit for limit, shares in curve.items() if shares[things, 1].mean() <= LOST)


def _curve(
    captioned: Captioned,
    limits: NDArray[np.float64],
    rule: Callable[[NDArray[np.floating], float], float],
) -> dict[float, Shares]:
    return {limit: _by_word(captioned, partial(_limit, rule, limit)) for limit in limits.tolist()}


def _limit(
    rule: Callable[[NDArray[np.floating], float], float],
    limit: float,
    scores: NDArray[np.floating],
) -> float:
    return rule(scores, limit)


def _by_word(captioned: Captioned, limit: Callable[[NDArray[np.floating]], float]) -> Shares:
    scores = captioned.pictures @ captioned.things.T  # (n, t)
    return np.array(
        [
            _shares(captioned, thing, scores[:, thing] > limit(scores[:, thing]))
            for thing in range(len(captioned.words))
        ]
    )


def _by_photo(captioned: Captioned, limit: Callable[[NDArray[np.floating]], float]) -> Shares:
    rng = np.random.default_rng(0)
    rows = []
    for thing in range(len(captioned.words)):
        shown = np.flatnonzero(captioned.show[:, thing])
        each = []
        for photo in rng.choice(shown, EXAMPLES, replace=False):
            scores = captioned.pictures @ captioned.pictures[photo]
            each.append(_shares(captioned, thing, scores > limit(scores)))
        rows.append(np.mean(each, axis=0))
    return np.array(rows)


def _shares(captioned: Captioned, thing: int, out: NDArray[np.bool_]) -> tuple[float, float]:
    show, without = captioned.show[:, thing], captioned.without[:, thing]
    return float(out[show].mean()), float(out[without].mean())


def _print(what: str, shares: Shares) -> None:
    out, lost = (interval(column) for column in shares.T)
    print(f"  {what:26} out of those that show it {out}, lost of the others {lost}")


if __name__ == "__main__":
    main()
