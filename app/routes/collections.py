"""GET /v1/collections: what is being served, which files were skipped and why, and a sample."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.bounds import DEFAULT_TOP_K
from app.dependencies import Parts, State
from app.failures import ModelNotHereError
from app.index_schemas import index_info
from app.pictures import picture
from app.relevance import fit_for
from app.relevance_schemas import relevance_info
from app.schemas import (
    CollectionInfo,
    CollectionName,
    CollectionsAnswer,
    SampleAnswer,
    SkippedAnswer,
    SkippedEntry,
    TopK,
)
from app.state import Ready, ServiceState
from indexer.errors import CollectionNotFoundError, IndexerError

router = APIRouter(tags=["collections"])

MAX_PAGE = 1000
DEFAULT_PAGE = 100
_LARGEST = 2**63 - 1  # SQLite's integers

Name = Annotated[CollectionName, Path()]


@router.get("/v1/collections", summary="All collections")
async def list_all(state: State, parts: Parts) -> CollectionsAnswer:
    """Every collection, with the generation that is being served."""
    names = parts.live.names()
    return CollectionsAnswer(collections=[await _info(state, parts, name) for name in names])


@router.get("/v1/collections/{name}", summary="One collection")
async def show_collection(state: State, parts: Parts, name: Name) -> CollectionInfo:
    """The generation that is being served; `problem` says why a newer one is not."""
    if name not in parts.live.names():
        raise CollectionNotFoundError(name)
    return await _info(state, parts, name)


@router.get("/v1/collections/{name}/skipped", summary="Files that were not indexed")
async def list_skipped(
    state: State,
    parts: Parts,
    name: Name,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
    offset: Annotated[int, Query(ge=0, le=_LARGEST)] = 0,
) -> SkippedAnswer:
    """Every file that was listed and not indexed, with the reason."""
    with parts.live.lease(name) as searcher:
        total = await state.lookup.run(searcher.skipped_count)
        files = await state.lookup.run(searcher.skipped, limit, offset)
    entries = [
        SkippedEntry(uri=file.uri, code=file.code, reason=file.reason, size_bytes=file.size_bytes)
        for file in files
    ]
    return SkippedAnswer(total=total, skipped=entries)


@router.get("/v1/collections/{name}/sample", summary="Some of the pictures")
async def show_sample(
    state: State,
    parts: Parts,
    name: Name,
    k: TopK = DEFAULT_TOP_K,
    seed: Annotated[int, Query(ge=0, le=_LARGEST)] = 0,
) -> SampleAnswer:
    """K pictures; the same seed gives the same ones while the generation is the same."""
    with parts.live.lease(name) as searcher:
        items = await state.lookup.run(searcher.sample, k, seed)
        generation = searcher.record.generation
    return SampleAnswer(
        collection=name, generation=generation, hits=[picture(item, name) for item in items]
    )


async def _info(state: ServiceState, parts: Ready, name: str) -> CollectionInfo:
    refusal = parts.live.refusal(name)
    problem = str(refusal.error) if refusal is not None else None
    try:
        with parts.live.lease(name) as searcher:
            record = searcher.record
            skipped = await state.lookup.run(searcher.skipped_count)
            of_model = parts.live.engine_of(name).relevance
            fit = await state.lookup.run(
                fit_for, state.settings.data_dir, name, record.fingerprint, of_model
            )
    except (IndexerError, ModelNotHereError):  # there, but nothing of it can be served
        return CollectionInfo(
            name=name,
            items=0,
            generation=None,
            created_at=None,
            model={},
            dim=None,
            skipped=0,
            problem=problem,
        )
    return CollectionInfo(
        name=name,
        items=record.item_count,
        generation=record.generation,
        created_at=record.created_at,
        model=record.model,
        dim=record.dim,
        skipped=skipped,
        problem=problem,
        index=index_info(record),
        relevance=relevance_info(fit),
    )
