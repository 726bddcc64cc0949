"""/v1/collections/{name}/generations: the states of a collection that one can go back to, and
going back to one.
"""

from typing import Annotated

from fastapi import APIRouter, Path

from app.audit import note
from app.dependencies import Parts, State
from app.generation_schemas import GenerationInfo, GenerationsAnswer, RollBackBody
from app.schemas import CollectionName
from app.writing import Administering, Asking
from indexer.config import IndexConfig
from indexer.generations import roll_back
from indexer.searcher import current_generation, kept_generations

router = APIRouter(tags=["collections"])

Name = Annotated[CollectionName, Path()]


@router.get("/v1/collections/{name}/generations", summary="The generations that are kept")
async def list_kept(state: State, parts: Parts, name: Name) -> GenerationsAnswer:
    """Oldest first; `POST /v1/collections/{name}/rollback` makes another one current."""
    config = IndexConfig(data_dir=state.settings.data_dir, collection=name)
    kept = await state.lookup.run(kept_generations, config)
    current = await state.lookup.run(current_generation, config)
    served = parts.live.served(name)
    return GenerationsAnswer(
        collection=name,
        generations=[GenerationInfo.of(record, current=current, served=served) for record in kept],
    )


@router.post("/v1/collections/{name}/rollback", summary="Go back to a generation that is kept")
async def roll_back_to(
    state: State, parts: Parts, name: Name, body: RollBackBody, _: Administering, caller: Asking
) -> GenerationInfo:
    """Make a kept generation the current one, or go forward again; nothing is lost. The service
    changes over a moment later: `served` in the list of generations says when.
    """
    config = IndexConfig(data_dir=state.settings.data_dir, collection=name)
    record = await state.lookup.run(roll_back, config, body.generation)
    note(caller, "generation made current", collection=name, generation=record.generation)
    return GenerationInfo.of(record, current=record.generation, served=parts.live.served(name))
