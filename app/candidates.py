"""An embedded question → what gives its best pictures, step by step, for a thread that may wait.

    aim       the terms' embeddings and the feedback → one direction
    nearest   the direction, the words, the filter → pictures, best first
    without   less what is excluded or disliked: as many as are asked for come whenever they remain
    diverse   the best of them in an order that covers different things

The command line takes the same steps. Never encodes, and knows no HTTP.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.diversity import DEPTH, diverse_order
from app.exclusion import is_out, picture_limit, word_limit
from app.feedback import moved
from app.fusion import balanced_weights, fuse
from app.query import Fusion, Query, Term, TextTerm
from indexer.searcher import Hit, Searcher
from models.encoder import Embeddings

# What gives the k best pictures of a question, best first.
Ranking = Callable[[int], list[Hit]]

Found = TypeVar("Found")

# Each time that too many were left out, so many times more are looked at.
_GROWTH = 4


@dataclass(frozen=True, slots=True)
class Embedded:
    """A question's terms, as they are fused, and the (n, dim) unit embeddings of all its parts.

    `kept_pictures` are the ids of those that came along and were kept.
    """

    terms: Sequence[Term]
    embeddings: Embeddings
    exclusions: Embeddings
    liked: Embeddings
    disliked: Embeddings
    logit_scale: float
    kept_pictures: tuple[str, ...] = ()


def aim(searcher: Searcher, query: Query, embedded: Embedded) -> Embeddings:
    """The one direction of a question, (1, dim). Raises NullQueryError."""
    direction: Embeddings | None = None
    if any(term.weight for term in embedded.terms):
        weights = [term.weight for term in embedded.terms]
        if query.fusion is not Fusion.LATE:
            weights = balanced_weights(embedded.embeddings, weights, searcher.background)
        direction = fuse(embedded.embeddings, weights)
    if direction is not None and not (query.like or query.dislike):
        return direction
    return moved(direction, embedded.liked, embedded.disliked)


def rank(searcher: Searcher, query: Query, embedded: Embedded) -> Ranking:
    """What gives a question's best pictures. Calling it raises NullQueryError, and what searching
    and filtering raise.
    """

    def ranking(top_k: int) -> list[Hit]:
        found = nearest(searcher, query, aim(searcher, query, embedded))
        if query.exclude or query.dislike:
            found = without(found, _refusal(searcher, query, embedded))
        if query.diversity:
            found = diverse(
                found,
                lambda hits: searcher.embeddings([hit.item for hit in hits]),
                lambda hit: hit.ranks.fused if hit.ranks else hit.score,
                query.diversity,
            )
        return found(top_k)

    return ranking


def nearest(searcher: Searcher, query: Query, direction: Embeddings) -> Ranking:
    """The best pictures by the question's mode and filter."""

    def ranking(top_k: int) -> list[Hit]:
        return searcher.find(
            direction, top_k, words=query.words, mode=query.mode, filter=query.filter
        )

    return ranking


def without(
    ranking: Callable[[int], list[Found]], refused: Callable[[list[Found]], NDArray[np.bool_]]
) -> Callable[[int], list[Found]]:
    """A ranking less what is refused; shorter than asked for only if nothing else remains."""

    def remaining(top_k: int) -> list[Found]:
        wanted = top_k
        while True:
            hits = ranking(wanted)
            kept = [hit for hit, out in zip(hits, refused(hits), strict=True) if not out]
            if len(kept) >= top_k or len(hits) < wanted:
                return kept[:top_k]
            wanted *= _GROWTH

    return remaining


def diverse(
    ranking: Callable[[int], list[Found]],
    embeddings: Callable[[list[Found]], Embeddings],
    relevance: Callable[[Found], float],
    diversity: float,
) -> Callable[[int], list[Found]]:
    """A ranking with its best hits in an order that covers different things."""

    def reordered(top_k: int) -> list[Found]:
        hits = ranking(max(top_k, DEPTH))
        best = hits[:DEPTH]
        order = diverse_order(
            np.array([relevance(hit) for hit in best]), embeddings(best), diversity
        )
        return ([best[place] for place in order] + hits[DEPTH:])[:top_k]

    return reordered


def _refusal(
    searcher: Searcher, query: Query, embedded: Embedded
) -> Callable[[list[Hit]], NDArray[np.bool_]]:
    limits = exclusion_limits(searcher, query.exclude, embedded)
    disliked = frozenset(query.dislike)

    def refused(hits: list[Hit]) -> NDArray[np.bool_]:
        out = np.array([hit.item.image_id in disliked for hit in hits], dtype=np.bool_)
        if len(limits) and hits:
            pictures = searcher.embeddings([hit.item for hit in hits])
            out |= is_out(pictures, embedded.exclusions, limits)
        return out

    return refused


def exclusion_limits(
    searcher: Searcher, exclude: Sequence[Term], embedded: Embedded
) -> NDArray[np.float64]:
    """The cosine (e,) to each exclusion above which a picture is out."""
    background = searcher.background
    return np.array(
        [
            word_limit(background @ row, embedded.logit_scale)
            if isinstance(term, TextTerm)
            else picture_limit(background @ row)
            for term, row in zip(exclude, embedded.exclusions, strict=True)
        ]
    )
