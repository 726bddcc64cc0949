"""Fits a model's `Calibration` on labelled pictures, and says what it is worth on others.

Every picture is asked about with as many random names as a user may give, from one to a hundred:
its own among them, or left out. Where it is left out the others come from its own set of names
(near: another scene) or from another set (far: a garment). Names close to its own are never among
those that count as wrong. Never decodes pictures and never writes files.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.calibration import Calibration, NoneOfTheseWeights
from models.classifier import SIMILAR_COSINE, means_alike, none_features
from models.encoder import Embeddings
from models.evaluation.calibration import (
    area_under_roc,
    expected_calibration_error,
    fit_logistic,
    fit_temperature,
    negative_log_likelihood,
)

SIZES = (1, 2, 3, 5, 10, 20, 50, 100)
_FEWEST_ROWS = 30  # fewer questions of a size say nothing about it
_ROUNDS = 3  # with each picture, since the names are drawn anew


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSet:
    """Pictures (n, dim) whose classes are the rows `labels` (n,) of `class_embeddings` (c, dim)."""

    name: str
    image_embeddings: Embeddings
    labels: NDArray[np.int64]
    class_embeddings: Embeddings

    def rows(self, rows: NDArray[np.int64]) -> "LabelledSet":
        """Some of the pictures, with all the names."""
        return LabelledSet(
            self.name, self.image_embeddings[rows], self.labels[rows], self.class_embeddings
        )


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """One picture and some names each; a picture's own name is in column 0.

    `logits` (q, 100) hold -inf where there is no name; `sizes` (q,) count the names; `features`
    (q, 2) are those of `none_features`; `kinds` (q,) say present, near or far.
    """

    logits: NDArray[np.float64]
    sizes: NDArray[np.int64]
    features: NDArray[np.float64]
    kinds: NDArray[np.str_]

    @property
    def present(self) -> NDArray[np.bool_]:
        """Where the picture's own name is among those given, (q,)."""
        present: NDArray[np.bool_] = self.kinds == "present"
        return present


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """Pictures asked about with `classes` names, their own among them."""

    classes: int
    questions: int
    accuracy: float
    ece_before: float
    ece_after: float
    best_temperature: float


@dataclass(frozen=True, slots=True)
class NoneFigures:
    """`none_of_these` where the own name is given against where it is not."""

    kind: str
    auroc: float
    mean_when_present: float
    mean_when_absent: float
    ece: float


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """Figures over questions that nothing was fitted to; nll in nats."""

    questions: int
    accuracy: float
    ece_before: float
    ece_after: float
    nll_before: float
    nll_after: float
    sizes: tuple[SizeFigures, ...]
    none_of_these: tuple[NoneFigures, ...]


def halves(sets: Sequence[LabelledSet], seed: int) -> tuple[list[LabelledSet], list[LabelledSet]]:
    """Split every set's pictures at random: one half to fit to, one to report on."""
    rng = np.random.default_rng(seed)
    orders = [rng.permutation(len(one.labels)) for one in sets]
    return (
        [one.rows(order[::2]) for one, order in zip(sets, orders, strict=True)],
        [one.rows(order[1::2]) for one, order in zip(sets, orders, strict=True)],
    )


def ask(
    sets: Sequence[LabelledSet], background: Embeddings, logit_scale: float, *, seed: int = 0
) -> Questions:
    """Ask about every picture with its own name and without, a few times, among random names."""
    rng = np.random.default_rng(seed)
    logits, features, kinds = [np.zeros((0, max(SIZES)))], [np.zeros((0, 2))], []
    alike = [means_alike(one.class_embeddings, background) for one in sets]
    for place, one in enumerate(sets):
        far = [number for number in range(len(sets)) if number != place]
        scores = [logit_scale * one.image_embeddings @ other.class_embeddings.T for other in sets]
        others = logit_scale * one.image_embeddings @ background.T  # (n, b)
        allowed = [
            one.class_embeddings @ other.class_embeddings.T < SIMILAR_COSINE for other in sets
        ]
        for row in np.tile(np.arange(len(one.labels)), _ROUNDS):
            label = one.labels[row]
            is_far = bool(far) and rng.random() < 0.5
            for kind in ("present", "far" if is_far else "near"):
                source = int(rng.choice(far)) if kind == "far" else place
                count = int(rng.choice(SIZES)) - (kind == "present")
                names = rng.permutation(np.flatnonzero(allowed[source][label]))[:count]
                if kind == "present":
                    names = np.append(label, names)  # its own in column 0
                if len(names):
                    chosen = scores[source][row, names]
                    left_out = np.any(alike[source][names], axis=0)
                    features.append(none_features(chosen[None], others[row, None], left_out))
                    padding = (0, max(SIZES) - len(names))
                    logits.append(np.pad(chosen, padding, constant_values=-np.inf)[None])
                    kinds.append(kind)
    table = np.concatenate(logits)
    return Questions(
        table,
        np.isfinite(table).sum(axis=1),
        np.concatenate(features),
        np.array(kinds, dtype=np.str_),
    )


def calibrate_zero_shot(
    sets: Sequence[LabelledSet], background: Embeddings, logit_scale: float, *, seed: int = 0
) -> Calibration:
    """Fit one temperature for every number of names, and the weights of none_of_these.

    For softmax models. Takes the background's (b, dim) embeddings. Raises ValueError without
    pictures that have at least two names to choose from.
    """
    questions = ask(sets, background, logit_scale, seed=seed)
    logits = questions.logits[questions.present & (questions.sizes > 1)]
    temperature = fit_temperature(logits, np.zeros(len(logits), np.int64))
    weights = fit_logistic(questions.features, ~questions.present)
    return Calibration(temperature, NoneOfTheseWeights(*(float(one) for one in weights)))


def report_zero_shot(
    sets: Sequence[LabelledSet],
    background: Embeddings,
    logit_scale: float,
    calibration: Calibration,
    *,
    seed: int = 1,
) -> CalibrationReport:
    """Measure a calibration on pictures that it was not fitted to."""
    questions = ask(sets, background, logit_scale, seed=seed)
    choice = np.flatnonzero(questions.present & (questions.sizes > 1))
    before = questions.logits[choice]
    after = before / calibration.temperature
    labels = np.zeros(len(choice), np.int64)
    return CalibrationReport(
        questions=len(choice),
        accuracy=float((before.argmax(axis=1) == 0).mean()),
        ece_before=_ece(before),
        ece_after=_ece(after),
        nll_before=negative_log_likelihood(before, labels),
        nll_after=negative_log_likelihood(after, labels),
        sizes=tuple(
            SizeFigures(
                size,
                len(rows),
                float((questions.logits[rows].argmax(axis=1) == 0).mean()),
                _ece(questions.logits[rows]),
                _ece(questions.logits[rows] / calibration.temperature),
                fit_temperature(questions.logits[rows], np.zeros(len(rows), np.int64)),
            )
            for size, rows in _by_size(questions)
        ),
        none_of_these=_none_figures(questions, calibration.none_of_these),
    )


def _by_size(questions: Questions) -> list[tuple[int, NDArray[np.int64]]]:
    """The questions of each size above one that hold the picture's own name."""
    groups = [
        (size, np.flatnonzero(questions.present & (questions.sizes == size))) for size in SIZES[1:]
    ]
    return [(size, rows) for size, rows in groups if len(rows) >= _FEWEST_ROWS]


def _ece(logits: NDArray[np.float64]) -> float:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    confidences = powers.max(axis=1) / powers.sum(axis=1)
    return expected_calibration_error(confidences, logits.argmax(axis=1) == 0)


def _none_figures(questions: Questions, weights: NoneOfTheseWeights) -> tuple[NoneFigures, ...]:
    odds = questions.features @ np.array([weights.margin, weights.best]) + weights.offset
    chances = 1 / (1 + np.exp(-odds))  # (q,)
    present = questions.present
    figures = []
    for kind in ("near", "far", "all"):
        absent = ~present if kind == "all" else questions.kinds == kind
        asked = present | absent
        if absent.any():
            figures.append(
                NoneFigures(
                    kind,
                    area_under_roc(chances[asked], absent[asked]),
                    float(chances[present].mean()),
                    float(chances[absent].mean()),
                    expected_calibration_error(chances[asked], absent[asked]),
                )
            )
    return tuple(figures)
