"""Photographs whose captions say what is in them, for benchmarks that need to know. Never
downloads any.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.photos import photo_folder
from indexer.manifests import read_manifest
from models.config import ModelConfig
from models.encoder import Embeddings, Encoder
from models.evaluation.intervals import mean_intervals
from models.images import decode_image
from models.loading import load_encoder

# Everyday things: the word that is asked for, and how captions may say it.
_SAID_AS = {
    "dog": "dogs? puppy puppies",
    "man": "man men",
    "woman": "woman women",
    "boy": "boys?",
    "girl": "girls?",
    "child": "child children",
    "people": "people",
    "water": "water",
    "snow": "snow snowy",
    "beach": "beach",
    "ball": "balls?",
    "bike": "bikes? bicycles? bicyclist",
    "grass": "grass grassy",
    "street": "streets?",
    "field": "fields?",
    "skateboard": r"skateboard\w*",
    "mountain": "mountains?",
    "rock": "rocks? rocky",
    "pool": "pools?",
    "tennis": "tennis",
    "soccer": "soccer",
    "ocean": "ocean sea",
    "hat": "hats?",
    "boat": "boats? canoe kayak",
    "basketball": "basketball",
    "car": "cars?",
    "tree": "trees?",
    "crowd": "crowd",
    "baseball": "baseball",
    "motorcycle": "motorcycles? motorbikes?",
    "snowboarder": r"snowboard\w*",
    "swing": "swings?",
    "horse": "horses?",
    "football": "football",
    "bench": "bench",
    "lake": "lake",
    "couch": "couch sofa",
    "table": "table",
    "baby": "baby",
    "flowers": "flowers?",
}
_ENOUGH_CAPTIONS = 2  # one caption alone may be somebody's guess
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Captioned:
    """(n, dim) pictures and t things: which pictures `show` them, and of which nobody `says` so.

    A picture shows a thing if two captions say so; what only one says is neither.
    """

    pictures: Embeddings
    words: tuple[str, ...]
    things: Embeddings  # (t, dim)
    show: NDArray[np.bool_]  # (n, t)
    without: NDArray[np.bool_]  # (n, t)
    encoder: Encoder


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The flags that say which photographs and which model."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("photos", type=Path, help="a folder or a tar of pictures")
    parser.add_argument("captions", type=Path, help="several rows a picture: a file, a caption")
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--limit", type=int, help="how many pictures")
    return parser


def read_captioned(options: argparse.Namespace, least: int) -> Captioned:
    """Embed pictures, and every thing that at least so many of them show."""
    encoder = load_encoder(ModelConfig(options.model))
    captions: dict[str, list[str]] = {}
    for row in read_manifest(str(options.captions)):
        captions.setdefault(Path(row.file).name, []).extend(row.captions)
    with tempfile.TemporaryDirectory() as scratch:
        folder = photo_folder(options.photos, Path(scratch) / "photos")
        names = sorted(name for name in captions if (folder / name).exists())[: options.limit]
        pictures = _embed(encoder, [folder / name for name in names])
    said = np.array(
        [[_count(captions[name], ways) for ways in _SAID_AS.values()] for name in names]
    )  # (n, t)
    needed = min(_ENOUGH_CAPTIONS, max(len(captions[name]) for name in names))
    kept = np.flatnonzero((said >= needed).sum(axis=0) >= least)
    words = tuple(word for place, word in enumerate(_SAID_AS) if place in kept)
    said = said[:, kept]
    return Captioned(
        pictures, words, encoder.encode_text(words), said >= needed, said == 0, encoder
    )


def interval(values: NDArray[np.float64]) -> str:
    """A mean and its 95 % interval, rows drawn again."""
    (found,) = mean_intervals(values[:, None], np.arange(len(values)))
    return f"{found.value:+.3f} ({found.low:+.3f} to {found.high:+.3f})"


def average_precision(scores: NDArray[np.floating], right: NDArray[np.bool_]) -> float:
    """The mean of the precisions at each right picture of a ranking by scores (n,)."""
    hits = right[np.argsort(-scores, kind="stable")]
    ranks = np.flatnonzero(hits) + 1
    return float((np.arange(1, len(ranks) + 1) / ranks).mean())


def precision_at(scores: NDArray[np.floating], right: NDArray[np.bool_], k: int) -> float:
    """The share of right pictures among the k of the highest scores."""
    return float(right[np.argsort(-scores, kind="stable")[:k]].mean())


def _embed(encoder: Encoder, paths: list[Path]) -> Embeddings:
    side = encoder.info.image_size
    batches = [
        encoder.encode_image(
            [
                decode_image(path.read_bytes(), min_side=side)
                for path in paths[start : start + _BATCH]
            ]
        )
        for start in range(0, len(paths), _BATCH)
    ]
    return np.concatenate(batches)


def _count(captions: list[str], ways: str) -> int:
    pattern = re.compile(rf"\b(?:{'|'.join(ways.split())})\b", re.IGNORECASE)
    return sum(bool(pattern.search(caption)) for caption in captions)
