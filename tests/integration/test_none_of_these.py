"""Does the built-in model know when no name fits? On drawings, with its shipped calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.classifier import ZeroShotClassifier
from models.config import ModelConfig
from models.encoder import Encoder
from models.evaluation.calibration import area_under_roc
from models.loading import model_calibration

if TYPE_CHECKING:
    from tests.integration.conftest import IndexedGallery

# Ten everyday things that the gallery draws.
THINGS = (
    "boat",
    "house",
    "cat",
    "lighthouse",
    "bicycle",
    "mushroom",
    "fish",
    "tree",
    "car",
    "butterfly",
)
AUROC_AT_LEAST = 0.8


def test_none_of_these_is_higher_when_the_right_name_is_left_out(
    gallery: IndexedGallery, encoder: Encoder
) -> None:
    calibration = model_calibration(ModelConfig(), encoder.info.fingerprint)
    classifier = ZeroShotClassifier(encoder.info, calibration)
    values: list[float] = []
    left_out: list[bool] = []
    for thing in THINGS:
        rows = [row for row, item in enumerate(gallery.items) if item.metadata["thing"] == thing]
        others = [name for name in THINGS if name != thing]
        for names in ([thing, *others[:4]], others[4:]):
            result = classifier.classify(encoder, gallery.images[rows], names)
            values += result.none_of_these.tolist()
            left_out += [thing not in names] * len(rows)
    assert len(values) >= 40
    assert area_under_roc(np.array(values), np.array(left_out)) >= AUROC_AT_LEAST


def test_the_shipped_calibration_belongs_to_the_shipped_weights(encoder: Encoder) -> None:
    assert model_calibration(ModelConfig(), encoder.info.fingerprint) is not None
