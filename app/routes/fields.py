"""GET /v1/collections/{name}/fields: what filters and facets may name in a collection."""

from typing import Annotated

from fastapi import APIRouter, Path

from app.dependencies import Parts, State
from app.filter_schemas import FieldEntry, FieldsAnswer
from app.schemas import CollectionName

router = APIRouter(tags=["collections"])


@router.get("/v1/collections/{name}/fields", summary="Fields to filter by")
async def list_fields(
    state: State, parts: Parts, name: Annotated[CollectionName, Path()]
) -> FieldsAnswer:
    """Every field with its types: the built-in ones, then those of the collection's metadata."""
    with parts.live.lease(name) as searcher:
        fields = await state.lookup.run(searcher.fields)
        generation = searcher.record.generation
    entries = [
        FieldEntry(name=field.name, types=[kind.name.lower() for kind in sorted(field.kinds)])
        for field in fields
    ]
    return FieldsAnswer(collection=name, generation=generation, fields=entries)
