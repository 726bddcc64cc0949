"""A question → answers, as a list of named steps, each timed and off the event loop.

    embed_terms     every term → a unit embedding
    fuse            the terms' embeddings → one direction
    rank            the direction → what gives the k best pictures (mode, filter)
    fold            the best pictures → one for each group of near duplicates, if asked for

One pair of a searcher and its model, and so one generation, answers the whole question. Never
parses requests and never formats answers.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.answers import Answer
from app.live import Pair
from app.query import Query, fuse
from app.state import ServiceState
from app.stopwatch import Stopwatch
from app.term_embeddings import embed_terms
from indexer.duplicates.folding import fold_hits
from indexer.duplicates.records import Mode as Duplicates
from indexer.filters.facets import Facet
from indexer.searcher import Hit, Searcher
from models.encoder import Embeddings

# What gives the k best pictures of a question, best first; for a lookup thread.
Ranking = Callable[[int], list[Hit]]


async def ask(state: ServiceState, pair: Pair, query: Query, watch: Stopwatch) -> list[Answer]:
    """Answer a question from one generation, best first.

    Raises what decoding, encoding and searching raise, OverloadedError, NullQueryError and
    DuplicatesUnknownError.
    """
    embeddings = await embed_terms(state, pair, query.terms, watch)
    direction = fuse(embeddings, [term.weight for term in query.terms])  # (1, dim)
    ranking = rank(pair.searcher, query, direction)
    with watch.step("search"):
        if query.fold_duplicates:
            return await fold(state, pair, query, ranking)
        return [Answer(hit) for hit in await state.lookup.run(ranking, query.top_k)]


def rank(searcher: Searcher, query: Query, direction: Embeddings) -> Ranking:
    """What gives the best pictures for a (1, dim) direction, by the question's mode and filter."""

    def ranking(top_k: int) -> list[Hit]:
        return searcher.find(
            direction, top_k, words=query.words, mode=query.mode, filter=query.filter
        )

    return ranking


async def fold(state: ServiceState, pair: Pair, query: Query, ranking: Ranking) -> list[Answer]:
    """The best picture of each group of near duplicates. Raises DuplicatesUnknownError."""
    desk, searcher = state.duplicates, pair.searcher
    await desk.look(query.collection, searcher, Duplicates.NEAR)
    store = desk.store(query.collection)
    found = await state.lookup.run(
        fold_hits, ranking, store, searcher, Duplicates.NEAR, query.top_k
    )
    return [Answer(one.hit, one) for one in found]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many pictures meet a question's filter, and how many of these have which values."""

    matching: int | None
    facets: list[Facet]


async def count(state: ServiceState, searcher: Searcher, query: Query, watch: Stopwatch) -> Counted:
    """What a question wants counted besides its hits; `matching` is None without a filter.

    Raises UnknownFieldError, FilterTypeError, FacetError and OverloadedError.
    """
    matching, facets = None, list[Facet]()
    with watch.step("search"):
        if query.filter is not None:
            matching = await state.lookup.run(searcher.matching, query.filter)
        if query.facets:
            facets = await state.lookup.run(searcher.facets, query.facets, query.filter)
    return Counted(matching, facets)
