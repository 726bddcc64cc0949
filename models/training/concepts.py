"""What a classifier and labels say of a picture, as choices between names. Never trains anything.

A picture's caption says what is in it; a classifier says what else could have been. Its
probabilities over names that exclude each other (classes, families of classes, labels of one set)
teach where a picture stands between the names, which is what zero-shot classification asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.training.families import Families

# A family speaks of a picture when the classifier puts at least so much on its members.
_LEAST_SHARE = 0.3
_FULL_WEIGHT, _LESS_WEIGHT = 1.0, 0.5

TextsOf = Callable[[str], Sequence[int]]  # a name → rows of the texts that name it


@dataclass(frozen=True, slots=True)
class ConceptSet:
    """Names that exclude each other: row j of `rows`, (c, r), are texts that name concept j."""

    rows: NDArray[np.int64]
    weight: float

    def choose(self, concepts: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        """One text for each of the concepts, at random. Returns (len(concepts),) text rows."""
        return self.rows[concepts, rng.integers(self.rows.shape[1], size=len(concepts))]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is known of pictures: `targets`, (b, c), sum to 1 where `shares`, (b,), is not 0."""

    concepts: ConceptSet
    targets: Tensor
    shares: Tensor

    def narrowed(self, most: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], Choice]:
        """The `most` concepts that matter to these pictures, filled up at random; and the choice
        between them.
        """
        mass = (self.targets * self.shares[:, None]).sum(dim=0).numpy()  # (c,)
        rank = np.argsort(-mass + 1e-6 * rng.random(len(mass)))
        kept = np.concatenate([rank[: most // 2], rng.permutation(rank[most // 2 :])])[:most]
        targets = self.targets[:, kept]
        covered = targets.sum(dim=1)  # (b,)
        targets = targets / covered.clamp(min=1e-6)[:, None]
        return kept, Choice(self.concepts, targets, self.shares * covered)


@dataclass(frozen=True, slots=True)
class Opinions:
    """The classifier's probabilities and the known labels of all pictures.

    `probabilities`: (n, 1000), zero for pictures that the classifier knows nothing of.
    `labels`: per label set, (n,) positions in the set, -1 for pictures that are not of it.
    """

    classes: ConceptSet
    families: tuple[tuple[ConceptSet, Tensor], ...]  # with their members, (f, 1000)
    label_sets: tuple[tuple[ConceptSet, NDArray[np.int64]], ...]
    probabilities: NDArray[np.float16]

    def of(self, pictures: NDArray[np.int64]) -> list[Choice]:
        """Everything that is known of some pictures."""
        classes = torch.from_numpy(self.probabilities[pictures]).float()  # (b, 1000)
        known = classes.sum(dim=1)
        choices = [Choice(self.classes, classes, known)]
        for concepts, members in self.families:
            mass = classes @ members.T  # (b, f)
            share = mass.sum(dim=1)
            targets = mass / share.clamp(min=1e-6)[:, None]
            shares = torch.where(share > _LEAST_SHARE, share.clamp(max=1.0), 0.0)
            choices.append(Choice(concepts, targets, shares))
        for concepts, labels in self.label_sets:
            own = torch.from_numpy(labels[pictures])
            targets = functional.one_hot(own.clamp(min=0), len(concepts.rows)).float()
            choices.append(Choice(concepts, targets, (own >= 0).float()))
        return choices


def choice_loss(image_features: Tensor, names: Tensor, choice: Choice, scale: Tensor) -> Tensor:
    """Cross-entropy of the choice, over (b, d) unit pictures and (c, d) unit names; weighted."""
    logits = functional.log_softmax(scale * image_features @ names.T, dim=1)  # (b, c)
    each = -(choice.targets * logits).sum(dim=1)
    return choice.concepts.weight * (each * choice.shares).mean()


def concept_set(names: Sequence[Sequence[str]], texts_of: TextsOf, weight: float) -> ConceptSet:
    """Concepts with one or several names each; their texts repeat to rows of the same length."""
    found = [[row for name in concept for row in texts_of(name)] for concept in names]
    width = max(map(len, found))
    rows = np.array([(texts * width)[:width] for texts in found], dtype=np.int64)
    return ConceptSet(rows, weight)


def family_sets(
    families: Sequence[Families], texts_of: TextsOf
) -> tuple[tuple[ConceptSet, Tensor], ...]:
    """Concept sets of families; the first, everyday names, weighs full."""
    weights = [_FULL_WEIGHT] + [_LESS_WEIGHT] * (len(families) - 1)
    return tuple(
        (concept_set(family.names, texts_of, weight), torch.from_numpy(family.members))
        for family, weight in zip(families, weights, strict=True)
    )
