"""recall@k of retrieval between pictures and captions. Never encodes anything.

Definition, as in the Flickr8k and COCO retrieval benchmarks: text → image is the share of captions
whose own picture is among the k nearest pictures; image → text is the share of pictures for which
at least one own caption is among the k nearest captions. Ties count against the encoder: one that
gives every input the same embedding scores near zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings

DEFAULT_KS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Retrieval:
    """recall@k by k, both ways, in [0, 1]; `median_rank` counts from 1, text → image."""

    text_to_image: dict[int, float]
    image_to_text: dict[int, float]
    median_rank: float


def recall_at_k(ranks: NDArray[np.int64], k: int) -> float:
    """The share of ranks (counted from 0) below k."""
    return float((ranks < k).mean())


def retrieval_ranks(
    image_embeddings: Embeddings, text_embeddings: Embeddings, image_of_text: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ranks, counted from 0, for (n, dim) pictures and (m, dim) captions; caption j is of picture
    `image_of_text[j]`. Returns (m,) rank of each caption's picture and, for every picture that has
    captions, the rank of its best own caption among the others' captions.
    """
    owner = np.asarray(image_of_text)  # (m,)
    scores = text_embeddings @ image_embeddings.T  # (m, n)
    own = scores[np.arange(len(owner)), owner]  # (m,)
    to_image = (scores >= own[:, None]).sum(axis=1) - 1
    best = np.full(len(image_embeddings), -np.inf, dtype=scores.dtype)
    np.maximum.at(best, owner, own)  # (n,) each picture's best own caption
    foreign = owner[:, None] != np.arange(len(image_embeddings))  # (m, n)
    to_text = ((scores >= best) & foreign).sum(axis=0)
    return to_image, to_text[np.isfinite(best)]


def retrieval_recall(
    image_embeddings: Embeddings,
    text_embeddings: Embeddings,
    image_of_text: Sequence[int],
    ks: Sequence[int] = DEFAULT_KS,
) -> Retrieval:
    """Recall both ways, from `retrieval_ranks`."""
    to_image, to_text = retrieval_ranks(image_embeddings, text_embeddings, image_of_text)
    return Retrieval(
        {k: recall_at_k(to_image, k) for k in ks},
        {k: recall_at_k(to_text, k) for k in ks},
        float(np.median(to_image)) + 1,
    )
