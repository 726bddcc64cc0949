"""Fits a model's relevance on captioned collections, and says what it is worth on other pictures.

Questions with an answer and questions without count the same in sum, in every collection and at
every size of it; within each half every kind of question counts the same. So a probability is
meant for an asker who asks for what is there as often as for what is not. Never reads files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings
from models.evaluation.calibration import fit_logistic
from models.evaluation.relevance_questions import (
    Asked,
    CaptionedPictures,
    Strangers,
    Texts,
    ask,
)
from models.relevance import (
    HIT_FEATURES,
    QUESTION_FEATURES,
    Logistic,
    Modality,
    ModalityFit,
    RelevanceFit,
    hit_features,
    question_features,
    standardised,
)

HITS = 10  # of each question are judged: what a first look at an answer takes in
# Each collection is asked whole, and once more as so many pictures: figures must hold for both.
_SMALL = 125
_FEWEST = 30  # questions of either half; fewer say nothing about a kind of question
_RIDGE = 1.0
# At most this share of the questions that have an answer may be told that there is none.
_WRONGLY_REFUSED = 0.1

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Questions with their hits: q questions of `HITS` hits each, or fewer pictures (then NaN).

    `group` names collection and size. `answerable` is 1, 0, or -1 where that is not certain.
    """

    group: NDArray[np.str_]  # (q,)
    kind: NDArray[np.str_]  # (q,)
    modality: NDArray[np.str_]  # (q,)
    answerable: NDArray[np.int64]  # (q,)
    questions: Floats  # (q, features)
    cosines: Floats  # (q, HITS)
    relevant: NDArray[np.bool_]  # (q, HITS)

    def where(self, chosen: NDArray[np.bool_]) -> "Trials":
        """Some of the questions."""
        return Trials(
            self.group[chosen],
            self.kind[chosen],
            self.modality[chosen],
            self.answerable[chosen],
            self.questions[chosen],
            self.cosines[chosen],
            self.relevant[chosen],
        )

    def shares(self) -> Floats:
        """How much each question counts, (q,); 0 where nothing is certain. Groups sum to 1."""
        shares = np.zeros(len(self.kind))
        for group in np.unique(self.group):
            for answerable in (0, 1):
                half = (self.group == group) & (self.answerable == answerable)
                kinds = np.unique(self.kind[half])
                for kind in kinds:
                    mine = half & (self.kind == kind)
                    shares[mine] = 0.5 / len(kinds) / mine.sum()
        return shares


def halves(
    pictures: CaptionedPictures, others: Strangers, seed: int
) -> list[tuple[CaptionedPictures, Strangers]]:
    """Split pictures, phrases and strangers at random: one half to fit to, one to report on."""
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(pictures.images))
    parts = []
    for half in (0, 1):
        mine = pictures.rows(np.sort(rows[half::2]))
        phrases = _every_other(mine.phrases, half)
        part = CaptionedPictures(
            mine.name, mine.images, mine.captions, mine.texts, mine.own, phrases
        )
        texts = {kind: _every_other(one, half) for kind, one in others.texts.items()}
        parts.append((part, Strangers(texts, others.pictures[half::2])))
    return parts


def put_to_test(
    pictures: CaptionedPictures, others: Strangers, names: Embeddings, *, seed: int = 0
) -> Trials:
    """Ask everything of a collection, whole and small, and note what came back."""
    rng = np.random.default_rng(seed)
    sizes = [pictures]
    if len(pictures.images) >= 2 * _SMALL:
        rows = np.sort(rng.permutation(len(pictures.images))[:_SMALL])
        sizes.append(pictures.rows(rows))
    parts = [
        _answered(asked, one, names, f"{one.name}, {len(one.images)} pictures")
        for one in sizes
        for asked in ask(one, others, seed=seed)
    ]
    return joined(parts)


def joined(parts: Sequence[Trials]) -> Trials:
    """Several collections' questions in one table."""
    columns = ("group", "kind", "modality", "answerable", "questions", "cosines", "relevant")
    return Trials(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def fit_relevance(tested: Trials, fitted_on: str, names: Embeddings) -> RelevanceFit:
    """Fit what has enough questions of both halves. Figures are not filled in.

    `names` (m, dim) are the everyday names that the questions were held against.
    """
    fits = {}
    for modality in Modality:
        mine = tested.where((tested.modality == modality) & (tested.answerable >= 0))
        counts = [int((mine.answerable == wanted).sum()) for wanted in (0, 1)]
        if min(counts) >= _FEWEST:
            fits[modality] = _fit_modality(mine)
    return RelevanceFit(fitted_on, fits, names)


def match_chances(fit: ModalityFit, tested: Trials) -> Floats:
    """The chance of a match, (q,)."""
    return fit.match.chances(tested.questions)


def hit_chances(fit: ModalityFit, tested: Trials) -> Floats:
    """The relevance of every hit, (q, HITS), as the service gives it; NaN where there is none."""
    chances = fit.hit.chances(_hit_table(tested.questions, tested.cosines))
    table = chances.reshape(tested.cosines.shape)
    return np.where(np.isfinite(tested.cosines), np.minimum.accumulate(table, axis=1), np.nan)


def fit_on(features: Floats, positive: NDArray[np.bool_], shares: Floats) -> Logistic:
    """A logistic on (n, d) features with their squares and products; `shares` (n,) weigh rows."""
    centre, scale = standardised(features)
    expanded = Logistic(centre, scale, ()).expand(features)
    counts = shares / shares.sum() * len(features)
    weights = fit_logistic(expanded, positive, shares=counts, ridge=_RIDGE)
    return Logistic(centre, scale, tuple(weights.tolist()))


def _fit_modality(mine: Trials) -> ModalityFit:
    shares = mine.shares()
    answerable = mine.answerable == 1
    match = fit_on(mine.questions, answerable, shares)
    there = np.isfinite(mine.cosines).ravel()
    hits = _hit_table(mine.questions, mine.cosines)[there]
    hit = fit_on(hits, mine.relevant.ravel()[there], np.repeat(shares, HITS)[there])
    below = weighted_quantile(
        match.chances(mine.questions)[answerable], shares[answerable], _WRONGLY_REFUSED
    )
    return ModalityFit(match, hit, below)


def weighted_quantile(values: Floats, shares: Floats, wanted: float) -> float:
    """The value below which `wanted` of the shares lie."""
    order = np.argsort(values)
    summed = np.cumsum(shares[order]) / shares.sum()
    return float(values[order][min(int(np.searchsorted(summed, wanted)), len(values) - 1)])


def _hit_table(questions: Floats, cosines: Floats) -> Floats:
    """(q * HITS, features of a hit); cosines that are not there become -1."""
    filled = np.where(np.isfinite(cosines), cosines, -1.0)
    rows = [hit_features(questions[row : row + 1], filled[row]) for row in range(len(questions))]
    return np.concatenate(rows) if rows else np.zeros((0, len(HIT_FEATURES)))


def _answered(asked: Asked, pictures: CaptionedPictures, names: Embeddings, group: str) -> Trials:
    """Search for one kind of question."""
    scores = (asked.queries @ pictures.images.T).astype(np.float64)  # (q, n)
    named = asked.queries @ names.T  # (q, m)
    count = len(asked.queries)
    questions = np.zeros((count, len(QUESTION_FEATURES)))
    cosines = np.full((count, HITS), np.nan)
    relevant = np.zeros((count, HITS), dtype=np.bool_)
    for row in range(count):
        there = np.flatnonzero(asked.searched[row])
        best = there[np.argsort(-scores[row, there], kind="stable")[:HITS]]
        if not len(best):
            continue
        cosines[row, : len(best)] = scores[row, best]
        relevant[row, : len(best)] = asked.relevant[row, best]
        questions[row] = question_features(scores[row, there], named[row], cosines[row, 0])
    kept = np.isfinite(cosines[:, 0])
    answerable = -1 if asked.answerable is None else int(asked.answerable)
    return Trials(
        np.full(count, group),
        np.full(count, asked.kind),
        np.full(count, str(asked.modality)),
        np.full(count, answerable),
        questions,
        cosines,
        relevant,
    ).where(kept)


def _every_other(texts: Texts, half: int) -> Texts:
    return texts.rows(np.arange(half, len(texts.texts), 2))
