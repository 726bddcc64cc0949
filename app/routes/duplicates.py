"""GET /v1/duplicates: pictures that are there more than once."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.dependencies import Collection, State
from app.duplicate_schemas import DuplicateMode, DuplicatesAnswer
from app.pictures import duplicate_group
from indexer.duplicates.listing import list_groups
from indexer.duplicates.records import Mode

router = APIRouter(tags=["duplicates"])

MAX_GROUPS = 100  # with a hundred pictures each, a page is some megabytes
DEFAULT_GROUPS = 20
_LARGEST = 2**63 - 1  # SQLite's integers


@router.get("/v1/duplicates", summary="Pictures that are there more than once")
async def list_duplicates(
    state: State,
    collection: Collection,
    mode: DuplicateMode = Mode.NEAR,
    limit: Annotated[int, Query(ge=1, le=MAX_GROUPS)] = DEFAULT_GROUPS,
    offset: Annotated[int, Query(ge=0, le=_LARGEST)] = 0,
    decided: Annotated[
        bool, Query(description="Also groups in which everything is decided.")
    ] = False,
) -> DuplicatesAnswer:
    """Groups of pictures that are the same (`identical`) or look it (`near`), largest first."""
    desk = state.duplicates
    with state.ready.live.lease(collection) as searcher:
        await desk.look(collection, searcher, mode)
        store = desk.store(collection)
        page = await desk.threads.run(
            list_groups, store, searcher, mode, limit, offset, decided_too=decided
        )
        generation = searcher.record.generation
    assert page is not None
    looked = page.grouping
    return DuplicatesAnswer(
        collection=collection,
        generation=generation,
        mode=mode,
        looked_at_generation=looked.generation,
        looked_at=looked.made_at,
        fresh=page.fresh,
        max_distance=looked.limits.max_distance,
        min_score=looked.limits.min_score,
        unhashed=looked.unhashed,
        crowded=looked.crowded,
        total=page.total,
        groups=[duplicate_group(group, collection) for group in page.groups],
    )
