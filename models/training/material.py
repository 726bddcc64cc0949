"""Everything that the recipe learns from, computed once and kept in a work directory.

Pictures, their texts, the teachers' opinions of both, tokens. Never trains anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.lean_imports import open_clip
from models.training.concepts import Opinions, concept_set, family_sets
from models.training.corpus import Sample, label_texts, phrases
from models.training.families import basic_families, wider_families
from models.training.image_task import ImageTask
from models.training.teachers import (
    ImageTeacher,
    cached_image_features,
    cached_text_embeddings,
)

DRAWN = "drawn"  # the source of pictures that the gallery's generator made
# How often a picture of a source is drawn: human captions teach most, 64-pixel crops least.
SOURCE_WEIGHTS = {"flickr8k": 6.0, DRAWN: 2.0, "bsds500": 0.5}
_JUDGED = ("flickr8k", "tinyimagenet", "miniplaces")
_EVERY = 20  # one picture in so many is held out
_PHRASES = 40_000
_LEFT_OR_RIGHT = re.compile(r"\b(left|right)\b")


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
    samples: Sequence[Sample],
    class_names: Sequence[Sequence[str]],
    more: Sequence[str],
    work: Path,
) -> Texts:
    """Captions, labels, class names, further sentences, phrases cut from them, single words."""
    captions = [caption for sample in samples for caption in sample.captions]
    written = [caption for s in samples if s.source != DRAWN for caption in s.captions]
    labels = {sample.label for sample in samples if sample.label}
    labels.update(name for names in class_names for name in names)
    families = (*basic_families().names, *wider_families().names)
    labels.update(name for names in families for name in names)
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
    """Teacher features, opinions and texts of every picture."""
    row_of = texts.rows()
    features = cached_image_features(
        teacher, [sample.data for sample in samples], work / f"features-{len(samples)}.npy"
    )
    texts_of = [
        np.array([row_of[text] for text in sample.texts()], dtype=np.int64) for sample in samples
    ]
    weights = np.array([SOURCE_WEIGHTS.get(sample.source, 1.0) for sample in samples])
    held_out = held_out_rows(samples)
    weights[held_out] = 0
    return ImageTask(
        pictures=[sample.data for sample in samples],
        features=features,
        opinions=_opinions(samples, features, texts, teacher),
        texts_of=texts_of,
        groups=_groups(samples),
        weights=weights,
        mirrorable=np.array(
            [not any(_LEFT_OR_RIGHT.search(text) for text in s.captions) for s in samples]
        ),
        text_embeddings=torch.from_numpy(texts.embeddings).float(),
        held_out=held_out,
    )


def held_out_rows(samples: Sequence[Sample]) -> NDArray[np.int64]:
    """Pictures of the main sources that are never trained on: every phase is judged by them."""
    is_main = np.array([sample.source in _JUDGED for sample in samples])
    return np.nonzero(is_main)[0][::_EVERY]


def _groups(samples: Sequence[Sample]) -> NDArray[np.int64]:
    """Pictures of one label share a group; a captioned picture is a group of its own."""
    labels = sorted({sample.label for sample in samples if sample.label})
    number = {label: len(samples) + position for position, label in enumerate(labels)}
    return np.array([number.get(s.label or "", row) for row, s in enumerate(samples)])


def _opinions(
    samples: Sequence[Sample],
    features: NDArray[np.float16],
    texts: Texts,
    teacher: ImageTeacher,
) -> Opinions:
    row_of = texts.rows()

    def texts_of(name: str) -> list[int]:
        return [row_of[text] for text in label_texts(name)]

    label_sets = []
    for source in sorted({sample.source for sample in samples if sample.label}):
        names = sorted({s.label for s in samples if s.source == source and s.label})
        number = {name: position for position, name in enumerate(names)}
        labels = np.array(
            [number.get(s.label or "", -1) if s.source == source else -1 for s in samples]
        )
        label_sets.append((concept_set([(name,) for name in names], texts_of, 1.0), labels))
    return Opinions(
        classes=concept_set(teacher.names, texts_of, 1.0),
        families=family_sets((basic_families(), wider_families()), texts_of),
        label_sets=tuple(label_sets),
        probabilities=_probabilities(samples, features, teacher),
    )


def _probabilities(
    samples: Sequence[Sample], features: NDArray[np.float16], teacher: ImageTeacher
) -> NDArray[np.float16]:
    """(n, 1000): the classifier's, half and half with the label where it is one of its classes.

    Zero for drawings, of which an ImageNet classifier knows nothing.
    """
    probabilities = np.zeros((len(samples), len(teacher.names)), np.float16)
    for start in range(0, len(samples), 4096):
        block = torch.from_numpy(features[start : start + 4096]).float()
        probabilities[start : start + 4096] = teacher.classify(block).softmax(dim=-1).half().numpy()
    number = _unambiguous(teacher.names)
    for row, sample in enumerate(samples):
        if sample.source == DRAWN:
            probabilities[row] = 0
        elif sample.label and (known := number.get(sample.label.lower())) is not None:
            probabilities[row] *= np.float16(0.5)
            probabilities[row, known] += np.float16(0.5)
    return probabilities


def _unambiguous(names: Sequence[Sequence[str]]) -> dict[str, int]:
    """Class of each name that only one class has."""
    count = Counter(name for concept in names for name in concept)
    return {name: row for row, concept in enumerate(names) for name in concept if count[name] == 1}
