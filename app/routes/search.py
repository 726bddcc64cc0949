"""GET and POST /v1/search: find pictures by words, by pictures, or by a weighted mix of both."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Query as Parameter

from app.asking import Counted, ask, count
from app.dependencies import State
from app.filter_schemas import FacetCount, FacetCounts
from app.paging import cut, page_asked, pair_of
from app.pictures import answer_explanation, hit
from app.query import Query, Target
from app.routes.described import body_of
from app.search_questions import query_of_parameters, read_search
from app.search_schemas import SearchAnswer, SearchBody, SearchForm, SearchParameters, TookMs
from app.state import ServiceState
from app.stopwatch import Stopwatch
from app.text_asking import answer_texts
from app.text_schemas import TextSearchAnswer

router = APIRouter(tags=["search"])

_POST_BODY: dict[str, Any] = body_of(SearchBody, SearchForm)


@router.get("/v1/search", summary="Find pictures by words")
async def search_by_words(
    state: State, parameters: Annotated[SearchParameters, Parameter()]
) -> SearchAnswer | TextSearchAnswer:
    """The k pictures, or texts, nearest to the words, best first."""
    query = query_of_parameters(parameters, state.settings.collection)
    return await _found(state, query, state.stopwatch())


@router.post(
    "/v1/search", summary="Find pictures by weighted words and pictures", openapi_extra=_POST_BODY
)
async def search_by_terms(state: State, request: Request) -> SearchAnswer | TextSearchAnswer:
    """The k pictures, or texts, nearest to the weighted terms, best first."""
    watch = state.stopwatch()
    with watch.step("decode"):
        query = await read_search(state, request)
    return await _found(state, query, watch)


async def _found(
    state: ServiceState, query: Query, watch: Stopwatch
) -> SearchAnswer | TextSearchAnswer:
    if query.target is Target.IMAGE:
        return await _answer(state, query, watch)
    with state.ready.live.pair(query.collection) as pair:
        return await answer_texts(state, pair, query, watch)


async def _answer(state: ServiceState, query: Query, watch: Stopwatch) -> SearchAnswer:
    page = await page_asked(state, query)
    async with pair_of(state, page) as pair:
        found = await ask(state, pair, page.deep_query(), watch)
        answers, next_cursor = cut(state, page, found.answers, pair)
        with watch.step("metadata"):
            hits = [hit(answer, query.collection) for answer in answers]
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
        no_good_match=found.no_good_match,
        next_cursor=next_cursor,
        matching=counted.matching,
        facets=_facets(counted) if query.facets else None,
        explain=answer_explanation(found) if query.explain else None,
        kept_pictures=list(found.kept_pictures) if query.keep_pictures else None,
        took_ms=took_ms,
    )


def _facets(counted: Counted) -> dict[str, FacetCounts]:
    return {
        facet.field: FacetCounts(
            values=[FacetCount(value=one.value, count=one.count) for one in facet.values],
            distinct=facet.distinct,
        )
        for facet in counted.facets
    }
