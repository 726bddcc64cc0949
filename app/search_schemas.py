"""Request and response types of search. Shapes, bounds and their reasons; no behaviour."""

from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, Field, JsonValue, model_validator

from app.bounds import (
    DEFAULT_TOP_K,
    MAX_CURSOR_CHARS,
    MAX_EMBEDDING_NUMBERS,
    MAX_EXAMPLES,
    MAX_IMAGE_ID_CHARS,
    MAX_TERMS,
    MAX_WEIGHT,
)
from app.filter_schemas import FacetCounts, Facets, FilterText, HitRanks, SearchMode
from app.query import Fusion, Target
from app.relevance_schemas import AnswerExplanation, Explain, HitExplanation, MinRelevance
from app.schemas import CollectionName, ImageRef, Picture, QueryText, RequestBody, TopK
from app.text_schemas import SearchTarget, VocabularyName
from indexer.ranking import Mode
from models.cropping import Box

Weight = Annotated[
    float,
    Field(
        ge=-MAX_WEIGHT,
        le=MAX_WEIGHT,
        allow_inf_nan=False,
        description="Negative pushes away from the term.",
    ),
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
RawEmbedding = Annotated[
    list[Annotated[float, Field(allow_inf_nan=False, strict=True)]],
    Field(min_length=1, max_length=MAX_EMBEDDING_NUMBERS, description="Of any length but zero."),
]
ImageId = Annotated[str, Field(min_length=1, max_length=MAX_IMAGE_ID_CHARS)]
KeptPictureId = Annotated[str, Field(min_length=1, max_length=64)]
KeepPictures = Annotated[
    bool, Field(description="Keep the embeddings of pictures sent along, to be asked for by id.")
]
CropText = Annotated[
    str, Field(max_length=200, description="x,y,width,height: a part of the picture.")
]


class CropBody(RequestBody):
    """A part of an upright picture: its left upper corner and its size, as shares of the whole."""

    x: Share
    y: Share
    width: Share
    height: Share

    @model_validator(mode="after")
    def _within_the_picture(self) -> Self:
        self.box()
        return self

    def box(self) -> Box:
        """The part. Raises ValueError if it is empty or reaches beyond the picture."""
        return Box(self.x, self.y, self.width, self.height)


class QueryImage(ImageRef):
    """A picture that is looked for, or a part of it; `kept` is one of an answer's kept_pictures."""

    crop: CropBody | None = None
    kept: KeptPictureId | None = None
    choice: ClassVar[str] = "an id, base64 or a url, or what was kept"

    def ways(self) -> tuple[str | None, ...]:
        """The ways to give a picture, all but one None."""
        return (*super().ways(), self.kept)

    @model_validator(mode="after")
    def _kept_as_it_was(self) -> Self:
        if self.kept is not None and self.crop is not None:
            raise ValueError("a kept picture has no other crop; send the picture again")
        return self


class WantedBody(RequestBody):
    """What a question is about: a text, a picture, or a raw embedding."""

    text: QueryText | None = None
    image: QueryImage | None = None
    embedding: RawEmbedding | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        given = (self.text, self.image, self.embedding)
        if sum(one is not None for one in given) != 1:
            raise ValueError("give one of text, image and embedding")
        return self


CursorText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_CURSOR_CHARS,
        description="An answer's next_cursor, with the same question: the next page.",
    ),
]


class TermBody(WantedBody):
    """One weighted part of a question."""

    weight: Weight = 1.0


Likes = Annotated[
    list[ImageId],
    Field(max_length=MAX_EXAMPLES, description="Ids of pictures that are what is wanted."),
]
Dislikes = Annotated[
    list[ImageId],
    Field(max_length=MAX_EXAMPLES, description="Ids of pictures that are not; none comes back."),
]
Diversity = Annotated[
    float,
    Field(ge=0, le=1, allow_inf_nan=False, description="0 for the best, more for varied ones."),
]
FusionKind = Annotated[Fusion, Field(description="How the terms become one question.")]


class SearchOptions(BaseModel):
    """What every way of asking may say besides what it looks for."""

    k: Annotated[TopK, Field(description="How many pictures.")] = DEFAULT_TOP_K
    collection: CollectionName | None = None
    mode: SearchMode = Mode.VECTOR
    facets: Facets = Field(default_factory=list)
    fold_duplicates: Annotated[bool, Field(description="One hit for each group.")] = False
    cursor: CursorText | None = None
    like: Likes = Field(default_factory=list)
    dislike: Dislikes = Field(default_factory=list)
    diversity: Diversity = 0.0
    target: SearchTarget = Target.IMAGE
    vocabulary: VocabularyName | None = None
    min_relevance: MinRelevance = None
    explain: Explain = False


class SearchParameters(SearchOptions):
    """The parameters of GET /v1/search. Unknown ones are ignored, as addresses collect them."""

    q: Annotated[
        QueryText, Field(description='Words, or a question: red car + photo:ab12 - "snow":0.5')
    ]
    exclude: Annotated[
        list[QueryText],
        Field(max_length=MAX_TERMS, description="Words, or photo:ID, of what is not wanted."),
    ] = Field(default_factory=list)
    fusion: FusionKind | None = None
    filter: Annotated[FilterText | None, Field(description="Which pictures to search.")] = None


class SearchBody(SearchOptions, RequestBody):
    """The body of POST /v1/search."""

    query: list[TermBody] = Field(default_factory=list, max_length=MAX_TERMS)
    exclude: list[WantedBody] = Field(default_factory=list, max_length=MAX_TERMS)
    fusion: FusionKind = Fusion.LATE
    filter: dict[str, JsonValue] | FilterText | None = None
    keep_pictures: KeepPictures = False


class SearchForm(SearchOptions, RequestBody):
    """The text fields beside the file `image` of a multipart POST /v1/search."""

    of_a_form: ClassVar[bool] = True

    text: QueryText | None = None
    text_weight: Weight = 1.0
    image_weight: Weight = 1.0
    crop: CropText | None = None
    exclude: list[QueryText] = Field(default_factory=list, max_length=MAX_TERMS)
    fusion: FusionKind = Fusion.LATE
    filter: FilterText | None = None
    keep_pictures: KeepPictures = False


class FoldedPictures(BaseModel):
    """The other pictures of a hit's group of duplicates: how many, and the first hundred ids."""

    count: int
    ids: list[str]


class Hit(Picture):
    """A picture that was found; `score` is the cosine to the question, in [-1, 1].

    `relevance` is the chance that it shows what was asked for, null where nothing can say;
    `ranks` is set in the modes that look at words, where it decides the order; `folded` where
    duplicates are folded.
    """

    score: float
    ranks: HitRanks | None = None
    folded: FoldedPictures | None = None
    relevance: float | None = None
    explain: HitExplanation | None = None


class TookMs(BaseModel):
    """Milliseconds of each step, and of the whole request as the service saw it."""

    decode: float
    encode: float
    search: float
    metadata: float
    total: float


class SearchAnswer(BaseModel):
    """What was found, best first.

    `no_good_match` says that most likely no picture of the collection is what was asked for, and so
    none of the hits, which are only the nearest; null where nothing can say. `matching` is how many
    pictures meet the filter, `facets` count values among all of these.
    `next_cursor` leads to the hits behind these, if there are any. `kept_pictures` are the ids of
    the pictures that were sent along, in order, if they were to be kept.
    """

    collection: str
    generation: int
    hits: list[Hit]
    no_good_match: bool | None = None
    next_cursor: str | None = None
    matching: int | None = None
    facets: dict[str, FacetCounts] | None = None
    explain: AnswerExplanation | None = None
    kept_pictures: list[str] | None = None
    took_ms: TookMs
