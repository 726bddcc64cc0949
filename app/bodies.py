"""JSON and multipart bodies → checked questions with the pictures' bytes in them.

Large JSON is parsed, and its base64 decoded, in a decoding thread. The size of a body is limited
by `app.security` while it is read. Never decodes a picture.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from app.bounds import MAX_CLASSNAMES, MAX_TEMPLATES
from app.classify_schemas import ClassifyBody, ClassifyForm
from app.failures import InvalidRequestError, UnsupportedBodyError
from app.query import ItemTerm, UploadTerm
from app.schemas import ImageRef
from app.state import ServiceState
from app.url_pictures import fetch_pictures
from models.cropping import Box

Body = TypeVar("Body", bound=BaseModel)
Question = TypeVar("Question")

JSON = "application/json"
MULTIPART = "multipart/form-data"
# Parsing this much JSON takes well under a millisecond: cheaper than changing threads.
_SMALL_BODY_BYTES = 64 * 1024
_PIECE_CHARS = 64 * 1024  # of base64, a multiple of four; a third of a millisecond
_MAX_FIELD_BYTES = 64 * 1024
_MAX_FIELDS = MAX_CLASSNAMES + MAX_TEMPLATES + 10


@dataclass(frozen=True, slots=True)
class ClassifyQuestion:
    """A picture, the names that may fit it, and the prompts to put them into."""

    image: UploadTerm | ItemTerm
    classnames: tuple[str, ...]
    templates: tuple[str, ...]
    collection: str


async def read_classify(state: ServiceState, request: Request) -> ClassifyQuestion:
    """The classification in a JSON or multipart body; raises RequestValidationError,
    InvalidRequestError, UnsupportedBodyError and BodyTooLargeError.
    """
    default = state.settings.collection
    if media_type(request) == JSON:
        return await read_json(
            state,
            request,
            ClassifyBody,
            lambda body: _classify_question(body, image_term(body.image), default),
        )
    form, data = await read_form(request, ClassifyForm, lists=("classnames", "templates"))
    return _classify_question(form, UploadTerm(data), default)


def decode_base64(text: str) -> bytes:
    """Bytes of plain base64 or of a data: URL. Raises InvalidRequestError."""
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        if not head.endswith(";base64"):
            raise InvalidRequestError("a data: URL must be base64")
    try:
        return _decoded(text)
    except ValueError as error:
        raise InvalidRequestError(f"the image is not valid base64: {error}") from error


def _decoded(text: str) -> bytes:
    """Piece by piece: one call for megabytes would keep Python's lock for 20 ms, which the event
    loop waits for.
    """
    end = len(text.rstrip("="))
    pieces = []
    for start in range(0, end - _PIECE_CHARS, _PIECE_CHARS):
        pieces.append(base64.b64decode(text[start : start + _PIECE_CHARS], validate=True))
        if len(pieces[-1]) * 4 < _PIECE_CHARS * 3:
            raise ValueError("Excess data after padding")
    pieces.append(base64.b64decode(text[len(pieces) * _PIECE_CHARS :], validate=True))
    return b"".join(pieces)


def media_type(request: Request) -> str:
    """JSON or MULTIPART. Raises UnsupportedBodyError."""
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in (JSON, MULTIPART):
        raise UnsupportedBodyError(declared)
    return declared


async def read_json(
    state: ServiceState, request: Request, model: type[Body], convert: Callable[[Body], Question]
) -> Question:
    """A JSON body, checked and converted; a large one in a decoding thread.

    Raises RequestValidationError, and what `convert` raises.
    """
    data = await request.body()

    def parse() -> Body:
        return checked(lambda: model.model_validate_json(data))

    if len(data) <= _SMALL_BODY_BYTES:
        body = parse()
        await fetch_pictures(state.outside, body)
        return convert(body)
    body = await state.decode.run(parse)
    await fetch_pictures(state.outside, body)
    return await state.decode.run(convert, body)


async def read_form(
    request: Request, model: type[Body], lists: tuple[str, ...]
) -> tuple[Body, bytes]:
    """The checked text fields of a multipart body, and the bytes of its file `image`."""
    async with request.form(
        max_files=1, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES
    ) as form:
        upload = form.get("image")
        if not isinstance(upload, UploadFile):
            raise InvalidRequestError("the form needs a file field `image`")
        values = {
            name: form.getlist(name) if name in lists else form[name]
            for name in form
            if name != "image"
        }
        # A page sends the text field along even when nobody typed into it.
        body = checked(
            lambda: model.model_validate({name: value for name, value in values.items() if value})
        )
        return body, await upload.read()


def checked(validate: Callable[[], Body]) -> Body:
    """What `validate` gives. Raises RequestValidationError in place of pydantic's error."""
    try:
        return validate()
    except ValidationError as error:
        # Without the input: it may be a picture of many megabytes.
        fields = error.errors(include_url=False, include_input=False, include_context=False)
        raise RequestValidationError(fields) from error


def image_term(
    image: ImageRef, weight: float = 1.0, crop: Box | None = None
) -> UploadTerm | ItemTerm:
    """A picture that a body names or carries. Raises InvalidRequestError."""
    if image.base64 is not None:
        return UploadTerm(decode_base64(image.base64), weight, crop)
    if image.fetched is not None:
        return UploadTerm(image.fetched, weight, crop)
    if image.id is None:
        raise InvalidRequestError("an image is given by id or by base64")
    return ItemTerm(image.id, weight, crop)


def _classify_question(
    body: ClassifyBody | ClassifyForm, image: UploadTerm | ItemTerm, default_collection: str
) -> ClassifyQuestion:
    return ClassifyQuestion(
        image,
        tuple(body.classnames),
        body.chosen_templates(),
        body.collection or default_collection,
    )
