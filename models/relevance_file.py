"""`relevance.json`: a fitted relevance on disk, beside a model's weights or in a collection.

It names the fingerprint that it was fitted to, and is not used for another. Like the calibration of
class probabilities it is optional and no part of a model's fingerprint. Fits nothing.
"""

import base64
import json
import logging
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from models.encoder import Embeddings, unit_embeddings
from models.errors import EncodeError, ModelLoadError
from models.relevance import (
    HIT_FEATURES,
    QUESTION_FEATURES,
    Logistic,
    Modality,
    ModalityFit,
    RelevanceFit,
)

RELEVANCE_FILE = "relevance.json"
_DIGITS = 6  # of a weight: more is noise of the fit

logger = logging.getLogger("sightline")


def read_relevance(path: Path, fingerprint: str) -> RelevanceFit | None:
    """The fit that a file holds for these weights, or None.

    One that was fitted to other weights is not used, and the log says so. Raises ModelLoadError
    for a file that cannot be read.
    """
    if not path.is_file():
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        fitted_to = str(values["fingerprint"])
        modalities = {
            Modality(name): _modality_of(entry) for name, entry in values["modalities"].items()
        }
        fit = RelevanceFit(str(values["fitted_on"]), modalities, _names_of(values["names"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EncodeError) as error:
        raise ModelLoadError(str(path.parent), f"{path.name} cannot be read: {error}") from error
    if fitted_to != fingerprint:
        logger.warning("%s was fitted to other weights and is not used; fit it again", path)
        return None
    return fit


def write_relevance(path: Path, fingerprint: str, fit: RelevanceFit) -> Path:
    """Store a fit; the name never holds half of it. Returns the file's path."""
    values = {
        "fingerprint": fingerprint,
        "fitted_on": fit.fitted_on,
        "modalities": {
            str(modality): {
                "no_good_match_below": _rounded(one.no_good_match_below),
                "figures": {name: _rounded(value) for name, value in one.figures.items()},
                "match": _logistic_to_json(one.match),
                "hit": _logistic_to_json(one.hit),
            }
            for modality, one in fit.modalities.items()
        },
        "names": {
            "dim": fit.names.shape[1],
            "float16": base64.b64encode(fit.names.astype("<f2").tobytes()).decode("ascii"),
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)
    return path


def _modality_of(entry: Mapping[str, Any]) -> ModalityFit:
    return ModalityFit(
        match=_logistic_of(entry["match"], len(QUESTION_FEATURES)),
        hit=_logistic_of(entry["hit"], len(HIT_FEATURES)),
        no_good_match_below=_finite(entry["no_good_match_below"]),
        figures={str(name): _finite(value) for name, value in entry["figures"].items()},
    )


def _names_of(entry: Mapping[str, Any]) -> Embeddings:
    """Half precision moves a cosine by less than 0.001."""
    numbers = np.frombuffer(base64.b64decode(entry["float16"], validate=True), dtype="<f2")
    return unit_embeddings(numbers.reshape(-1, int(entry["dim"])).astype(np.float32))


def _logistic_of(entry: Mapping[str, Any], features: int) -> Logistic:
    """Raises ValueError for numbers that are too many, too few or not finite."""
    parts = [tuple(_finite(value) for value in entry[name]) for name in ("centre", "scale")]
    weights = tuple(_finite(value) for value in entry["weights"])
    products = features * (features + 1) // 2
    wanted = (features, features, features + products + 1)
    if tuple(map(len, (*parts, weights))) != wanted or not all(value > 0 for value in parts[1]):
        raise ValueError(f"a fit of {features} features needs {wanted} numbers")
    return Logistic(parts[0], parts[1], weights)


def _logistic_to_json(one: Logistic) -> dict[str, list[float]]:
    return {
        "centre": [_rounded(value) for value in one.centre],
        "scale": [_rounded(value) for value in one.scale],
        "weights": [_rounded(value) for value in one.weights],
    }


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no finite number")
    return number


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
