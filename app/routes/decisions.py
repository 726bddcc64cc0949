"""/v1/duplicates/decisions: what was decided of pictures that are there more than once."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.bounds import MAX_IMAGE_ID_CHARS
from app.dependencies import Collection, State
from app.duplicate_schemas import (
    MAX_DECIDED_IMAGES,
    DecidedAnswer,
    DecisionBody,
    DecisionEntry,
    DecisionsAnswer,
)
from app.failures import InvalidRequestError
from app.writing import Writing
from indexer.duplicates.listing import decide, forget, list_decisions

router = APIRouter(tags=["duplicates"])

MAX_DECISIONS = 1000
_LARGEST = 2**63 - 1  # SQLite's integers

Image = Annotated[str, Query(min_length=1, max_length=MAX_IMAGE_ID_CHARS)]


@router.get("/v1/duplicates/decisions", summary="What was decided of duplicates")
async def show_decisions(
    state: State,
    collection: Collection,
    limit: Annotated[int, Query(ge=1, le=MAX_DECISIONS)] = MAX_DECISIONS,
    offset: Annotated[int, Query(ge=0, le=_LARGEST)] = 0,
) -> DecisionsAnswer:
    """Decisions on pairs of contents, and the pictures that have them now."""
    desk = state.duplicates
    with state.ready.live.lease(collection) as searcher:
        store = desk.store(collection)
        listed = await desk.threads.run(list_decisions, store, searcher, limit, offset)
    entries = [
        DecisionEntry(
            decision=pair.decision.verdict,
            decided_at=pair.decision.decided_at,
            contents=pair.decision.contents,
            images=(list(pair.image_ids[0]), list(pair.image_ids[1])),
        )
        for pair in listed
    ]
    return DecisionsAnswer(total=await desk.threads.run(store.decision_count), decisions=entries)


@router.post("/v1/duplicates/decisions", summary="Decide what becomes of duplicates")
async def add_decision(state: State, body: DecisionBody, _: Writing) -> DecidedAnswer:
    """Remember a verdict on every two of these pictures, for all generations to come."""
    collection = body.collection or state.settings.collection
    _check_distinct(body.images)
    desk = state.duplicates
    with state.ready.live.lease(collection) as searcher:
        store = desk.store(collection)
        pairs = await desk.threads.run(decide, store, searcher, body.images, body.decision)
    return DecidedAnswer(pairs=pairs)


@router.delete("/v1/duplicates/decisions", summary="Forget what was decided")
async def drop_decision(
    state: State,
    collection: Collection,
    image: Annotated[list[Image], Query(min_length=2, max_length=MAX_DECIDED_IMAGES)],
    _: Writing,
) -> DecidedAnswer:
    """Forget what was decided of every two of these pictures."""
    _check_distinct(image)
    desk = state.duplicates
    with state.ready.live.lease(collection) as searcher:
        store = desk.store(collection)
        pairs = await desk.threads.run(forget, store, searcher, image)
    return DecidedAnswer(pairs=pairs)


def _check_distinct(image_ids: list[str]) -> None:
    if len(set(image_ids)) < len(image_ids):
        raise InvalidRequestError("name each picture once: a decision is about different pictures")
