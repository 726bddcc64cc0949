"""Request and response types of the HTTP API. Shapes, bounds and their reasons; no behaviour."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from app.bounds import (
    DEFAULT_TOP_K,
    MAX_IMAGE_ID_CHARS,
    MAX_TERMS,
    MAX_TEXT_CHARS,
    MAX_TOP_K,
    MAX_WEIGHT,
)
from app.filter_schemas import FacetCounts, Facets, FilterText, HitRanks, SearchMode
from app.index_schemas import IndexInfo
from app.settings import COLLECTION_PATTERN
from indexer.ranking import Mode

TopK = Annotated[int, Field(ge=1, le=MAX_TOP_K)]
CollectionName = Annotated[str, Field(pattern=COLLECTION_PATTERN)]
QueryText = Annotated[str, Field(max_length=MAX_TEXT_CHARS, pattern=r"\S")]
Weight = Annotated[
    float,
    Field(
        ge=-MAX_WEIGHT,
        le=MAX_WEIGHT,
        allow_inf_nan=False,
        description="Negative pushes away from the term.",
    ),
]


class RequestBody(BaseModel):
    """What all request bodies share."""

    # A misspelt field is an error: silently ignoring "wieght" would answer another question.
    model_config = ConfigDict(extra="forbid", frozen=True)


class ImageRef(RequestBody):
    """A picture of the question: one of the collection, or one sent along."""

    id: str | None = Field(default=None, min_length=1, max_length=MAX_IMAGE_ID_CHARS)
    base64: str | None = Field(default=None, min_length=1, description="Plain or as a data: URL.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.id is None) == (self.base64 is None):
            raise ValueError("give either an id or base64")
        return self


class TermBody(RequestBody):
    """One weighted part of a question: a text or a picture."""

    text: QueryText | None = None
    image: ImageRef | None = None
    weight: Weight = 1.0

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.image is None):
            raise ValueError("a term is either a text or an image")
        return self


class SearchBody(RequestBody):
    """The body of POST /v1/search."""

    query: list[TermBody] = Field(min_length=1, max_length=MAX_TERMS)
    k: TopK = DEFAULT_TOP_K
    collection: CollectionName | None = None
    filter: dict[str, JsonValue] | FilterText | None = None
    mode: SearchMode = Mode.VECTOR
    facets: Facets = Field(default_factory=list)
    fold_duplicates: bool = False


class SearchForm(RequestBody):
    """The text fields beside the file `image` of a multipart POST /v1/search."""

    text: QueryText | None = None
    text_weight: Weight = 1.0
    image_weight: Weight = 1.0
    k: TopK = DEFAULT_TOP_K
    collection: CollectionName | None = None
    filter: FilterText | None = None
    mode: SearchMode = Mode.VECTOR
    facets: Facets = Field(default_factory=list)
    fold_duplicates: bool = False


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


class FoldedPictures(BaseModel):
    """The other pictures of a hit's group of duplicates: how many, and the first hundred ids."""

    count: int
    ids: list[str]


class Hit(Picture):
    """A picture that was found; `score` is the cosine to the question, in [-1, 1].

    `ranks` is set in the modes that look at words, where it decides the order; `folded` where
    duplicates are folded.
    """

    score: float
    ranks: HitRanks | None = None
    folded: FoldedPictures | None = None


class TookMs(BaseModel):
    """Milliseconds of each step, and of the whole request as the service saw it."""

    decode: float
    encode: float
    search: float
    metadata: float
    total: float


class SearchAnswer(BaseModel):
    """What was found, best first.

    `matching` is how many pictures meet the filter, `facets` count values among all of these.
    """

    collection: str
    generation: int
    hits: list[Hit]
    matching: int | None = None
    facets: dict[str, FacetCounts] | None = None
    took_ms: TookMs


class PictureInfo(Picture):
    """Everything on record about one picture."""

    collection: str
    generation: int
    uri: str
    source: str
    content_hash: str
    size_bytes: int


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
