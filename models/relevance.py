"""Scores → calibrated relevance: how likely a hit shows what was asked for, and how likely the
collection holds anything that does.

A cosine means nothing by itself: its level depends on the model, on whether words or a picture ask,
and on what was asked. So a hit is judged within its own question: against the scores of that
question over a sample of the collection (mean, spread, mean of the highest 2 %), and against what
the question is near among a hundred everyday names (mean, spread, ten highest; texts that mean
nothing are near to none). A logistic regression with squares and products of these weighs them;
`models.relevance_file` keeps its weights beside the model, and `models.evaluation.relevance_fit`
fits them. Platt, "Probabilistic Outputs for Support Vector Machines" (1999), for scores made
probabilities by a logistic; score normalisation against a cohort of others is that of speaker
verification (Auckenthaler et al., "Score Normalization for Text-Independent Speaker Verification
Systems", 2000). Never reads files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings

Floats = NDArray[np.float64]

# What the background's upper tail is, and how many of the names count as near.
_TAIL_SHARE = 0.02
_NEAR_NAMES = 10
# Fewer embeddings than this say little; what was usual in fitting stands in for the rest.
_ENOUGH_ITEMS = 100
# Beyond so many deviations from what was fitted to, a square would outrun everything else.
_FARTHEST = 4.0
_LEAST_SCALE = 1e-6

QUESTION_FEATURES = ("mean", "spread", "tail", "near_names", "names_mean", "names_spread", "best")
HIT_FEATURES = (*QUESTION_FEATURES, "cosine")
_OF_BACKGROUND = 3  # of QUESTION_FEATURES, these come from the sample


class Modality(StrEnum):
    """What asks: each has a scale of its own."""

    TEXT = "text"
    IMAGE = "image"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression on standardised features, their squares and their products.

    `weights` are those of d features, then of the d(d + 1) / 2 products, then the constant.
    """

    centre: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]

    def chances(self, features: Floats) -> Floats:
        """Probabilities (n,) of (n, d) features."""
        weights = _array(self.weights)
        odds = self.expand(features) @ weights[:-1] + weights[-1]
        chances: Floats = 1 / (1 + np.exp(-odds.clip(-500, 500)))
        return chances

    def expand(self, features: Floats) -> Floats:
        """Standardised features with their squares and products: (n, d) → (n, d + d(d + 1) / 2)."""
        scaled = ((features - _array(self.centre)) / _array(self.scale)).clip(-_FARTHEST, _FARTHEST)
        rows, columns = _pairs(scaled.shape[1])
        return np.concatenate([scaled, scaled[:, rows] * scaled[:, columns]], axis=1)


@lru_cache(maxsize=256)
def _array(numbers: tuple[float, ...]) -> Floats:
    """A fit's numbers (n,), made once; read only."""
    array = np.array(numbers)
    array.flags.writeable = False
    return array


@lru_cache
def _pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of the first and of the second of all pairs of `count` columns, each with itself
    too: two of (count * (count + 1) / 2,); made once, as making them takes longer than using them.
    """
    rows, columns = np.triu_indices(count)
    return rows, columns


def standardised(features: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The mean and the deviation of each column of (n, d), as a `Logistic` wants them."""
    deviations = np.maximum(features.std(axis=0), _LEAST_SCALE)
    return tuple(features.mean(axis=0).tolist()), tuple(deviations.tolist())


@dataclass(frozen=True, slots=True)
class ModalityFit:
    """What was fitted for one kind of question.

    `match` says whether the collection holds what was asked for, `hit` whether a hit shows it.
    Below `no_good_match_below`, a question is said to have no good match. `figures` are what this
    was worth on pictures that it was not fitted to.
    """

    match: Logistic
    hit: Logistic
    no_good_match_below: float
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class RelevanceFit:
    """What makes one model's scores relevance. `fitted_on` says in words what it was fitted to.

    `names` (m, dim) are the unit embeddings of everyday names: kept, so that nobody waits for them.
    """

    fitted_on: str
    modalities: Mapping[Modality, ModalityFit]
    names: Embeddings

    def completed_by(self, other: "RelevanceFit | None") -> "RelevanceFit":
        """This fit, with the other's for the kinds of question that it has none for."""
        if other is None:
            return self
        return RelevanceFit(self.fitted_on, {**other.modalities, **self.modalities}, self.names)


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """One question judged: `relevance` (n,) of its hits, in their order, and the chance that the
    collection holds a match at all; `features` by name, for whoever wants to see why.
    """

    relevance: Floats
    match: float
    no_good_match: bool
    features: Mapping[str, float]


def judge(
    fit: RelevanceFit,
    modality: Modality,
    query: Embeddings,
    cosines: NDArray[np.floating],
    background: Embeddings,
) -> Judgement | None:
    """Judge the hits of a (1, dim) unit query by their cosines (n,), in any order.

    `background` (b, dim) is a sample of the collection. A hit is never more relevant than one with
    a higher cosine. None where nothing was fitted for what asks.
    """
    one = fit.modalities.get(modality)
    if one is None:
        return None
    best = float(cosines.max()) if len(cosines) else -1.0
    scores, names = background @ query[0], fit.names @ query[0]  # (b,), (m,)
    question = question_features(scores, names, best, one.match.centre)  # (1, 7)
    features = dict(zip(QUESTION_FEATURES, question[0].tolist(), strict=True))
    if not len(cosines):
        return Judgement(np.empty(0), 0.0, True, features)
    chances = one.hit.chances(hit_features(question, np.asarray(cosines, np.float64)))  # (n,)
    order = np.argsort(-np.asarray(cosines), kind="stable")
    relevance = np.empty(len(cosines))
    relevance[order] = np.minimum.accumulate(chances[order])
    match = float(one.match.chances(question)[0])
    return Judgement(relevance, match, match < one.no_good_match_below, features)


def question_features(
    scores: NDArray[np.floating],
    names: NDArray[np.floating],
    best: float,
    usual: tuple[float, ...] | None = None,
) -> Floats:
    """What a question looks like among others, (1, 7), as `QUESTION_FEATURES` name it.

    Takes its scores (n,) over the sample, (m,) over the names, and its best hit's. `usual` stands
    in for what a small sample cannot say.
    """
    kept = max(len(names) - _NEAR_NAMES, 0)
    near = float(np.partition(names, kept)[kept:].mean()) if kept else float(names.mean())
    of_names = [near, float(names.mean()), float(names.std())]
    return np.array([[*_of_sample(scores, usual), *of_names, best]])


def hit_features(question: Floats, cosines: Floats) -> Floats:
    """The features (n, 8) of n hits of one question (1, 7)."""
    features = np.empty((len(cosines), question.shape[1] + 1))
    features[:, :-1] = question
    features[:, -1] = cosines
    return features


def _of_sample(scores: NDArray[np.floating], usual: tuple[float, ...] | None) -> list[float]:
    """Mean, spread and upper tail of scores (n,)."""
    count = len(scores)
    own = [0.0, 0.0, 0.0]
    if count:
        kept = max(1, round(count * _TAIL_SHARE))
        tail = np.partition(scores, count - kept)[count - kept :]
        own = [float(scores.mean()), float(scores.std()), float(tail.mean())]
    trust = min(1.0, count / _ENOUGH_ITEMS)
    if usual is None or trust == 1.0:
        return own
    pairs = zip(own, usual[:_OF_BACKGROUND], strict=True)
    return [trust * value + (1 - trust) * typical for value, typical in pairs]
