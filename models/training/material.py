"""Everything that the recipe learns from, computed once and kept in a work directory.

Pictures, their texts, the teachers' opinions of both, tokens. Never trains anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.corpus import Sample, label_texts, phrases
from models.training.image_tower import ImageTask
from models.training.teachers import (
    ImageTeacher,
    cached_image_features,
    cached_text_embeddings,
)

DRAWN = "drawn"  # the source of pictures that the gallery's generator made
# How often a picture of a source is drawn: human captions teach most, 64-pixel crops least.
SOURCE_WEIGHTS = {"flickr8k": 3.0, DRAWN: 2.0, "tinyimagenet": 0.7, "bsds500": 0.5}
_PHRASES = 60_000
_LEFT_OR_RIGHT = re.compile(r"\b(left|right)\b")
_GUESSES = 5


@dataclass(frozen=True, slots=True)
class Texts:
    """Distinct texts with the sentence encoder's embeddings and our tokenizer's ids."""

    texts: tuple[str, ...]
    embeddings: NDArray[np.float16]  # (m, 384)
    tokens: Tensor  # (m, 77)

    def rows(self) -> dict[str, int]:
        """Row of each text."""
        return {text: row for row, text in enumerate(self.texts)}


def gather_texts(
    samples: Sequence[Sample], class_names: Sequence[str], more: Sequence[str], work: Path
) -> Texts:
    """Captions, labels, class names, further sentences, phrases cut from them, single words."""
    captions = [caption for sample in samples for caption in sample.captions]
    written = [caption for s in samples if s.source != DRAWN for caption in s.captions]
    labels = {sample.label for sample in samples if sample.label} | set(class_names)
    texts = {*captions, *more, *phrases([*written, *more], _PHRASES, seed=1), *vocabulary_words()}
    texts.update(text for label in labels for text in label_texts(label))
    ordered = tuple(sorted(texts))
    embeddings = cached_text_embeddings(ordered, work / f"texts-{len(ordered)}.npy")
    return Texts(ordered, embeddings, open_clip.tokenize(list(ordered)))


def vocabulary_words() -> list[str]:
    """Every whole word of CLIP's vocabulary."""
    encoder = open_clip.tokenizer.SimpleTokenizer().encoder
    words = (token.removesuffix("</w>") for token in encoder if token.endswith("</w>"))
    return sorted({word for word in words if word.isalpha() and len(word) > 1})


def token_meanings(work: Path) -> Tensor:
    """(vocab, 384): the sentence encoder's embedding of every token's own string."""
    encoder = open_clip.tokenizer.SimpleTokenizer().encoder
    strings = [token.removesuffix("</w>") for token in sorted(encoder, key=encoder.__getitem__)]
    return torch.from_numpy(cached_text_embeddings(strings, work / "tokens.npy")).float()


def image_task(
    samples: Sequence[Sample], texts: Texts, teacher: ImageTeacher, work: Path
) -> ImageTask:
    """Teacher features, guesses and texts of every picture."""
    row_of = texts.rows()
    features = cached_image_features(
        teacher, [sample.data for sample in samples], work / f"features-{len(samples)}.npy"
    )
    texts_of = [
        np.array([row_of[text] for text in sample.texts()], dtype=np.int64) for sample in samples
    ]
    return ImageTask(
        pictures=[sample.data for sample in samples],
        features=features,
        soft_targets=_guesses(samples, features, texts, teacher),
        texts_of=texts_of,
        groups=_groups(samples),
        weights=np.array([SOURCE_WEIGHTS.get(sample.source, 1.0) for sample in samples]),
        mirrorable=np.array(
            [not any(_LEFT_OR_RIGHT.search(text) for text in s.captions) for s in samples]
        ),
        text_embeddings=torch.from_numpy(texts.embeddings).float(),
    )


def _groups(samples: Sequence[Sample]) -> NDArray[np.int64]:
    """Pictures of one label share a group; a captioned picture is a group of its own."""
    labels = sorted({sample.label for sample in samples if sample.label})
    number = {label: len(samples) + position for position, label in enumerate(labels)}
    return np.array([number.get(s.label or "", row) for row, s in enumerate(samples)])


def _guesses(
    samples: Sequence[Sample],
    features: NDArray[np.float16],
    texts: Texts,
    teacher: ImageTeacher,
) -> NDArray[np.float16]:
    """The classifier's likeliest names as one direction of the text space, (n, 384).

    Zero (no opinion) for drawings, of which an ImageNet classifier knows nothing.
    """
    row_of = texts.rows()
    rows = [[row_of[text] for text in label_texts(name)] for name in teacher.names]
    names = texts.embeddings[np.array(rows)].astype(np.float32).mean(axis=1)  # (1000, 384)
    guesses = np.zeros((len(samples), names.shape[1]), np.float16)
    for start in range(0, len(samples), 4096):
        block = torch.from_numpy(features[start : start + 4096]).float()
        likely = teacher.classify(block).softmax(dim=-1).topk(_GUESSES, dim=-1)
        weighted = likely.values[..., None] * torch.from_numpy(names)[likely.indices]
        guesses[start : start + 4096] = weighted.sum(dim=1).half().numpy()
    drawn = np.array([sample.source == DRAWN for sample in samples])
    guesses[drawn] = 0
    return guesses
