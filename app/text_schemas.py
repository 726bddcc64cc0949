"""Request and response types of searching for texts. Shapes and bounds; no behaviour."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.query import Target
from app.schemas import Picture

MAX_VOCABULARY_CHARS = 64

SearchTarget = Annotated[
    Target, Field(description="What is found: pictures, or texts: captions or a vocabulary's.")
]
VocabularyName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_VOCABULARY_CHARS,
        description="With the target text: search this vocabulary instead of captions.",
    ),
]


class TextHit(BaseModel):
    """A text that was found; `score` is the cosine to the question, in [-1, 1].

    For a caption `picture` is one that has it, and `picture_count` how many have it.
    """

    text: str
    score: float
    picture: Picture | None = None
    picture_count: int | None = None


class TextTookMs(BaseModel):
    """Milliseconds of each step, and of the whole request as the service saw it."""

    decode: float
    encode: float
    search: float
    total: float


class TextSearchAnswer(BaseModel):
    """The texts that were found, best first; `vocabulary` is null where captions were searched.

    `kept_pictures` are the ids of the pictures that were sent along, if they were to be kept.
    """

    collection: str
    generation: int
    target: Target
    vocabulary: str | None
    hits: list[TextHit]
    kept_pictures: list[str] | None = None
    took_ms: TextTookMs


class VocabularyInfo(BaseModel):
    """A vocabulary; `fingerprints` are those of the models that it can be searched with."""

    name: str
    count: int
    fingerprints: list[str]


class VocabulariesAnswer(BaseModel):
    """All vocabularies of the data directory, by name."""

    vocabularies: list[VocabularyInfo]
