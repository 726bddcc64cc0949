"""GET and POST /v1/search: find pictures by words, by pictures, or by a weighted mix of both."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Query as Parameter

from app.asking import Counted, count, find, find_folded
from app.bodies import read_search
from app.bounds import DEFAULT_TOP_K
from app.dependencies import Collection, State
from app.filter_schemas import FacetCount, FacetCounts, Facets, FilterText, SearchMode
from app.live import Pair
from app.pictures import folded_hit, hit
from app.query import Query, TextTerm
from app.routes.described import body_of
from app.schemas import QueryText, TopK
from app.search_schemas import Hit, SearchAnswer, SearchBody, SearchForm, TookMs
from app.state import ServiceState
from app.stopwatch import Stopwatch
from indexer.filters.parsing import parse_filter
from indexer.ranking import Mode

router = APIRouter(tags=["search"])

_POST_BODY: dict[str, Any] = body_of(SearchBody, SearchForm)


@router.get("/v1/search", summary="Find pictures by words")
async def search_by_words(
    state: State,
    collection: Collection,
    q: Annotated[QueryText, Parameter(description="What to look for.")],
    k: Annotated[TopK, Parameter(description="How many pictures.")] = DEFAULT_TOP_K,
    filter: Annotated[FilterText | None, Parameter(description="Which pictures to search.")] = None,
    mode: Annotated[SearchMode, Parameter()] = Mode.VECTOR,
    facets: Annotated[Facets, Parameter()] = [],  # noqa: B006 - FastAPI copies it
    fold_duplicates: Annotated[bool, Parameter(description="One hit for each group.")] = False,
) -> SearchAnswer:
    """The k pictures nearest to the words, best first."""
    chosen = None if filter is None else parse_filter(filter)
    query = Query((TextTerm(q),), k, collection, chosen, mode, tuple(facets), fold_duplicates)
    return await _answer(state, query, Stopwatch())


@router.post(
    "/v1/search", summary="Find pictures by weighted words and pictures", openapi_extra=_POST_BODY
)
async def search_by_terms(state: State, request: Request) -> SearchAnswer:
    """The k pictures nearest to the weighted terms, best first."""
    watch = Stopwatch()
    with watch.step("decode"):
        query = await read_search(state, request)
    return await _answer(state, query, watch)


async def _answer(state: ServiceState, query: Query, watch: Stopwatch) -> SearchAnswer:
    with state.ready.live.pair(query.collection) as pair:
        hits = await _hits(state, pair, query, watch)
        counted = await count(state, pair.searcher, query, watch)
        generation = pair.searcher.record.generation
    took_ms = TookMs(
        decode=watch.ms("decode"),
        encode=watch.ms("encode"),
        search=watch.ms("search"),
        metadata=watch.ms("metadata"),
        total=watch.total_ms(),
    )
    return SearchAnswer(
        collection=query.collection,
        generation=generation,
        hits=hits,
        matching=counted.matching,
        facets=_facets(counted) if query.facets else None,
        took_ms=took_ms,
    )


async def _hits(state: ServiceState, pair: Pair, query: Query, watch: Stopwatch) -> list[Hit]:
    if query.fold_duplicates:
        folded = await find_folded(state, pair, query, watch)
        with watch.step("metadata"):
            return [folded_hit(one, query.collection) for one in folded]
    found = await find(state, pair, query, watch)
    with watch.step("metadata"):
        return [hit(one, query.collection) for one in found]


def _facets(counted: Counted) -> dict[str, FacetCounts]:
    return {
        facet.field: FacetCounts(
            values=[FacetCount(value=one.value, count=one.count) for one in facet.values],
            distinct=facet.distinct,
        )
        for facet in counted.facets
    }
