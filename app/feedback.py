"""Pictures that somebody likes and dislikes move the direction of a question: Rocchio's method.

    q' = q + BETA · mean(liked) - GAMMA · mean(disliked), brought back to unit length,

all of them unit embeddings. The method is Rocchio's ("Relevance Feedback in Information
Retrieval", in Salton's "The SMART Retrieval System", 1971); that what is disliked counts less than
what is liked is general experience (Manning, Raghavan, Schütze: "Introduction to Information
Retrieval", 2008, 9.1.1, with 0.75 and 0.15). Our weights are lower, because a picture's cosines to
pictures vary more than those to words: `benchmarks/feedback.py` measures them.

Never encodes and never searches.
"""

import numpy as np

from app.failures import NullQueryError
from models.encoder import Embeddings

BETA = 0.5
GAMMA = 0.125
_LEAST_LENGTH = 1e-4  # less is rounding, not direction


def moved(
    direction: Embeddings | None,
    liked: Embeddings,
    disliked: Embeddings,
    *,
    beta: float = BETA,
    gamma: float = GAMMA,
) -> Embeddings:
    """A (1, dim) direction, or none yet, moved by (l, dim) and (d, dim) pictures: (1, dim), unit.

    Raises NullQueryError when nothing of it is left.
    """
    dim = liked.shape[1]
    total = np.zeros(dim) if direction is None else direction[0].astype(np.float64)
    if len(liked):
        total = total + beta * liked.mean(axis=0, dtype=np.float64)
    if len(disliked):
        total = total - gamma * disliked.mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(total))
    if length <= _LEAST_LENGTH:
        raise NullQueryError
    return (total / length).astype(np.float32)[None, :]
