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
from models.classifier import SIMILAR_COSINE, none_features
from models.encoder import Embeddings
from models.evaluation.calibration import (
    area_under_roc,
    expected_calibration_error,
    fit_logistic,
    fit_temperature,
    negative_log_likelihood,
)

SIZES = (1, 2, 3, 5, 10, 20, 50, 100)
_FEWEST_ROWS = 30  # fewer questions of a size say nothing about its temperature


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
        return self.kinds == "present"


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
    """Ask about every picture once with its own name and once without, with random other names."""
    rng = np.random.default_rng(seed)
    logits, sizes, features, kinds = [], [], [], []
    for number, one in enumerate(sets):
        others = [other for place, other in enumerate(sets) if place != number]
        for image, label in zip(one.image_embeddings, one.labels, strict=True):
            own = one.class_embeddings[label]
            far = others and rng.random() < 0.5
            for kind in ("present", "far" if far else "near"):
                source = others[rng.integers(len(others))] if kind == "far" else one
                size = int(rng.choice(SIZES))
                wrong = _wrong_names(source.class_embeddings, own, size - (kind == "present"), rng)
                names = np.vstack([own[None], wrong]) if kind == "present" else wrong
                if not len(names):
                    continue
                row = np.full(max(SIZES), -np.inf)
                row[: len(names)] = logit_scale * (names @ image)
                logits.append(row)
                sizes.append(len(names))
                features.append(none_features(image[None], names, background, logit_scale)[0])
                kinds.append(kind)
    return Questions(np.array(logits), np.array(sizes), np.array(features), np.array(kinds))


def _wrong_names(
    names: Embeddings, own: Embeddings, count: int, rng: np.random.Generator
) -> Embeddings:
    allowed = np.flatnonzero(names @ own < SIMILAR_COSINE)
    return names[rng.permutation(allowed)[:count]]


def calibrate_zero_shot(
    sets: Sequence[LabelledSet], background: Embeddings, logit_scale: float, *, seed: int = 0
) -> Calibration:
    """Fit temperature, its growth with the number of names, and the weights of none_of_these.

    For softmax models. Takes the background's (b, dim) embeddings. Raises ValueError without
    pictures.
    """
    questions = ask(sets, background, logit_scale, seed=seed)
    fitted = [
        (size, fit_temperature(questions.logits[rows], np.zeros(len(rows), np.int64)))
        for size, rows in _by_size(questions)
    ]
    if not fitted:
        raise ValueError("there are too few labelled pictures to fit a calibration")
    growth = 0.0
    if len(fitted) > 1:
        size_logs, temperature_logs = np.log(np.array(fitted)).T
        growth = float(np.polyfit(size_logs, temperature_logs, 1)[0])
    choice = questions.present & (questions.sizes > 1)
    logits = questions.logits[choice] / questions.sizes[choice, None] ** growth
    temperature = fit_temperature(logits, np.zeros(len(logits), np.int64))
    weights = fit_logistic(questions.features, ~questions.present)
    return Calibration(temperature, growth, NoneOfTheseWeights(*(float(one) for one in weights)))


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
    after = _calibrated(questions, choice, calibration)
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
                _ece(_calibrated(questions, rows, calibration)),
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


def _calibrated(
    questions: Questions, rows: NDArray[np.int64], calibration: Calibration
) -> NDArray[np.float64]:
    temperatures = [calibration.temperature_for(int(size)) for size in questions.sizes[rows]]
    return questions.logits[rows] / np.array(temperatures)[:, None]


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
