"""The body of a put → the bytes and the words in it: a picture as it is, a form, or JSON.

The size of a body is limited by `app.security` while it is read. Never decodes a picture.
"""

import json

from pydantic import JsonValue, TypeAdapter, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from app.bodies import JSON, MULTIPART, checked, decode_base64, read_json
from app.bounds import MAX_CAPTIONS, MAX_METADATA_BYTES
from app.failures import InvalidRequestError, UnsupportedBodyError
from app.state import ServiceState
from app.upload_schemas import PutBody, PutForm, PutQuestion

_PICTURE_TYPES = ("", "application/octet-stream")
_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


async def read_put(state: ServiceState, request: Request) -> PutQuestion:
    """Raises RequestValidationError, InvalidRequestError, UnsupportedBodyError or
    BodyTooLargeError.
    """
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared == JSON:
        return await read_json(state, request, PutBody, _question)
    if declared == MULTIPART:
        return await _read_form(request)
    if declared in _PICTURE_TYPES or declared.startswith("image/"):
        data = await request.body()
        if not data:
            raise InvalidRequestError("the body is empty; send a picture, a form or JSON")
        return PutQuestion(data, None, None)
    raise UnsupportedBodyError(declared)


async def _read_form(request: Request) -> PutQuestion:
    async with request.form(
        max_files=1, max_fields=MAX_CAPTIONS + 1, max_part_size=MAX_METADATA_BYTES
    ) as form:
        upload = form.get("image")
        if upload is not None and not isinstance(upload, UploadFile):
            raise InvalidRequestError("the field `image` has to be a file")
        values: dict[str, object] = {name: form[name] for name in form if name != "image"}
        if "captions" in form:
            values["captions"] = form.getlist("captions")
        body = checked(lambda: PutForm.model_validate(values))
        data = None if upload is None else await upload.read()
    metadata = None if body.metadata is None else _object(body.metadata)
    return _put(data, body.captions, metadata)


def _object(text: str) -> dict[str, JsonValue]:
    try:
        return _OBJECT.validate_json(text or "{}")
    except ValidationError as error:
        raise InvalidRequestError("the field `metadata` is no JSON object") from error


def _question(body: PutBody) -> PutQuestion:
    data = None if body.image is None else decode_base64(body.image)
    return _put(data, body.captions, body.metadata)


def _put(
    data: bytes | None, captions: list[str] | None, metadata: dict[str, JsonValue] | None
) -> PutQuestion:
    if data is None and captions is None and metadata is None:
        raise InvalidRequestError("nothing to put: send an image, captions or metadata")
    _check_metadata(metadata)
    said = None if captions is None else tuple(dict.fromkeys(one for one in captions if one))
    return PutQuestion(data, said, metadata)


def _check_metadata(metadata: dict[str, JsonValue] | None) -> None:
    try:
        text = json.dumps(metadata, allow_nan=False)
    except ValueError as error:
        raise InvalidRequestError("metadata holds a number that JSON does not have") from error
    if len(text) > MAX_METADATA_BYTES:
        raise InvalidRequestError(f"metadata is longer than {MAX_METADATA_BYTES:,} bytes as JSON")
