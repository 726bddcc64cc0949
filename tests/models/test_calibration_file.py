"""calibration.json beside the weights: optional, bound to them, no part of their identity."""

import json
import logging
import shutil
from pathlib import Path

import pytest

from models.calibration import (
    CALIBRATION_FILE,
    Calibration,
    NoneOfTheseWeights,
    read_calibration,
    write_calibration,
)
from models.config import ModelConfig
from models.errors import ModelLoadError
from models.loading import load_encoder, model_calibration, model_key

FITTED = Calibration(1.5, NoneOfTheseWeights(0.9, -0.2, 1.25))


def test_a_stored_calibration_comes_back_as_it_was(tmp_path: Path) -> None:
    write_calibration(tmp_path, "abc", FITTED)
    assert read_calibration(tmp_path, "abc") == FITTED


def test_a_model_without_a_calibration_has_none(tmp_path: Path) -> None:
    assert read_calibration(tmp_path, "abc") is None
    assert read_calibration(None, "abc") is None


def test_a_calibration_of_other_weights_is_not_used(tmp_path: Path, caplog) -> None:
    write_calibration(tmp_path, "abc", FITTED)
    with caplog.at_level(logging.WARNING):
        assert read_calibration(tmp_path, "other") is None
    assert "fit it again" in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": 0},
        {"temperature": "warm"},
        {"temperature": float("nan")},
        {"none_of_these": {"surprise": 1}},
        {"none_of_these": 3},
        {"none_of_these": {"offset": float("inf")}},
    ],
)
def test_an_unreadable_calibration_is_a_load_error(tmp_path: Path, change) -> None:
    path = write_calibration(tmp_path, "abc", FITTED)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ModelLoadError, match=r"calibration\.json"):
        read_calibration(tmp_path, "abc")
    path.write_text("{")
    with pytest.raises(ModelLoadError, match=r"calibration\.json"):
        read_calibration(tmp_path, "abc")


def test_a_calibration_leaves_fingerprint_and_key_alone(
    clip_directory: Path, tmp_path: Path
) -> None:
    config = ModelConfig(str(shutil.copytree(clip_directory, tmp_path / "model")))
    before, key = load_encoder(config).info, model_key(config)
    write_calibration(tmp_path / "model", before.fingerprint, FITTED)
    assert (tmp_path / "model" / CALIBRATION_FILE).is_file()
    assert load_encoder(config).info == before
    assert model_key(config) == key
    assert model_calibration(config, before.fingerprint) == FITTED
