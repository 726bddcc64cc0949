"""Request and response types of search. Shapes, bounds and their reasons; no behaviour."""

from typing import Annotated, Self

from pydantic import BaseModel, Field, JsonValue, model_validator

from app.bounds import DEFAULT_TOP_K, MAX_CURSOR_CHARS, MAX_TERMS, MAX_WEIGHT
from app.filter_schemas import FacetCounts, Facets, FilterText, HitRanks, SearchMode
from app.schemas import CollectionName, ImageRef, Picture, QueryText, RequestBody, TopK
from indexer.ranking import Mode

Weight = Annotated[
    float,
    Field(
        ge=-MAX_WEIGHT,
        le=MAX_WEIGHT,
        allow_inf_nan=False,
        description="Negative pushes away from the term.",
    ),
]


CursorText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_CURSOR_CHARS,
        description="An answer's next_cursor, with the same question: the next page.",
    ),
]


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


class SearchOptions(BaseModel):
    """What every way of asking may say besides what it looks for."""

    k: Annotated[TopK, Field(description="How many pictures.")] = DEFAULT_TOP_K
    collection: CollectionName | None = None
    mode: SearchMode = Mode.VECTOR
    facets: Facets = Field(default_factory=list)
    fold_duplicates: Annotated[bool, Field(description="One hit for each group.")] = False
    cursor: CursorText | None = None


class SearchParameters(SearchOptions):
    """The parameters of GET /v1/search. Unknown ones are ignored, as addresses collect them."""

    q: Annotated[QueryText, Field(description="What to look for.")]
    filter: Annotated[FilterText | None, Field(description="Which pictures to search.")] = None


class SearchBody(SearchOptions, RequestBody):
    """The body of POST /v1/search."""

    query: list[TermBody] = Field(min_length=1, max_length=MAX_TERMS)
    filter: dict[str, JsonValue] | FilterText | None = None


class SearchForm(SearchOptions, RequestBody):
    """The text fields beside the file `image` of a multipart POST /v1/search."""

    text: QueryText | None = None
    text_weight: Weight = 1.0
    image_weight: Weight = 1.0
    filter: FilterText | None = None


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
    `next_cursor` leads to the hits behind these, if there are any.
    """

    collection: str
    generation: int
    hits: list[Hit]
    next_cursor: str | None = None
    matching: int | None = None
    facets: dict[str, FacetCounts] | None = None
    took_ms: TookMs
