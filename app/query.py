"""A question of weighted terms → one unit embedding (late fusion on the sphere).

The fused embedding is the weighted sum of the terms' unit embeddings, brought back to unit length:

    q = Σ wᵢ eᵢ / ‖Σ wᵢ eᵢ‖          so that          ⟨q, x⟩ = Σ wᵢ cos(eᵢ, x) / ‖Σ wᵢ eᵢ‖

The inner product is linear, so searching with q ranks every picture x by the weighted sum of its
cosines to the terms: exactly what searching once a term and adding the scores would give, for the
price of one search; a negative weight subtracts. The division does not change the order and keeps
scores in [-1, 1]. Adding directions of meaning goes back to Mikolov et al., "Linguistic
Regularities in Continuous Space Word Representations" (NAACL 2013); averaging CLIP's normalised
embeddings and normalising again is the prompt ensemble of Radford et al., "Learning Transferable
Visual Models From Natural Language Supervision" (2021), 3.1.4. Texts and pictures lie in separate
cones (Liang et al., "Mind the Gap", NeurIPS 2022): equal weights of a text and a picture do not
mean equal influence, which is why weights are the asker's to set.

Never encodes and never searches.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.failures import InvalidRequestError, NullQueryError
from indexer.filters.expression import Expression
from indexer.ranking import Mode
from models.encoder import Embeddings

# Below this share of the weights' sum, what is left of the terms is rounding, not direction.
_LEAST_LENGTH = 1e-4


@dataclass(frozen=True, slots=True)
class TextTerm:
    """Words to look for."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class UploadTerm:
    """A picture that came with the question, as the bytes of its file."""

    data: bytes
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class ItemTerm:
    """A picture of the collection."""

    image_id: str
    weight: float = 1.0


Term = TextTerm | UploadTerm | ItemTerm


@dataclass(frozen=True, slots=True)
class Query:
    """A question to one collection. `filter` says which pictures are searched."""

    terms: tuple[Term, ...]
    top_k: int
    collection: str
    filter: Expression | None = None
    mode: Mode = Mode.VECTOR
    facets: tuple[str, ...] = ()
    fold_duplicates: bool = False
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not self.terms:
            raise InvalidRequestError("the query has no terms")
        if all(term.weight == 0 for term in self.terms):
            raise InvalidRequestError("all weights are zero; give at least one term a weight")
        if self.mode is not Mode.VECTOR and not self.words:
            raise InvalidRequestError(f"the mode {self.mode} needs words to look for")

    @property
    def words(self) -> str:
        """What is looked for in captions: the texts that are not pushed away from."""
        wanted = (term for term in self.terms if isinstance(term, TextTerm) and term.weight > 0)
        return " ".join(term.text for term in wanted)


def fuse(embeddings: Embeddings, weights: Sequence[float]) -> Embeddings:
    """Fuse (n, dim) unit embeddings by n weights. Returns (1, dim) float32, unit length.

    Raises NullQueryError when the terms cancel each other.
    """
    shares: NDArray[np.float64] = np.asarray(weights, dtype=np.float64)  # (n,)
    total = float(np.abs(shares).sum())
    direction = shares @ embeddings.astype(np.float64)  # (dim,)
    length = float(np.linalg.norm(direction))
    if length <= _LEAST_LENGTH * total:
        raise NullQueryError
    return (direction / length).astype(np.float32)[None, :]
