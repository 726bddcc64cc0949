"""Request and response types of the HTTP API. Shapes, bounds and their reasons; no behaviour."""

from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
    model_validator,
)

from app.bounds import (
    DEFAULT_TOP_K,
    MAX_CLASSNAMES,
    MAX_IMAGE_ID_CHARS,
    MAX_PROMPTS,
    MAX_TEMPLATES,
    MAX_TERMS,
    MAX_TEXT_CHARS,
    MAX_TOP_K,
    MAX_WEIGHT,
)
from app.settings import COLLECTION_PATTERN
from models.prompts import DEFAULT_TEMPLATE_SET, template_set, template_sets

TopK = Annotated[int, Field(ge=1, le=MAX_TOP_K)]
CollectionName = Annotated[str, Field(pattern=COLLECTION_PATTERN)]
QueryText = Annotated[str, Field(max_length=MAX_TEXT_CHARS, pattern=r"\S")]
Template = Annotated[str, Field(max_length=MAX_TEXT_CHARS, pattern=r"\{\}")]


def _known_template_set(name: str) -> str:
    template_set(name)
    return name


TemplateSet = Annotated[
    str,
    AfterValidator(_known_template_set),
    WithJsonSchema({"type": "string", "enum": list(template_sets())}),
]


Weight = Annotated[
    float,
    Field(
        ge=-MAX_WEIGHT,
        le=MAX_WEIGHT,
        allow_inf_nan=False,
        description="Negative pushes away from the term.",
    ),
]


class _Request(BaseModel):
    # A misspelt field is an error: silently ignoring "wieght" would answer another question.
    model_config = ConfigDict(extra="forbid", frozen=True)


class ImageRef(_Request):
    """A picture of the question: one of the collection, or one sent along."""

    id: str | None = Field(default=None, min_length=1, max_length=MAX_IMAGE_ID_CHARS)
    base64: str | None = Field(default=None, min_length=1, description="Plain or as a data: URL.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.id is None) == (self.base64 is None):
            raise ValueError("give either an id or base64")
        return self


class TermBody(_Request):
    """One weighted part of a question: a text or a picture."""

    text: QueryText | None = None
    image: ImageRef | None = None
    weight: Weight = 1.0

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.image is None):
            raise ValueError("a term is either a text or an image")
        return self


class SearchBody(_Request):
    """The body of POST /v1/search."""

    query: list[TermBody] = Field(min_length=1, max_length=MAX_TERMS)
    k: TopK = DEFAULT_TOP_K
    collection: CollectionName | None = None


class SearchForm(_Request):
    """The text fields beside the file `image` of a multipart POST /v1/search."""

    text: QueryText | None = None
    text_weight: Weight = 1.0
    image_weight: Weight = 1.0
    k: TopK = DEFAULT_TOP_K
    collection: CollectionName | None = None


class ClassifyForm(_Request):
    """The text fields beside the file `image` of a multipart POST /v1/classify."""

    classnames: list[QueryText] = Field(min_length=1, max_length=MAX_CLASSNAMES)
    templates: list[Template] | None = Field(default=None, min_length=1, max_length=MAX_TEMPLATES)
    template_set: TemplateSet | None = Field(
        default=None,
        description=f"A named set instead of templates; usually {DEFAULT_TEMPLATE_SET!r}.",
    )
    collection: CollectionName | None = None

    def chosen_templates(self) -> tuple[str, ...]:
        """The templates themselves, those of the named set, or the usual ones."""
        if self.templates:
            return tuple(self.templates)
        return template_set(self.template_set or DEFAULT_TEMPLATE_SET)

    @model_validator(mode="after")
    def _one_choice_of_templates(self) -> Self:
        if self.templates and self.template_set:
            raise ValueError("give either templates or a template_set")
        return self

    @model_validator(mode="after")
    def _few_enough_prompts(self) -> Self:
        prompts = len(self.classnames) * len(self.chosen_templates())
        if prompts > MAX_PROMPTS:
            raise ValueError(
                f"classnames × templates gives {prompts:,} prompts, the limit is {MAX_PROMPTS:,}"
            )
        return self


class ClassifyBody(ClassifyForm):
    """The body of POST /v1/classify."""

    image: ImageRef


class Picture(BaseModel):
    """An indexed picture."""

    id: str
    caption: str | None
    captions: list[str]
    metadata: dict[str, JsonValue]
    width: int
    height: int
    format: str
    image_url: str
    thumbnail_url: str


class Hit(Picture):
    """A picture that was found; `score` is the cosine to the question, in [-1, 1]."""

    score: float


class TookMs(BaseModel):
    """Milliseconds of each step, and of the whole request as the service saw it."""

    decode: float
    encode: float
    search: float
    metadata: float
    total: float


class SearchAnswer(BaseModel):
    """What was found, best first."""

    collection: str
    generation: int
    hits: list[Hit]
    took_ms: TookMs


class ClassScore(BaseModel):
    """How well one class name fits; `score` is a cosine, `probability` supposes that one fits."""

    classname: str
    probability: float
    score: float


class ClassifyTookMs(BaseModel):
    """Milliseconds of each step of a classification."""

    decode: float
    encode: float
    total: float


class ClassifyAnswer(BaseModel):
    """The classes, best first, and the probability that none of them fits."""

    classes: list[ClassScore]
    none_of_these: float
    took_ms: ClassifyTookMs


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
    """The service can answer questions."""

    status: str
    model: str
    collections: list[str]


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
