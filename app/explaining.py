"""Why a picture was found: what each part of the question adds to its score.

The direction that is searched is a weighted sum of the parts' unit embeddings, whatever fused them
(late, balanced, joint) and whatever moved it (likes and dislikes): d = Σ aᵢ eᵢ. So a score is the
sum of aᵢ cos(eᵢ, x), and the weights aᵢ are read off the direction by least squares. Searches
nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.answers import Answer, Part, Why
from app.candidates import Embedded
from app.query import ItemTerm, KeptTerm, Query, Term, TextTerm, UploadTerm
from indexer.searcher import Searcher
from models.encoder import Embeddings

_SHOWN_CHARS = 80


def explained(
    searcher: Searcher,
    query: Query,
    embedded: Embedded,
    direction: Embeddings,
    answers: Sequence[Answer],
) -> list[Answer]:
    """The answers, each with what the question's parts add to its score."""
    names = [
        *(name_of(term) for term in embedded.terms),
        *(f"like {image_id}" for image_id in query.like),
        *(f"dislike {image_id}" for image_id in query.dislike),
    ]
    parts = np.concatenate([embedded.embeddings, embedded.liked, embedded.disliked])  # (p, dim)
    if not answers:
        return []
    weights = weights_of(parts, direction).tolist()
    pictures = searcher.embeddings([answer.hit.item for answer in answers])
    cosines = (pictures @ parts.T).astype(np.float64).tolist()  # n lists of p
    places = _vector_ranks(answers)
    return [
        replace(
            answer,
            why=Why(
                tuple(Part(*part) for part in zip(names, weights, row, strict=True)),
                place,
                None if answer.hit.ranks is None else answer.hit.ranks.keyword,
            ),
        )
        for answer, row, place in zip(answers, cosines, places, strict=True)
    ]


def _vector_ranks(answers: Sequence[Answer]) -> list[int | None]:
    """Each hit's place by score; in modes that look at words, its place in that ranking."""
    scores = np.array([answer.hit.score for answer in answers])
    order = np.argsort(-scores, kind="stable")
    places = np.empty(len(scores), dtype=np.int64)
    places[order] = np.arange(1, len(scores) + 1)
    return [
        place if answer.hit.ranks is None else answer.hit.ranks.vector
        for answer, place in zip(answers, places.tolist(), strict=True)
    ]


def weights_of(parts: Embeddings, direction: Embeddings) -> NDArray[np.float64]:
    """The weights (p,) with which (p, dim) parts add up to a (1, dim) direction."""
    columns, wanted = parts.T.astype(np.float64), direction[0].astype(np.float64)
    weights: NDArray[np.float64] = np.linalg.lstsq(columns, wanted, rcond=None)[0]
    return weights


def name_of(term: Term) -> str:
    """A part of a question, for people."""
    if isinstance(term, TextTerm):
        text = term.text
        return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"
    if isinstance(term, ItemTerm):
        return f"photo:{term.image_id}"
    return "uploaded picture" if isinstance(term, UploadTerm | KeptTerm) else "embedding"
