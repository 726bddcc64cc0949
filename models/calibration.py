"""What makes a model's zero-shot probabilities honest: a few fitted numbers beside its weights.

`calibration.json` in a model directory is optional, is no part of the fingerprint, and names the
fingerprint that it was fitted to: for other weights it is not used. Without one a model's own
logit scale stands. `models.evaluation.zero_shot_calibration` fits it. Never changes an embedding.
"""

import json
import logging
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path

from models.errors import ModelLoadError

CALIBRATION_FILE = "calibration.json"

logger = logging.getLogger("sightline")


@dataclass(frozen=True, slots=True)
class NoneOfTheseWeights:
    """The log-odds that no name fits: margin × m + best × b + offset, see `models.classifier`."""

    margin: float = 1.0
    best: float = 0.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """The temperature that divides logits, however many names there are, and none_of_these."""

    temperature: float = 1.0
    none_of_these: NoneOfTheseWeights = field(default_factory=NoneOfTheseWeights)


UNCALIBRATED = Calibration()


def read_calibration(directory: Path | None, fingerprint: str) -> Calibration | None:
    """The calibration that a model directory brings along for these weights, or None.

    One that was fitted to other weights is not used, and the log says so. Raises ModelLoadError
    for a file that cannot be read.
    """
    path = directory / CALIBRATION_FILE if directory is not None else None
    if path is None or not path.is_file():
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        fitted_to = str(values["fingerprint"])
        calibration = Calibration(
            float(values["temperature"]),
            NoneOfTheseWeights(**{key: float(n) for key, n in values["none_of_these"].items()}),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelLoadError(str(path.parent), f"{path.name} cannot be read: {error}") from error
    weights = calibration.none_of_these
    numbers = (weights.margin, weights.best, weights.offset)
    if not (0 < calibration.temperature < math.inf and all(map(math.isfinite, numbers))):
        raise ModelLoadError(
            str(path.parent), f"{path.name} needs finite numbers and a temperature above zero"
        )
    if fitted_to != fingerprint:
        logger.warning("%s was fitted to other weights and is not used; fit it again", path)
        return None
    return calibration


def write_calibration(directory: Path, fingerprint: str, calibration: Calibration) -> Path:
    """Store a calibration beside the weights that it was fitted to. Returns the file's path."""
    path = directory / CALIBRATION_FILE
    values = {"fingerprint": fingerprint, **asdict(calibration)}
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return path
