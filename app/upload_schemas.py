"""Request and response types of single pictures that clients put. Shapes and bounds only."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field, JsonValue, StringConstraints

from app.bounds import MAX_CAPTION_CHARS, MAX_CAPTIONS
from app.schemas import RequestBody

Caption = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_CAPTION_CHARS)]


Captions = Annotated[list[Caption], Field(max_length=MAX_CAPTIONS)]


class PutBody(RequestBody):
    """What a picture shall be; what is left out stays as it is."""

    image: str | None = Field(
        default=None, min_length=1, description="base64, plain or as a data: URL."
    )
    captions: Captions | None = Field(
        default=None, description="In place of those that it has; an empty list for none."
    )
    metadata: dict[str, JsonValue] | None = Field(
        default=None, description="A JSON object in place of the one that it has."
    )


class PutForm(RequestBody):
    """The same as a form, beside the file."""

    captions: Captions | None = Field(
        default=None, description="Again and again for several; once and empty for none."
    )
    metadata: str | None = Field(default=None, description="A JSON object.")


@dataclass(frozen=True, slots=True)
class PutQuestion:
    """What a picture shall be, as it was sent; None where it stays as it is."""

    data: bytes | None
    captions: tuple[str, ...] | None
    metadata: dict[str, JsonValue] | None


class UploadAnswer(BaseModel):
    """What became of a change. It is `published` in `generation`, or `pending`: the job publishes
    it.
    """

    id: str
    collection: str
    change: Literal["created", "changed", "unchanged", "removed"]
    state: Literal["published", "pending"]
    generation: int | None
    job_id: int | None
    content_hash: str | None
    size_bytes: int | None
    captions: list[str]
    metadata: dict[str, JsonValue]
