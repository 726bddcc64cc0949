"""The `Encoder` protocol: pictures and texts in, unit vectors of one shared space out.

Encoding a picture has three steps, so that a caller can overlap them: **pre** (`prepare_image`:
CPU, one picture, safe in many threads), **core** and **post** (`encode_prepared`: one batch on the
device, then normalised and checked). This file never imports a model library.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import EncodeError
from models.images import DecodedImage

Embeddings = NDArray[np.float32]
"""(n, dim) float32, every row of unit length."""


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """What a model is, as far as anybody outside `models` needs to know.

    `fingerprint` covers weights, preprocessing, tokenizer and precision class: embeddings of
    different fingerprints must never meet. `logit_scale` is already exponentiated.
    """

    model_name: str
    pretrained: str | None
    fingerprint: str
    dim: int
    image_size: int
    context_length: int
    device: str
    precision: str
    logit_scale: float
    logit_bias: float | None = None


class Encoder(Protocol):
    """A CLIP-family model behind one door."""

    @property
    def info(self) -> EncoderInfo:
        """What is loaded."""
        ...

    def prepare_image(self, image: DecodedImage) -> NDArray[np.uint8]:
        """Resize and crop as the model wants it. Returns (3, S, S) uint8; safe in many threads."""
        ...

    def encode_prepared(self, prepared: NDArray[np.uint8]) -> Embeddings:
        """Encode (n, 3, S, S) prepared pictures. Returns (n, dim) float32, unit length.

        Raises EncodeError if the model fails.
        """
        ...

    def encode_image(self, images: Sequence[DecodedImage]) -> Embeddings:
        """Encode pictures, in order. Returns (len(images), dim) float32, unit length.

        Raises EncodeError if the model fails; an empty list gives (0, dim).
        """
        ...

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts, in order. Returns (len(texts), dim) float32, unit length.

        Raises EncodeError if the model fails; an empty list gives (0, dim).
        """
        ...

    def count_tokens(self, texts: Sequence[str]) -> int:
        """How many tokens of these texts the model reads; what is cut off does not count.

        Not while texts are encoded: some tokenizers are used by one thread at a time.
        """
        ...


def unit_embeddings(features: NDArray[np.floating]) -> Embeddings:
    """Normalise (n, dim) features. Returns float32 rows of unit length.

    Raises EncodeError when a row is not finite or has no direction.
    """
    rows = np.ascontiguousarray(features, dtype=np.float32)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)  # (n, 1)
    broken = np.flatnonzero(~np.isfinite(norms[:, 0]) | (norms[:, 0] == 0))
    if broken.size:
        raise EncodeError(f"the embedding of input {int(broken[0])} has no direction")
    unit: Embeddings = rows / norms
    return unit
