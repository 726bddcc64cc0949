"""What the approximate kinds share: codes that guess, embeddings that decide.

Codes of one bit a number (RaBitQ: Gao and Long, SIGMOD 2024) name candidates, and the candidates'
float32 embeddings give scores and order. So a score is exact, and only a neighbour can be missing.
"""

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.exact import ExactScanner
from indexer.vector_index.rows import Selection
from indexer.vector_index.scanner import Found
from models.encoder import Embeddings

# Effort is how many candidates are compared whatever k is; each neighbour that is asked for adds
# some more. Measured on photos' embeddings: text queries want about 500 for 10, 1,000 for 100.
_CANDIDATES_PER_NEIGHBOUR = 10
DEFAULT_EFFORT = 500
# A filter may leave only what is far from a query, where embeddings crowd and codes tell them
# apart less well. One that leaves nearly everything, as dead ids do, cannot.
_EFFORT_UNDER_FILTER = 3
_NEARLY_ALL = 0.9


def candidates(k: int, effort: int, limit: int) -> int:
    """How many candidates to compare for k neighbours, at most `limit`."""
    return max(k, min(limit, effort + _CANDIDATES_PER_NEIGHBOUR * k))


def effort_among(allowed: Selection, effort: int) -> int:
    """The effort that finds under a selection what this effort finds without."""
    nearly_all = len(allowed) >= allowed.count * _NEARLY_ALL
    return effort if nearly_all else effort * _EFFORT_UNDER_FILTER


def refine_factor(k: int, wanted: int) -> float:
    """Candidates per neighbour as faiss multiplies it out again: rounded up, never below."""
    return float(np.nextafter(np.float32(wanted / k), np.float32(np.inf)))


def best_candidates(
    stored: ExactScanner,
    queries: Embeddings,
    k: int,
    named: NDArray[np.int64],
    allowed: Selection,
    needed: int,
) -> Found:
    """The k best of each query's named rows (n, c) that are allowed, or NOBODY for the rest.

    A query for which fewer than `needed` are named is answered from all allowed rows instead.
    """
    rows = np.empty((len(queries), k), np.int64)
    scores = np.empty((len(queries), k), np.float32)
    for place, row in enumerate(named):
        row = row[row >= 0]
        row = row[allowed.mask[row]][: max(needed, k)]
        chosen = allowed if len(row) < needed else Selection(np.sort(row), allowed.count)
        found = stored.best(queries[place : place + 1], k, 0, chosen)
        rows[place], scores[place] = found.rows[0], found.scores[0]
    return Found(rows, scores)
