"""Request and response types of filters, facets and modes of ranking. Shapes and bounds only."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.bounds import MAX_FACETS, MAX_FIELD_CHARS, MAX_FILTER_CHARS
from indexer.ranking import Mode

FilterText = Annotated[
    str,
    Field(max_length=MAX_FILTER_CHARS, description="As text or as JSON; see the search page."),
]
Facets = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=MAX_FIELD_CHARS)]],
    Field(max_length=MAX_FACETS, description="Fields whose values are to be counted."),
]
SearchMode = Annotated[
    Mode, Field(description="Rank by embeddings, by the words of captions, or by both.")
]


class HitRanks(BaseModel):
    """Where a picture stood by embedding and by keyword, from 1, and the fused score of both."""

    vector: int | None
    keyword: int | None
    fused: float


class FacetCount(BaseModel):
    """One value of a field, and how many pictures have it."""

    value: bool | int | float | str
    count: int


class FacetCounts(BaseModel):
    """The most frequent values of a field; `distinct` is how many different ones there are."""

    values: list[FacetCount]
    distinct: int


class FieldEntry(BaseModel):
    """A field that filters and facets may name; `types` are number, text and boolean."""

    name: str
    types: list[str]


class FieldsAnswer(BaseModel):
    """The fields of a collection, the built-in ones first."""

    collection: str
    generation: int
    fields: list[FieldEntry]
