"""A weight-free encoder for unit tests: colours are its whole world, and it says so (`fake`).

A picture's embedding comes from its mean colours on a coarse grid; a text's from the colour words
in it, so that "red" really lands near red pictures. Words without colour get a direction of their
own. Never use it to judge search quality.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.encoder import Embeddings, EncoderInfo, unit_embeddings
from models.errors import EncodeError
from models.heat_maps import Cells, Region
from models.images import DecodedImage

_SIDE = 8  # pixels of a prepared picture's side
_GRID = 2  # cells of a side
_COLOURS = {
    "red": (230, 30, 30),
    "green": (30, 180, 30),
    "blue": (30, 30, 230),
    "yellow": (240, 230, 30),
    "orange": (250, 140, 20),
    "purple": (130, 30, 160),
    "white": (250, 250, 250),
    "black": (5, 5, 5),
}


class FakeEncoder:
    """Implements `Encoder` with arithmetic; the same input always gives the same embedding."""

    def __init__(self, dim: int = 32, seed: int = 0) -> None:
        self._basis = np.random.default_rng(seed).standard_normal((_GRID * _GRID * 3, dim))
        self._info = EncoderInfo(
            model_name="fake",
            pretrained=None,
            fingerprint=hashlib.sha256(f"fake {dim} {seed}".encode()).hexdigest()[:32],
            dim=dim,
            image_size=_SIDE,
            context_length=77,
            device="cpu",
            precision="fp32",
            logit_scale=20.0,
        )

    @property
    def info(self) -> EncoderInfo:
        """What is loaded: nothing, under the name `fake`."""
        return self._info

    def prepare_image(self, image: DecodedImage) -> NDArray[np.uint8]:
        """Shrink to the model's size. Returns (3, S, S) uint8."""
        small = Image.fromarray(image.pixels).resize((_SIDE, _SIDE), Image.Resampling.BOX)
        return np.ascontiguousarray(np.asarray(small).transpose(2, 0, 1))

    def encode_prepared(self, prepared: NDArray[np.uint8]) -> Embeddings:
        """Encode (n, 3, S, S) prepared pictures. Returns (n, dim) float32, unit length."""
        if prepared.ndim != 4 or prepared.shape[1:] != (3, _SIDE, _SIDE):
            raise EncodeError(f"prepared pictures have shape {prepared.shape}")
        cell = _SIDE // _GRID
        cells = prepared.reshape(-1, 3, _GRID, cell, _GRID, cell).mean(axis=(3, 5))  # (n, 3, g, g)
        return self._project(cells.reshape(len(prepared), -1))

    def encode_image(self, images: Sequence[DecodedImage]) -> Embeddings:
        """Encode pictures, in order. Returns (len(images), dim) float32, unit length."""
        if not images:
            return np.zeros((0, self._info.dim), np.float32)
        return self.encode_prepared(np.stack([self.prepare_image(image) for image in images]))

    def encode_cells(self, image: DecodedImage) -> Cells:
        """Encode each cell of the grid as a picture of its own colour."""
        cell = _SIDE // _GRID
        pixels = self.prepare_image(image).reshape(3, _GRID, cell, _GRID, cell)
        colours = pixels.mean(axis=(2, 4)).reshape(3, -1).T  # (cells, 3)
        embeddings = self._project(np.repeat(colours, _GRID * _GRID, axis=1))
        return Cells(embeddings.reshape(_GRID, _GRID, -1), Region())

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts, in order. Returns (len(texts), dim) float32, unit length."""
        if not texts:
            return np.zeros((0, self._info.dim), np.float32)
        return np.concatenate([self._encode_one(text) for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> int:
        """A token a word, as far as the context reaches."""
        return sum(min(len(text.split()), self._info.context_length) for text in texts)

    def _encode_one(self, text: str) -> Embeddings:
        colours = [_COLOURS[word] for word in text.lower().split() if word in _COLOURS]
        if colours:
            cells = np.repeat(np.mean(colours, axis=0), _GRID * _GRID)  # (3 * g * g,)
            return self._project(cells[None, :])
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        return unit_embeddings(np.random.default_rng(seed).standard_normal((1, self._info.dim)))

    def _project(self, cells: NDArray[np.floating]) -> Embeddings:
        """(n, 3 * g * g) colours in 0…255 → (n, dim); a constant keeps black from vanishing."""
        return unit_embeddings((cells / 127.5 - 1.0 + 1e-3) @ self._basis)
