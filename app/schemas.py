"""Request and response types that several routes share, and those of small routes.

Shapes, bounds and their reasons; no behaviour.
"""

from typing import Annotated, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.bounds import MAX_IMAGE_ID_CHARS, MAX_TEXT_CHARS, MAX_TOP_K
from app.fetch.plain_urls import MAX_URL_CHARS
from app.index_schemas import IndexInfo
from app.json_kinds import check_kind
from app.relevance_schemas import RelevanceInfo
from app.settings import COLLECTION_PATTERN

TopK = Annotated[int, Field(ge=1, le=MAX_TOP_K)]
CollectionName = Annotated[str, Field(pattern=COLLECTION_PATTERN)]
QueryText = Annotated[str, Field(max_length=MAX_TEXT_CHARS, pattern=r"\S")]


class RequestBody(BaseModel):
    """What all request bodies share."""

    # A misspelt field is an error: silently ignoring "wieght" would answer another question.
    model_config = ConfigDict(extra="forbid", frozen=True)
    of_a_form: ClassVar[bool] = False  # whose fields are all text

    @field_validator("*", mode="before")
    @classmethod
    def _of_its_kind(cls, value: object, info: ValidationInfo) -> object:
        """JSON says what is a number, a text, true or false; nothing is taken for another kind."""
        if isinstance(value, bool | int | float | str) and not cls.of_a_form:
            check_kind(value, cls.model_fields[info.field_name or ""].annotation)
        return value


class ImageRef(RequestBody):
    """A picture of the question: one of the collection, one sent along, or one to be fetched."""

    id: str | None = Field(default=None, min_length=1, max_length=MAX_IMAGE_ID_CHARS)
    base64: str | None = Field(default=None, min_length=1, description="Plain or as a data: URL.")
    url: str | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_URL_CHARS,
        description="http or https; only where the service fetches pictures.",
    )
    _fetched: bytes | None = PrivateAttr(default=None)
    choice: ClassVar[str] = "an id, base64 or a url"

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(one is not None for one in self.ways()) != 1:
            raise ValueError(f"give either {self.choice}")
        return self

    def ways(self) -> tuple[str | None, ...]:
        """The ways to give a picture, all but one None."""
        return (self.id, self.base64, self.url)

    def keep(self, data: bytes) -> None:
        """Keep what was fetched from the URL."""
        self._fetched = data

    @property
    def fetched(self) -> bytes | None:
        """What was fetched from the URL; None for a picture that is given otherwise."""
        return self._fetched


class Picture(BaseModel):
    """An indexed picture. `file_facts` is what its file says of itself (EXIF)."""

    id: str
    caption: str | None
    captions: list[str]
    metadata: dict[str, JsonValue]
    file_facts: dict[str, JsonValue]
    width: int
    height: int
    format: str
    image_url: str
    thumbnail_url: str


class PictureInfo(Picture):
    """Everything on record about one picture; `tags` are those of the collection's tag sets."""

    collection: str
    generation: int
    uri: str
    source: str
    content_hash: str
    size_bytes: int
    tags: dict[str, str] = Field(default_factory=dict)


class SampleAnswer(BaseModel):
    """Some pictures of a collection, in a random order that the seed decides."""

    collection: str
    generation: int
    hits: list[Picture]


class CollectionInfo(BaseModel):
    """A collection as it is being served; `problem` says why a newer generation is not."""

    name: str
    items: int
    generation: int | None
    created_at: str | None
    model: dict[str, JsonValue]
    dim: int | None
    skipped: int
    problem: str | None = None
    index: IndexInfo | None = None
    relevance: RelevanceInfo | None = None


class CollectionsAnswer(BaseModel):
    """All collections."""

    collections: list[CollectionInfo]


class SkippedEntry(BaseModel):
    """A file that was not indexed, and why."""

    uri: str
    code: str
    reason: str
    size_bytes: int | None


class SkippedAnswer(BaseModel):
    """A page of the files that were not indexed."""

    total: int
    skipped: list[SkippedEntry]


class ModelAnswer(BaseModel):
    """The loaded model."""

    model_name: str
    pretrained: str | None
    fingerprint: str
    dim: int
    image_size: int
    context_length: int
    device: str
    precision: str
    logit_scale: float
    logit_bias: float | None
    calibrated: bool


class HealthAnswer(BaseModel):
    """The process answers."""

    status: str


class ReadyAnswer(BaseModel):
    """The service can answer questions; `problems` says why a newest generation is not served."""

    status: str
    model: str
    collections: list[str]
    problems: dict[str, str] = Field(default_factory=dict)


class ProblemField(BaseModel):
    """One field of a request that is wrong."""

    field: str
    reason: str


class Problem(BaseModel):
    """An error, in the shape of RFC 9457; `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    errors: list[ProblemField] | None = None
    request_id: str | None = None
