"""Questions worth looking at: those that found their picture last, and those that found it best.
Chooses and looks up; never draws and never opens a picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings

EXAMPLES = 9


@dataclass(frozen=True, slots=True)
class Example:
    """Caption row, the row of its picture, that picture's rank (from 0), and which came first."""

    caption: int
    picture: int
    rank: int
    first: int


@dataclass(frozen=True, slots=True)
class Examples:
    """At most one question a picture in each list."""

    worst: tuple[Example, ...]
    best: tuple[Example, ...]


def choose_examples(
    image_embeddings: Embeddings,
    text_embeddings: Embeddings,
    image_of_text: Sequence[int],
    ranks: NDArray[np.int64],
    count: int = EXAMPLES,
) -> Examples:
    """The captions with the highest ranks, and those that rank their picture first with the highest
    score. `ranks` (m,) are those of text → image.
    """
    owner = np.asarray(image_of_text, dtype=np.int64)  # (m,)
    own = np.einsum("ij,ij->i", text_embeddings, image_embeddings[owner])  # (m,)
    missed = [j for j in np.lexsort((own, -ranks)) if ranks[j] > 0]
    found = [j for j in np.argsort(-own, kind="stable") if ranks[j] == 0]

    def chosen(rows: Sequence[int]) -> tuple[Example, ...]:
        by_picture: dict[int, int] = {}
        for row in rows:
            if len(by_picture) == count:
                break
            by_picture.setdefault(int(owner[row]), int(row))
        return tuple(
            Example(row, picture, int(ranks[row]), _first(image_embeddings, text_embeddings[row]))
            for picture, row in by_picture.items()
        )

    return Examples(chosen(missed), chosen(found))


def _first(image_embeddings: Embeddings, text: NDArray[np.float32]) -> int:
    return int((image_embeddings @ text).argmax())
