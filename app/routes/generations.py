"""GET /v1/collections/{name}/generations: the states of a collection that one can go back to."""

from typing import Annotated

from fastapi import APIRouter, Path

from app.dependencies import Parts, State
from app.generation_schemas import GenerationInfo, GenerationsAnswer
from app.index_schemas import index_info
from app.schemas import CollectionName
from indexer.config import IndexConfig
from indexer.searcher import current_generation, kept_generations

router = APIRouter(tags=["collections"])

Name = Annotated[CollectionName, Path()]


@router.get("/v1/collections/{name}/generations", summary="The generations that are kept")
async def list_kept(state: State, parts: Parts, name: Name) -> GenerationsAnswer:
    """Oldest first; `sightline generations rollback` makes another one current."""
    config = IndexConfig(data_dir=state.settings.data_dir, collection=name)
    kept = await state.lookup.run(kept_generations, config)
    current = await state.lookup.run(current_generation, config)
    served = parts.live.served(name)
    return GenerationsAnswer(
        collection=name,
        generations=[
            GenerationInfo(
                generation=record.generation,
                created_at=record.created_at,
                items=record.item_count,
                dim=record.dim,
                fingerprint=record.fingerprint,
                model=record.model,
                index_kind=record.index_kind,
                index_bytes=record.index_bytes,
                current=record.generation == current,
                served=record.generation == served,
                index=index_info(record),
            )
            for record in kept
        ],
    )
