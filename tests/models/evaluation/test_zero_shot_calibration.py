"""Fitting a calibration: found again where the truth is known, and better than none."""

import numpy as np
import pytest

from models.calibration import UNCALIBRATED
from models.encoder import Embeddings, unit_embeddings
from models.evaluation.zero_shot_calibration import (
    LabelledSet,
    ask,
    calibrate_zero_shot,
    halves,
    report_zero_shot,
)

DIM = 64
SCALE = 20.0
Sets = list[LabelledSet]


def directions(rng: np.random.Generator, count: int) -> Embeddings:
    return unit_embeddings(rng.normal(size=(count, DIM)))


@pytest.fixture(scope="module")
def sets() -> Sets:
    """Two sets of pictures that lie around their classes, with much noise."""
    rng = np.random.default_rng(0)
    made = []
    for name, count in (("places", 12), ("things", 6)):
        classes = directions(rng, count)
        labels = rng.integers(0, count, 150)
        made.append(
            LabelledSet(
                name, unit_embeddings(classes[labels] + 2 * directions(rng, 150)), labels, classes
            )
        )
    return made


@pytest.fixture(scope="module")
def background() -> Embeddings:
    """Names that nothing is."""
    return directions(np.random.default_rng(9), 30)


def test_questions_hold_the_own_name_first_or_not_at_all(sets: Sets, background: Embeddings):
    questions = ask(sets, background, SCALE)
    assert set(questions.kinds) == {"present", "near", "far"}
    assert np.array_equal(np.isfinite(questions.logits).sum(axis=1), questions.sizes)
    own = [row for one in sets for row in [one] * 3]
    expected = [
        SCALE * float(image @ one.class_embeddings[label])
        for one in own
        for image, label in zip(one.image_embeddings, one.labels, strict=True)
    ]
    assert questions.logits[questions.present, 0] == pytest.approx(expected, abs=1e-4)


def test_calibration_brings_confidence_and_accuracy_together(sets: Sets, background: Embeddings):
    to_fit, to_report = halves(sets, seed=0)
    calibration = calibrate_zero_shot(to_fit, background, SCALE)
    report = report_zero_shot(to_report, background, SCALE, calibration)
    plain = report_zero_shot(to_report, background, SCALE, UNCALIBRATED)
    assert report.ece_after < report.ece_before == plain.ece_after
    assert report.nll_after < report.nll_before
    assert report.accuracy == plain.accuracy
    every = report.none_of_these[-1]
    assert every.auroc > 0.8
    assert every.mean_when_present < 0.5 < every.mean_when_absent
    assert every.ece < plain.none_of_these[-1].ece


def test_a_scale_that_is_wrong_by_a_factor_is_found_in_the_temperature(
    sets: Sets, background: Embeddings
):
    once = calibrate_zero_shot(sets, background, SCALE).temperature
    thrice = calibrate_zero_shot(sets, background, 3 * SCALE).temperature
    assert thrice == pytest.approx(3 * once, rel=1e-3)


def test_halves_share_no_picture_and_lose_none(sets: Sets):
    to_fit, to_report = halves(sets, seed=3)
    for one, first, second in zip(sets, to_fit, to_report, strict=True):
        rows = np.vstack([first.image_embeddings, second.image_embeddings])
        assert len(np.unique(rows, axis=0)) == len(rows) == len(one.labels)


def test_a_calibration_without_pictures_is_refused(background: Embeddings):
    with pytest.raises(ValueError, match="at least one"):
        calibrate_zero_shot([], background, SCALE)
