"""The nearest texts less what is excluded, in an order that covers different things: the steps of
`candidates` for captions and vocabularies. Never encodes, and opens nothing.

When a text is too close to an exclusion is calibrated as `exclusion` has it, with the kinds changed
about: between a picture and texts the model's scale was trained, so what a picture excludes is told
as what words exclude among pictures; between words and texts it was not, so a text is out when it
is far nearer to the words than texts usually are.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.candidates import Embedded, diverse, without
from app.exclusion import is_out, picture_limit, word_limit
from app.query import ItemTerm, KeptTerm, Query, UploadTerm
from models.encoder import Embeddings


class Scored(Protocol):
    """A text that was found."""

    @property
    def score(self) -> float:
        """Its cosine to the question."""


Found = TypeVar("Found", bound=Scored)


def rank_texts(
    nearest: Callable[[int], list[Found]],
    embeddings: Callable[[list[Found]], Embeddings],
    background: Callable[[], Embeddings],
    query: Query,
    embedded: Embedded,
) -> Callable[[int], list[Found]]:
    """What gives a question's best texts, from what gives the nearest ones; `background` gives the
    embeddings (b, dim) of some texts that are usual there.
    """
    ranking = nearest
    if query.exclude:
        limits = _limits(query, embedded, background())

        def refused(hits: list[Found]) -> NDArray[np.bool_]:
            return is_out(embeddings(hits), embedded.exclusions, limits)

        ranking = without(ranking, refused)
    if query.diversity:
        ranking = diverse(ranking, embeddings, lambda hit: hit.score, query.diversity)
    return ranking


def _limits(query: Query, embedded: Embedded, background: Embeddings) -> NDArray[np.float64]:
    """The cosine (e,) to each exclusion above which a text is out."""
    if not len(background):
        return np.full(len(query.exclude), 2.0)  # there is no text to leave out
    pairs = zip(query.exclude, embedded.exclusions, strict=True)
    return np.array(
        [
            word_limit(background @ row, embedded.logit_scale)
            if isinstance(term, UploadTerm | ItemTerm | KeptTerm)
            else picture_limit(background @ row)
            for term, row in pairs
        ]
    )
