"""A question → answers, as a list of named steps, each timed and off the event loop.

    embed     every part of the question → unit embeddings
    rank      these → what gives the k best pictures: `candidates` has the steps of that
    fold      the best pictures → one for each group of near duplicates, if asked for
    finish    these → how relevant each is, whether any is, and why, if asked for

One pair of a searcher and its model, and so one generation, answers the whole question. Never
parses requests and never formats answers.
"""

from dataclasses import dataclass
from functools import partial

from app.answers import Answer
from app.candidates import Embedded, Ranking, rank
from app.fusion import joined
from app.kept_pictures import keep_sent
from app.live import Pair
from app.query import Fusion, Query
from app.relevance import Judged, finish
from app.state import ServiceState
from app.stopwatch import Stopwatch
from app.term_embeddings import embed_examples, embed_terms
from indexer.duplicates.folding import fold_hits
from indexer.duplicates.records import Mode as Duplicates
from indexer.filters.facets import Facet
from indexer.searcher import Searcher


async def ask(state: ServiceState, pair: Pair, query: Query, watch: Stopwatch) -> Judged:
    """Answer a question from one generation, best first.

    Raises what decoding, encoding and searching raise, OverloadedError, NullQueryError,
    DuplicatesUnknownError and RelevanceUnknownError.
    """
    embedded = await embed(state, pair, query, watch)
    ranking = rank(pair.searcher, query, embedded)
    with watch.step("search"):
        finishing = partial(
            finish, state.settings.data_dir, pair.searcher, pair.engine.relevance, query, embedded
        )
        if query.fold_duplicates:
            answers = await fold(state, pair, query, ranking)
            return await state.lookup.run(finishing, answers)

        def found() -> Judged:  # both in one turn of a thread: each turn costs a wait
            return finishing([Answer(hit) for hit in ranking(query.top_k)])

        return await state.lookup.run(found)


async def embed(state: ServiceState, pair: Pair, query: Query, watch: Stopwatch) -> Embedded:
    """The embeddings of all parts of a question; raises what `embed_terms` raises."""
    terms = joined(query.terms) if query.fusion is Fusion.JOINT else query.terms
    parts = (*terms, *query.exclude)
    rows = await embed_terms(state, pair, parts, watch)
    kept: tuple[str, ...] = ()
    if query.keep_pictures:
        kept = await keep_sent(pair.engine.kept, state.decode, parts, rows)
    examples = await embed_examples(state, pair, (*query.like, *query.dislike), watch)
    return Embedded(
        terms=terms,
        embeddings=rows[: len(terms)],
        exclusions=rows[len(terms) :],
        liked=examples[: len(query.like)],
        disliked=examples[len(query.like) :],
        logit_scale=pair.engine.info.logit_scale,
        kept_pictures=kept,
    )


async def fold(state: ServiceState, pair: Pair, query: Query, ranking: Ranking) -> list[Answer]:
    """The best picture of each group of near duplicates. Raises DuplicatesUnknownError."""
    desk, searcher = state.duplicates, pair.searcher
    await desk.look(query.collection, searcher, Duplicates.NEAR)
    store = desk.store(query.collection)
    found = await state.lookup.run(
        fold_hits, ranking, store, searcher, Duplicates.NEAR, query.top_k, query.filter
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
