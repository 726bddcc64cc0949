"""As many embeddings as wanted, with the statistics of real ones.

A made embedding lies between a real picture's and that of one of its nearest neighbours, moved by
half the difference of another such pair: clusters, local spread and the gap between texts and
pictures are those of the model. Queries by text are real embeddings of real texts. Knows no index.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.photos import photo_folder
from models.config import ModelConfig
from models.encoder import Embeddings, unit_embeddings
from models.errors import ImageDecodeError
from models.images import DecodedImage, decode_image
from models.loading import load_encoder

_NEIGHBOURS = 10
_JITTER = 0.5
_BLOCK = 50_000
_BATCH = 64


@dataclass(frozen=True)
class RealEmbeddings:
    """Of pictures (n, dim) and of texts (m, dim), by one model."""

    pictures: Embeddings
    texts: Embeddings


def real_embeddings(photos: Path, texts: Path, kept: Path | None, scratch: Path) -> RealEmbeddings:
    """Embed a folder or tar of pictures and the lines of a text file with the built-in model.

    With `kept` the result is written there, and read from there the next time.
    """
    if kept is not None and kept.is_file():
        with np.load(kept) as arrays:
            return RealEmbeddings(arrays["pictures"], arrays["texts"])
    encoder = load_encoder(ModelConfig("builtin"))
    paths = sorted(photo_folder(photos, scratch / "photos").iterdir())
    images = [
        encoder.encode_image(_decoded(paths[start : start + _BATCH]))
        for start in range(0, len(paths), _BATCH)
    ]
    lines = [line for line in texts.read_text("utf-8").splitlines() if line.strip()]
    words = [
        encoder.encode_text(lines[start : start + _BATCH]) for start in range(0, len(lines), _BATCH)
    ]
    real = RealEmbeddings(np.concatenate(images), np.concatenate(words))
    if kept is not None:
        np.savez(kept, pictures=real.pictures, texts=real.texts)
    return real


def _decoded(paths: list[Path]) -> list[DecodedImage]:
    decoded = []
    for path in paths:
        try:
            decoded.append(decode_image(path.read_bytes()))
        except ImageDecodeError:
            continue
    return decoded


def likely_pictures(
    real: Embeddings, count: int, seed: int
) -> tuple[Embeddings, NDArray[np.int64]]:
    """Made embeddings (count, dim), and which real one (count,) each began at."""
    rng = np.random.default_rng(seed)
    near = _neighbours(real)  # (n, _NEIGHBOURS)
    made = np.empty((count, real.shape[1]), np.float32)
    began = rng.integers(0, len(real), count)
    for start in range(0, count, _BLOCK):
        first = began[start : start + _BLOCK]
        n = len(first)
        second = near[first, rng.integers(0, _NEIGHBOURS, n)]
        other = rng.integers(0, len(real), n)
        beside = near[other, rng.integers(0, _NEIGHBOURS, n)]
        share = rng.random((n, 1), dtype=np.float32)
        between = real[first] + share * (real[second] - real[first])  # (n, dim)
        moved = between + np.float32(_JITTER) * (real[other] - real[beside])
        made[start : start + n] = unit_embeddings(moved)
    return made, began


def _neighbours(real: Embeddings) -> NDArray[np.int64]:
    nearest = []
    for start in range(0, len(real), 1_000):
        scores = real[start : start + 1_000] @ real.T  # (1000, n)
        order = np.argpartition(-scores, _NEIGHBOURS + 1, axis=1)[:, : _NEIGHBOURS + 1]
        ranked = np.take_along_axis(scores, order, 1).argsort(axis=1)[:, ::-1]
        nearest.append(np.take_along_axis(order, ranked, 1)[:, 1:])  # the first is itself
    return np.concatenate(nearest)
