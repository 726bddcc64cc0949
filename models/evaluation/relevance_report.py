"""What a relevance is worth: calibration error, and how well it tells questions with an answer from
questions without, by kind; for raw cosine and simpler estimators alike. Fits what it compares with,
on the same half of the pictures. Never reads files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.evaluation.calibration import (
    ReliabilityBin,
    area_under_roc,
    reliability_bins,
)
from models.evaluation.relevance_fit import (
    HITS,
    Trials,
    fit_on,
    hit_chances,
    match_chances,
)
from models.evaluation.relevance_questions import (
    ABSENT,
    CAPTION,
    MIXED,
    MIXED_REMOVED,
    OTHERS_MIXED,
    PHRASE,
    PHRASE_REMOVED,
    PICTURE,
    PICTURE_REMOVED,
    REMOVED,
)
from models.relevance import (
    HIT_FEATURES,
    QUESTION_FEATURES,
    Modality,
    ModalityFit,
    RelevanceFit,
)

Floats = NDArray[np.float64]
_BINS = 15

# What is fitted in the full estimator's place, from how much of what it sees.
SIMPLER: Mapping[str, tuple[str, ...]] = {
    "raw cosine": (),
    "cosine through a logistic": ("best",),
    "cosine, mean and spread of the background": ("best", "mean", "spread"),
    "the same and its upper tail": ("best", "mean", "spread", "tail"),
    "cosine and everyday names": ("best", "near_names", "names_mean", "names_spread"),
}
FULL = "all together (what is used)"


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One kind of question without an answer against the kind with one that it comes from.

    `no_match_said` is the share that was told that there is no good match.
    """

    kind: str
    against: str
    questions: int
    auroc: float
    auroc_of_cosine: float
    no_match_said: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One estimator on one collection and kind of question. ECE of hits, of first hits, and of the
    chance of a match; `auroc` tells answerable from unanswerable, all kinds counting the same, and
    `auroc_foreign` without those whose matches were removed, so that near pictures remain.
    """

    estimator: str
    group: str
    modality: str
    ece_hits: float
    ece_first: float
    ece_match: float
    auroc: float
    auroc_foreign: float


@dataclass(frozen=True, slots=True)
class Chances:
    """An estimator's word: (q, HITS) of hits, and (q,) of a match."""

    hits: Floats
    match: Floats


def of_fit(fit: RelevanceFit, modality: Modality, tested: Trials) -> Chances:
    """What a fit says."""
    one = fit.modalities[modality]
    return Chances(hit_chances(one, tested), match_chances(one, tested))


def of_simpler(features: Sequence[str], to_fit: Trials, tested: Trials) -> Chances:
    """What an estimator with fewer features says; without any, the cosine itself, cut at 0."""
    if not features:
        cosines = np.clip(tested.cosines, 0, 1)
        return Chances(cosines, cosines[:, 0])
    columns = [QUESTION_FEATURES.index(name) for name in features]
    of_hits = [HIT_FEATURES.index("cosine"), *(place for place in columns if place != 6)]
    shares, certain = to_fit.shares(), to_fit.answerable >= 0
    fitted, weights = to_fit.where(certain), shares[certain]
    match = fit_on(fitted.questions[:, columns], fitted.answerable == 1, weights)
    there = np.isfinite(fitted.cosines).ravel()
    hit = fit_on(
        _hits(fitted)[there][:, of_hits],
        fitted.relevant.ravel()[there],
        np.repeat(weights, HITS)[there],
    )
    table = hit.chances(_hits(tested)[:, of_hits]).reshape(tested.cosines.shape)
    hits = np.where(np.isfinite(tested.cosines), table, np.nan)
    return Chances(hits, match.chances(tested.questions[:, columns]))


def figures(estimator: str, said: Chances, tested: Trials) -> list[Figures]:
    """An estimator's figures, collection by collection and for all of them together."""
    groups = [*np.unique(tested.group).tolist(), "all"]
    found = []
    for group in groups:
        mine = (tested.answerable >= 0) & ((tested.group == group) | (group == "all"))
        part = tested.where(mine)
        shares = part.shares()
        hits, match = said.hits[mine], said.match[mine]
        foreign = ~np.isin(part.kind, (REMOVED, PHRASE_REMOVED, PICTURE_REMOVED, MIXED_REMOVED))
        found.append(
            Figures(
                estimator,
                group,
                str(part.modality[0]),
                ece(hits.ravel(), part.relevant.ravel(), np.repeat(shares, HITS)),
                ece(hits[:, 0], part.relevant[:, 0], shares),
                ece(match, part.answerable == 1, shares),
                weighted_auroc(match, part.answerable == 1, shares),
                weighted_auroc(match, part.answerable == 1, shares * foreign),
            )
        )
    return found


def with_figures(fit: RelevanceFit, tested: Trials) -> RelevanceFit:
    """The fit, with what it is worth on these questions, which it was not fitted to."""
    modalities = {}
    for modality, one in fit.modalities.items():
        part = tested.where(tested.modality == modality)
        said = of_fit(fit, modality, part)
        overall = figures(FULL, said, part)[-1]
        worth = {
            "ece_hits": overall.ece_hits,
            "ece_first": overall.ece_first,
            "ece_match": overall.ece_match,
            "auroc": overall.auroc,
            "auroc_foreign": overall.auroc_foreign,
            "wrongly_refused": wrongly_refused(said, one.no_good_match_below, part),
            "questions": len(part.kind),
        }
        modalities[modality] = replace(one, figures=worth)
    return RelevanceFit(fit.fitted_on, modalities, fit.names)


def by_kind(said: Chances, below: float, tested: Trials) -> list[KindFigures]:
    """Every kind without an answer against the one with an answer that it comes from."""
    found = []
    for kind in dict.fromkeys(tested.kind[tested.answerable < 1].tolist()):
        against = _counterpart(kind, str(tested.modality[0]))
        chosen = (tested.kind == kind) | (tested.kind == against)
        there = tested.kind[chosen] == against
        cosines = tested.cosines[chosen, 0]
        mine = tested.kind == kind
        found.append(
            KindFigures(
                kind,
                against,
                int(mine.sum()),
                area_under_roc(said.match[chosen], there),
                area_under_roc(cosines, there),
                float((said.match[mine] < below).mean()),
            )
        )
    return found


def wrongly_refused(said: Chances, below: float, tested: Trials) -> float:
    """The share of answerable questions that are told that there is no good match."""
    answerable = tested.answerable == 1
    shares = tested.shares()[answerable]
    return float(((said.match[answerable] < below) * shares).sum() / shares.sum())


def unchanged_first_hits(tested: Trials, kept: str, removed: str) -> float:
    """The share of captions whose first hit stays, though every match was removed: nobody who sees
    the first hits alone can tell these from those whose matches are there.
    """
    before = tested.cosines[tested.kind == kept, 0]
    after = tested.cosines[tested.kind == removed, 0]
    return float(np.isclose(before, after).mean()) if len(before) == len(after) else float("nan")


def log_loss(fit: ModalityFit, tested: Trials) -> float:
    """Mean negative log-likelihood of hits and of matches under a fit, in nats, added up."""
    shares = tested.shares()
    hits, match = hit_chances(fit, tested), match_chances(fit, tested)
    there = np.isfinite(hits).ravel()
    of_hits = _loss(hits.ravel()[there], tested.relevant.ravel()[there])
    weights = np.repeat(shares, HITS)[there]
    of_match = _loss(match, tested.answerable == 1)
    return float(
        (of_hits * weights).sum() / weights.sum() + (of_match * shares).sum() / shares.sum()
    )


def _loss(chances: Floats, right: NDArray[np.bool_]) -> Floats:
    losses: Floats = -np.log(np.clip(np.where(right, chances, 1 - chances), 1e-9, 1))
    return losses


def reliability(
    chances: Floats, right: NDArray[np.bool_], shares: Floats, bins: int = _BINS
) -> list[ReliabilityBin]:
    """Bins of (n,) chances, where rows count by their shares; counts are rounded from 10,000."""
    there = np.isfinite(chances) & (shares > 0)
    chances, right, shares = chances[there], right[there], shares[there]
    plain = reliability_bins(chances, right, bins)
    places = np.clip(np.ceil(chances * bins).astype(int) - 1, 0, bins - 1)
    total = np.bincount(places, shares, bins)
    with np.errstate(invalid="ignore"):
        said = np.bincount(places, shares * chances, bins) / total
        shown = np.bincount(places, shares * right, bins) / total
    return [
        replace(
            one,
            count=int(np.ceil(10_000 * total[place] / shares.sum())),
            confidence=float(said[place]),
            accuracy=float(shown[place]),
        )
        for place, one in enumerate(plain)
    ]


def ece(chances: Floats, right: NDArray[np.bool_], shares: Floats) -> float:
    """Expected calibration error of (n,) chances whose rows count by their shares."""
    bins = [one for one in reliability(chances, right, shares) if one.count]
    total = sum(one.count for one in bins)
    return sum(one.count * abs(one.accuracy - one.confidence) for one in bins) / total


def weighted_auroc(scores: Floats, positive: NDArray[np.bool_], shares: Floats) -> float:
    """The area under the ROC curve of (n,) scores whose rows count by their shares."""
    order = np.argsort(scores, kind="stable")
    there, counts = positive[order], shares[order]
    below = np.cumsum(counts * ~there)
    won = float((counts * there * below).sum())
    return won / float((counts * there).sum() * (counts * ~there).sum())


def _hits(tested: Trials) -> Floats:
    questions = np.repeat(tested.questions, HITS, axis=0)
    cosines = np.where(np.isfinite(tested.cosines), tested.cosines, -1.0)
    return np.column_stack([questions, cosines.ravel()])


def _counterpart(kind: str, modality: str) -> str:
    if modality == Modality.IMAGE:
        return PICTURE
    if kind in (MIXED_REMOVED, OTHERS_MIXED):
        return MIXED
    return PHRASE if kind in (PHRASE_REMOVED, ABSENT) else CAPTION
