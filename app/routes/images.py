"""GET /v1/images/{id}: the original picture, its thumbnail, and what is on record about it.

An address with the picture's version in it (`v`, as search answers give it) may be kept for good;
without it, browsers ask each time and get 304 while the content is the same.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.bounds import MAX_IMAGE_ID_CHARS
from app.copies import ASK, KEEP, has_copy
from app.dependencies import Collection, State
from app.picture_files import (
    draw_thumbnail,
    is_on_disk,
    locate,
    media_type,
    read_original,
    stored_thumbnail,
)
from app.pictures import picture_info, version_of
from app.ranges import FileParts, bytes_response, wanted_parts
from app.schemas import PictureInfo, Problem
from indexer.catalog.records import Item
from indexer.originals import Originals

router = APIRouter(tags=["images"])

THUMBNAIL_SIDE_PIXELS = 384
_CHANGED = {"Cache-Control": "no-store"}
_GONE: dict[int | str, dict[str, Any]] = {
    304: {"description": "The copy that the client has is still right."},
    404: {"model": Problem, "description": "There is no such picture."},
    410: {"model": Problem, "description": "It is indexed, but its file has gone."},
    502: {"model": Problem, "description": "Its object store does not answer."},
}
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/*": {}}, "description": "The picture's bytes."},
    **_GONE,
}
_BYTES_OR_PART: dict[int | str, dict[str, Any]] = {
    **_BYTES,
    206: {"content": {"image/*": {}}, "description": "The part that `Range` asks for."},
    416: {"model": Problem, "description": "The part lies behind the end of the file."},
}

ImageId = Annotated[str, Path(max_length=MAX_IMAGE_ID_CHARS)]
Version = Annotated[str | None, Query(max_length=64, description="As search answers give it.")]


@router.get(
    "/v1/images/{image_id}",
    summary="The original picture",
    responses=_BYTES_OR_PART,
    response_class=Response,
)
async def show_image(
    state: State, collection: Collection, request: Request, image_id: ImageId, v: Version = None
) -> Response:
    """The bytes of the picture's file, as they are."""
    with state.ready.live.lease(collection) as searcher:
        item = await state.lookup.run(searcher.item, image_id)
        originals = searcher.originals
    if not is_on_disk(item):
        return await _from_elsewhere(state, request, originals, item, v)
    file = await state.lookup.run(locate, item)
    status = file.stat_result
    if not file.unchanged:  # the recorded hash is not that of these bytes
        parts = wanted_parts(request.headers, status.st_size, None)
        return FileParts(file.path, status, parts, _CHANGED, media_type(item))
    headers = _cache_headers(item, item.content_hash, v)
    if has_copy(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    parts = wanted_parts(request.headers, status.st_size, headers["ETag"])
    return FileParts(file.path, status, parts, headers, media_type(item))


@router.get(
    "/v1/images/{image_id}/thumbnail",
    summary="A small JPEG of the picture",
    responses=_BYTES,
    response_class=Response,
)
async def show_thumbnail(
    state: State, collection: Collection, request: Request, image_id: ImageId, v: Version = None
) -> Response:
    """The stored thumbnail, or one drawn on the spot."""
    with state.ready.live.lease(collection) as searcher:
        item = await state.lookup.run(searcher.item, image_id)
        path = searcher.thumbnail_path(item)
        originals = searcher.originals
    headers = _cache_headers(item, f"{item.content_hash}-thumbnail", v)
    if has_copy(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    data = await state.lookup.run(stored_thumbnail, path)
    if data is None:
        limits = state.settings.file_limits()
        threads = state.decode if is_on_disk(item) else state.fetch
        data = await threads.run(draw_thumbnail, originals, item, limits, THUMBNAIL_SIDE_PIXELS)
    return Response(data, headers=headers, media_type="image/jpeg")


@router.get(
    "/v1/images/{image_id}/info", summary="What is on record about the picture", responses=_GONE
)
async def show_info(state: State, collection: Collection, image_id: ImageId) -> PictureInfo:
    """Caption, metadata, size, place and hash."""
    with state.ready.live.lease(collection) as searcher:
        item = await state.lookup.run(searcher.item, image_id)
        return picture_info(item, collection, searcher.record.generation, searcher.tags(item))


async def _from_elsewhere(
    state: State, request: Request, originals: Originals, item: Item, version: str | None
) -> Response:
    """A picture out of a tar shard or an object store, which is asked only if it has to be."""
    headers = _cache_headers(item, item.content_hash, version)
    if has_copy(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    data = await state.fetch.run(read_original, originals, item, state.settings.file_limits())
    if len(data) != item.size_bytes:  # the recorded hash is not that of these bytes
        headers = _CHANGED
    parts = wanted_parts(request.headers, len(data), headers.get("ETag"))
    return bytes_response(data, parts, headers, media_type(item))


def _cache_headers(item: Item, tag: str, version: str | None) -> dict[str, str]:
    lasting = version is not None and version == version_of(item)
    return {"ETag": f'"{tag}"', "Cache-Control": KEEP if lasting else ASK}
