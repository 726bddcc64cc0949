"""Hits in an order that also covers different things: maximal marginal relevance.

From the candidates not yet chosen, the next one is

    argmax  (1 - d) · relevance(x)  -  d · max over chosen y of cos(x, y)

with the diversity d in [0, 1]; Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking
for Reordering Documents and Producing Summaries" (SIGIR 1998), whose lambda is 1 - d. Relevance is
the score over the candidates, brought to [0, 1]: cosines of words to pictures lie within a few
hundredths, cosines between pictures do not. The candidates are the best DEPTH hits, always so many,
so that a longer answer begins with the shorter one; whatever comes after them stays in its order.

Never searches.
"""

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings

DEPTH = 200


def diverse_order(
    relevance: NDArray[np.floating], embeddings: Embeddings, diversity: float
) -> list[int]:
    """The order of n candidates with relevance (n,) and unit embeddings (n, dim), best first."""
    count = len(relevance)
    if count == 0:
        return []
    similarity = embeddings.astype(np.float64) @ embeddings.T.astype(np.float64)  # (n, n)
    gain = (1 - diversity) * scaled(relevance)  # (n,)
    nearest = np.zeros(count)  # (n,): to what is chosen; nothing is yet
    left = np.ones(count, dtype=np.bool_)
    order: list[int] = []
    for place in range(count):
        value = np.where(left, gain - diversity * nearest, -np.inf)
        best = int(value.argmax())  # the first of equals: the one that stood higher
        order.append(best)
        left[best] = False
        nearest = similarity[best] if place == 0 else np.maximum(nearest, similarity[best])
    return order


def scaled(relevance: NDArray[np.floating]) -> NDArray[np.float64]:
    """Relevance (n,) brought to [0, 1]; all ones where there is no difference."""
    values = relevance.astype(np.float64)
    low, high = float(values.min()), float(values.max())
    if high - low <= 0:
        return np.ones_like(values)
    made: NDArray[np.float64] = (values - low) / (high - low)
    return made
