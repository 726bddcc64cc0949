"""Zero-shot class scores: how well each class name fits a picture. Never encodes anything itself.

Models trained with a softmax (CLIP) share one unit of probability among the classes; models with
a `logit_bias` (SigLIP, Zhai et al. 2023) judge every class by itself with a sigmoid. A fitted
temperature (Guo et al., "On Calibration of Modern Neural Networks", 2017) divides the logits; it
never changes which class comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.calibration import UNCALIBRATED, Calibration
from models.encoder import Embeddings, EncoderInfo


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Per picture and class: cosine `scores` in [-1, 1] and `probabilities` in [0, 1], (n, c)."""

    classnames: tuple[str, ...]
    scores: NDArray[np.float32]
    probabilities: NDArray[np.float32]


def class_scores(
    image_embeddings: Embeddings,
    class_embeddings: Embeddings,
    classnames: Sequence[str],
    info: EncoderInfo,
    calibration: Calibration = UNCALIBRATED,
) -> ClassScores:
    """Score every class for every picture. Takes (n, dim) and (c, dim); gives two (n, c)."""
    scores = image_embeddings @ class_embeddings.T  # (n, c)
    logits = info.logit_scale * scores.astype(np.float64)
    if info.logit_bias is not None:
        probabilities = 1.0 / (1.0 + np.exp(-(logits + info.logit_bias) / calibration.temperature))
    else:
        logits = (logits - logits.max(axis=1, keepdims=True)) / calibration.temperature
        exponentials = np.exp(logits)
        probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return ClassScores(tuple(classnames), scores, probabilities.astype(np.float32))
