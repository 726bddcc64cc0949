"""Weighted terms → one direction to search in: a list of methods.

**late** is the weighted sum of the terms' unit embeddings, brought back to unit length:

    q = Σ wᵢ eᵢ / ‖Σ wᵢ eᵢ‖          so that          ⟨q, x⟩ = Σ wᵢ cos(eᵢ, x) / ‖Σ wᵢ eᵢ‖

The inner product is linear, so searching with q ranks every picture x by the weighted sum of its
cosines to the terms: exactly what searching once a term and adding the scores would give, for the
price of one search; a negative weight subtracts. The division does not change the order and keeps
scores in [-1, 1]. Adding directions of meaning goes back to Mikolov et al., "Linguistic
Regularities in Continuous Space Word Representations" (NAACL 2013); averaging CLIP's normalised
embeddings and normalising again is the prompt ensemble of Radford et al., "Learning Transferable
Visual Models From Natural Language Supervision" (2021), 3.1.4.

**balanced** divides each weight by σᵢ, the standard deviation of cos(eᵢ, x) over pictures x of the
collection, before it sums: the sum of z-scores (Fox and Shaw's CombSUM, TREC-2 1994, over scores
normalised as in Renda and Straccia, "Web metasearch: rank vs. score based rank aggregation
methods", SAC 2003), which is linear as well. Texts and pictures lie in separate cones (Liang et
al., "Mind the Gap", NeurIPS 2022), where cosines to a picture vary more: with late fusion equal
weights do not mean equal influence, with balanced fusion they do.

**joint** first makes one sentence of the texts that are looked for with the same weight ("a, b and
c"), which the model reads as a whole, then balances that with the other terms.

Never encodes and never searches.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.failures import NullQueryError
from app.query import Term, TextTerm
from models.encoder import Embeddings

# Below this share of the weights' sum, what is left of the terms is rounding, not direction.
_LEAST_LENGTH = 1e-4
# A spread this small is that of one picture, or of copies of it: nothing to balance by.
_LEAST_SPREAD = 1e-4


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


def balanced_weights(
    embeddings: Embeddings, weights: Sequence[float], background: Embeddings
) -> list[float]:
    """Weights of (n, dim) terms that give each its say, by how a background (b, dim) scores them.

    With less than two terms, or a background that does not vary, the weights as they are.
    """
    if len(weights) < 2 or len(background) < 2:
        return list(weights)
    spreads = (background @ embeddings.T).std(axis=0)  # (n,)
    if float(spreads.min()) < _LEAST_SPREAD:
        return list(weights)
    balanced: list[float] = (np.asarray(weights) / spreads * spreads.mean()).tolist()
    return balanced


def joined(terms: Sequence[Term]) -> tuple[Term, ...]:
    """The terms, with all texts of the same positive weight as one sentence of their joint weight.

    The sentence stands where the first of its texts stood.
    """
    same: dict[float, list[str]] = {}
    for term in terms:
        if isinstance(term, TextTerm) and term.weight > 0:
            same.setdefault(term.weight, []).append(term.text.strip())
    made: list[Term] = []
    for term in terms:
        if not (isinstance(term, TextTerm) and term.weight > 0):
            made.append(term)
            continue
        texts = same.pop(term.weight, None)
        if texts is not None:  # else the sentence has it already
            made.append(TextTerm(sentence(texts), term.weight * len(texts)))
    return tuple(made)


def sentence(texts: Sequence[str]) -> str:
    """Several texts as one: "a", "a and b", "a, b and c"."""
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last
