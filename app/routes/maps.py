"""GET /v1/collections/{name}/map…: a collection's map, a tile of it, and where pictures are on it.

A tile is 8 × 8 slots of one level, so an answer is small however large the collection is. Its
address with the map's version in it (`v`) may be kept for good; without it, clients ask each time
and get 304 while the generation is the same.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.bounds import MAX_IMAGE_ID_CHARS
from app.copies import ASK, KEEP, has_copy
from app.dependencies import Parts, State
from app.map_schemas import MapAnswer, MapPlace, MapPlaces, MapSlot, MapTile
from app.map_sheets import CELL_PIXELS, draw_sheet
from app.pictures import map_picture
from app.schemas import CollectionName, Problem
from indexer.picture_map.browsing import TILE_SLOTS
from indexer.picture_map.collection_map import HeldSlot
from indexer.picture_map.keys import MOST_LEVELS
from indexer.searcher import Searcher

router = APIRouter(tags=["collections"])

MOST_PLACES = 500  # ids of 16 letters in one address
_NO_MAP: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no map yet."},
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    304: {"description": "The copy that the client has is still right."},
    404: {"model": Problem, "description": "There is no map yet, or no such tile of it."},
}
_SHEET: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {}}, "description": "The pictures of the tile."},
    **_ANSWERS,
}

Name = Annotated[CollectionName, Path()]
Level = Annotated[int, Path(ge=0, le=MOST_LEVELS)]
Tile = Annotated[int, Path(ge=0, lt=2**MOST_LEVELS)]
Version = Annotated[str | None, Query(max_length=64, description="As the map gives it.")]
Ids = Annotated[
    list[Annotated[str, Query(max_length=MAX_IMAGE_ID_CHARS)]],
    Query(alias="id", min_length=1, max_length=MOST_PLACES),
]


@router.get("/v1/collections/{name}/map", summary="The map of a collection", responses=_NO_MAP)
async def show_map(parts: Parts, name: Name) -> MapAnswer:
    """What the map has: similar pictures lie together on it."""
    with parts.live.lease(name) as searcher:
        places = searcher.map.places
        return MapAnswer(
            collection=name,
            generation=searcher.record.generation,
            version=searcher.map.version,
            items=searcher.record.item_count,
            side=places.side,
            deepest_level=places.deepest,
            tile_slots=TILE_SLOTS,
            sheet_cell_pixels=CELL_PIXELS,
        )


@router.get("/v1/collections/{name}/map/places", summary="Where pictures are", responses=_NO_MAP)
async def show_places(state: State, parts: Parts, name: Name, ids: Ids) -> MapPlaces:
    """Column and row on the lattice of each picture that is in the collection."""
    with parts.live.lease(name) as searcher:
        found = await state.lookup.run(searcher.map.of, ids)
        generation = searcher.record.generation
    places = [MapPlace(id=one.image_id, x=one.x, y=one.y) for one in found]
    return MapPlaces(collection=name, generation=generation, places=places)


@router.get(
    "/v1/collections/{name}/map/tiles/{level}/{x}/{y}",
    summary="A tile of the map",
    responses=_ANSWERS,
    response_model=MapTile,
)
async def show_tile(
    state: State,
    parts: Parts,
    request: Request,
    response: Response,
    name: Name,
    level: Level,
    x: Tile,
    y: Tile,
    v: Version = None,
) -> MapTile | Response:
    """Up to 64 slots: how many pictures each holds, and the one that is most like the others."""
    with parts.live.lease(name) as searcher:
        headers = _cache_headers(searcher, f"{level}-{x}-{y}", v)
        if has_copy(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        held = await state.lookup.run(searcher.map.tile, level, x, y)
        generation, version = searcher.record.generation, searcher.map.version
    response.headers.update(headers)
    return MapTile(
        collection=name,
        generation=generation,
        level=level,
        x=x,
        y=y,
        sheet_url=f"/v1/collections/{name}/map/tiles/{level}/{x}/{y}/sheet?v={version}",
        slots=[_slot(one, name) for one in held],
    )


@router.get(
    "/v1/collections/{name}/map/tiles/{level}/{x}/{y}/sheet",
    summary="The pictures of a tile",
    responses=_SHEET,
    response_class=Response,
)
async def show_sheet(
    state: State,
    parts: Parts,
    request: Request,
    name: Name,
    level: Level,
    x: Tile,
    y: Tile,
    v: Version = None,
) -> Response:
    """One JPEG of 8 × 8 cells: the middle of the picture of each slot, grey where none is kept."""
    with parts.live.lease(name) as searcher:
        headers = _cache_headers(searcher, f"{level}-{x}-{y}-sheet", v)
        if has_copy(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        held = await state.lookup.run(searcher.map.tile, level, x, y)
        cells = [
            (one.slot.x % TILE_SLOTS, one.slot.y % TILE_SLOTS, searcher.thumbnail_path(one.item))
            for one in held
        ]
        data = await state.decode.run(draw_sheet, cells)
    return Response(data, headers=headers, media_type="image/jpeg")


def _slot(held: HeldSlot, collection: str) -> MapSlot:
    shown = map_picture(held.item, collection)
    return MapSlot(x=held.slot.x, y=held.slot.y, count=held.slot.count, picture=shown)


def _cache_headers(searcher: Searcher, part: str, version: str | None) -> dict[str, str]:
    current = searcher.map.version
    return {
        "ETag": f'"map-{current}-{part}"',
        "Cache-Control": KEEP if version == current else ASK,
    }
