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
# Scores closer than this are a tie: float32 sums of equal products differ by rounding, depending on
# where in a matrix they stand.
TIE = 1e-6
# Most scores in memory at once: 64 MB. 100,000 captions by 100,000 pictures would be 40 GB.
SCORES_AT_ONCE = 16_000_000


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
    image_embeddings: Embeddings,
    text_embeddings: Embeddings,
    image_of_text: Sequence[int] | NDArray[np.int64],
    *,
    scores_at_once: int = SCORES_AT_ONCE,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ranks, counted from 0, for (n, dim) pictures and (m, dim) captions; caption j is of picture
    `image_of_text[j]`. Returns (m,) rank of each caption's picture and, for every picture that has
    captions, the rank of its best own caption among the others' captions.

    Computed a block of captions at a time, so memory does not grow with n * m.
    """
    owner = np.asarray(image_of_text, dtype=np.int64)  # (m,)
    own = np.einsum("ij,ij->i", text_embeddings, image_embeddings[owner])  # (m,)
    best = np.full(len(image_embeddings), -np.inf, dtype=own.dtype)
    np.maximum.at(best, owner, own)  # (n,) each picture's best own caption
    to_image = np.empty(len(owner), np.int64)
    to_text = np.zeros(len(image_embeddings), np.int64)
    height = max(1, scores_at_once // max(1, len(image_embeddings)))
    for start in range(0, len(owner), height):
        block = slice(start, start + height)
        scores = text_embeddings[block] @ image_embeddings.T  # (b, n)
        rows, owners = np.arange(len(scores)), owner[block]
        ahead = scores >= own[block, None] - TIE
        to_image[block] = np.count_nonzero(ahead, axis=1) - ahead[rows, owners]
        ahead = scores >= best - TIE
        ahead[rows, owners] = False  # a picture's own captions do not stand in its way
        to_text += np.count_nonzero(ahead, axis=0)
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
