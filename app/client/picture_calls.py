"""Requests for pictures and collections, as `calls` describes questions. Sends nothing."""

import base64
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from pydantic import JsonValue

from app.client.answers import AS_BYTES, as_model
from app.client.calls import Call, body_of, collection_of
from app.client.terms import Picture, picture_bytes
from app.filter_schemas import FieldsAnswer
from app.generation_schemas import GenerationInfo, GenerationsAnswer
from app.map_schemas import MapAnswer, MapTile
from app.schemas import (
    CollectionInfo,
    CollectionsAnswer,
    PictureInfo,
    SampleAnswer,
    SkippedAnswer,
)
from app.upload_schemas import UploadAnswer


def image(image_id: str, collection: str | None) -> Call[PictureInfo]:
    """GET /v1/images/{id}/info."""
    path = f"{_image_path(image_id)}/info"
    return Call("GET", path, as_model(PictureInfo), collection_of(collection))


def original(image_id: str, collection: str | None) -> Call[bytes]:
    """GET /v1/images/{id}."""
    return Call("GET", _image_path(image_id), AS_BYTES, collection_of(collection))


def thumbnail(image_id: str, collection: str | None) -> Call[bytes]:
    """GET /v1/images/{id}/thumbnail."""
    path = f"{_image_path(image_id)}/thumbnail"
    return Call("GET", path, AS_BYTES, collection_of(collection))


def put_image(
    image_id: str,
    picture: Picture | None,
    *,
    captions: Sequence[str] | None,
    metadata: Mapping[str, JsonValue] | None,
    collection: str | None,
    create: bool,
    wait_s: float,
) -> Call[UploadAnswer]:
    """PUT /v1/images/{id}. Raises PictureUnreadableError."""
    sent = None if picture is None else base64.b64encode(picture_bytes(picture)).decode()
    body = body_of(image=sent, captions=captions, metadata=metadata)
    parameters = {**collection_of(collection), "create": create, "wait_s": wait_s}
    return Call("PUT", _image_path(image_id), as_model(UploadAnswer), parameters, body)


def delete_image(image_id: str, *, collection: str | None, wait_s: float) -> Call[UploadAnswer]:
    """DELETE /v1/images/{id}."""
    parameters = {**collection_of(collection), "wait_s": wait_s}
    return Call("DELETE", _image_path(image_id), as_model(UploadAnswer), parameters)


def collections() -> Call[CollectionsAnswer]:
    """GET /v1/collections."""
    return Call("GET", "/v1/collections", as_model(CollectionsAnswer))


def collection(name: str) -> Call[CollectionInfo]:
    """GET /v1/collections/{name}."""
    return Call("GET", _collection_path(name), as_model(CollectionInfo))


def sample(name: str, k: int, seed: int) -> Call[SampleAnswer]:
    """GET /v1/collections/{name}/sample."""
    path = f"{_collection_path(name)}/sample"
    return Call("GET", path, as_model(SampleAnswer), {"k": k, "seed": seed})


def fields(name: str) -> Call[FieldsAnswer]:
    """GET /v1/collections/{name}/fields."""
    return Call("GET", f"{_collection_path(name)}/fields", as_model(FieldsAnswer))


def collection_map(name: str) -> Call[MapAnswer]:
    """GET /v1/collections/{name}/map."""
    return Call("GET", f"{_collection_path(name)}/map", as_model(MapAnswer))


def map_tile(name: str, level: int, x: int, y: int) -> Call[MapTile]:
    """GET /v1/collections/{name}/map/tiles/{level}/{x}/{y}."""
    path = f"{_collection_path(name)}/map/tiles/{level}/{x}/{y}"
    return Call("GET", path, as_model(MapTile))


def generations(name: str) -> Call[GenerationsAnswer]:
    """GET /v1/collections/{name}/generations."""
    return Call("GET", f"{_collection_path(name)}/generations", as_model(GenerationsAnswer))


def roll_back(name: str, generation: int | None) -> Call[GenerationInfo]:
    """POST /v1/collections/{name}/rollback."""
    path = f"{_collection_path(name)}/rollback"
    return Call("POST", path, as_model(GenerationInfo), body=body_of(generation=generation))


def skipped(name: str, limit: int, offset: int) -> Call[SkippedAnswer]:
    """GET /v1/collections/{name}/skipped."""
    path = f"{_collection_path(name)}/skipped"
    return Call("GET", path, as_model(SkippedAnswer), {"limit": limit, "offset": offset})


def _image_path(image_id: str) -> str:
    return f"/v1/images/{quote(image_id, safe='')}"


def _collection_path(name: str) -> str:
    return f"/v1/collections/{quote(name, safe='')}"
