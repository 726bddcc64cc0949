"""Request and response types of POST /v1/classify. Shapes and bounds; scores nothing."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema, model_validator

from app.bounds import MAX_CLASSNAMES, MAX_PROMPTS, MAX_TEMPLATES, MAX_TEXT_CHARS
from app.schemas import CollectionName, ImageRef, QueryText, RequestBody
from models.templates import DEFAULT_TEMPLATE_SET, template_set, template_sets

Template = Annotated[str, Field(max_length=MAX_TEXT_CHARS, pattern=r"\{\}")]


def _known_template_set(name: str) -> str:
    template_set(name)
    return name


TemplateSet = Annotated[
    str,
    AfterValidator(_known_template_set),
    WithJsonSchema({"type": "string", "enum": list(template_sets())}),
]


class ClassifyForm(RequestBody):
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
