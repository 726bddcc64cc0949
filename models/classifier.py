"""Zero-shot classification as the service and the command line do it: class names → embeddings
(each encoded once) → calibrated probabilities, and the probability that none of the names fits.

Softmax models always favour one of the names, even if none fits. So the names compete with a
background (`texts/background.json`: some hundred everyday things and scenes), less what means the
same as a given name. Models with a sigmoid judge each name by itself: there none of them fits with
1 - the highest probability. (The product of the complements would take names that mean nearly the
same for independent evidence, and add up the tails of a thousand wrong names.) Never decodes
pictures.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.calibration import UNCALIBRATED, Calibration
from models.class_cache import ClassEmbeddingCache
from models.encoder import Embeddings, EncoderInfo
from models.prompts import SIMPLE_TEMPLATES, TextEncoder
from models.templates import TEXTS_DIRECTORY
from models.zero_shot import ClassScores, class_scores

# Background names this close to a given name mean the same, or something wider or narrower.
SIMILAR_COSINE = 0.8
# Stands in for the background should all of it be left out; below any logit of a CLIP-type model.
_LOWEST_LOGIT = -100.0


@dataclass(frozen=True, slots=True)
class PictureClasses(ClassScores):
    """Class scores, and `none_of_these` (n,) in [0, 1]; probabilities suppose that one fits."""

    none_of_these: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Background:
    """Names that compete with the given ones, and the one prompt that they are put into."""

    names: tuple[str, ...]
    template: str


@cache
def background() -> Background:
    """The background that comes with the package."""
    values = json.loads((TEXTS_DIRECTORY / "background.json").read_text(encoding="utf-8"))
    return Background(tuple(values["names"]), str(values["template"]))


class ZeroShotClassifier:
    """Classifies with one model; safe in many threads, which share its class embeddings."""

    def __init__(
        self,
        info: EncoderInfo,
        calibration: Calibration | None = None,
        cache: ClassEmbeddingCache | None = None,
    ) -> None:
        self.calibrated = calibration is not None
        self._info = info
        self._calibration = calibration or UNCALIBRATED
        self.cache = cache if cache is not None else ClassEmbeddingCache()

    def classify(
        self,
        encoder: TextEncoder,
        image_embeddings: Embeddings,
        classnames: Sequence[str],
        templates: Sequence[str] = SIMPLE_TEMPLATES,
    ) -> PictureClasses:
        """Score class names for (n, dim) pictures; `encoder` is the model that made these.

        Raises TemplateError for a template without a place, EncodeError if the model fails.
        """
        info, calibration = self._info, self._calibration
        classes = self.cache.class_embeddings(encoder, info.fingerprint, classnames, templates)
        scores = class_scores(image_embeddings, classes, classnames, info, calibration)
        if info.logit_bias is not None:
            none = 1 - scores.probabilities.max(axis=1)  # (n,)
        else:
            others = self._background(encoder)
            features = none_features(
                info.logit_scale * scores.scores,
                info.logit_scale * (image_embeddings @ others.T),  # (n, b)
                np.any(means_alike(classes, others), axis=0),
            )
            weights = calibration.none_of_these
            odds = features @ np.array([weights.margin, weights.best]) + weights.offset
            none = (1 / (1 + np.exp(-odds))).astype(np.float32)
        return PictureClasses(scores.classnames, scores.scores, scores.probabilities, none)

    def _background(self, encoder: TextEncoder) -> Embeddings:
        names, template = background().names, background().template
        return self.cache.class_embeddings(encoder, self._info.fingerprint, names, [template])


def means_alike(class_embeddings: Embeddings, background: Embeddings) -> NDArray[np.bool_]:
    """Which background names mean too nearly the same as which given name: (c, b)."""
    alike: NDArray[np.bool_] = class_embeddings @ background.T >= SIMILAR_COSINE
    return alike


def none_features(
    name_logits: NDArray[np.floating],
    background_logits: NDArray[np.floating],
    left_out: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """What speaks for "none of these": (n, 2), the margin and the best.

    Takes (n, c), (n, b) and the background names that do not compete, (b,). The margin is the log
    of the background's share against the names' share in one softmax, the best the highest logit
    of a name.
    """
    names = name_logits.astype(np.float64)
    others = np.where(left_out, -np.inf, background_logits.astype(np.float64))  # (n, b)
    floor = np.full((len(names), 1), _LOWEST_LOGIT)
    margin = np.logaddexp.reduce(np.hstack([others, floor]), axis=1) - np.logaddexp.reduce(
        names, axis=1
    )
    return np.column_stack([margin, names.max(axis=1)])
