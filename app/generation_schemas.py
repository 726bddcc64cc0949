"""Response types of the kept generations of a collection. Shapes only."""

from pydantic import BaseModel, JsonValue

from app.index_schemas import IndexInfo


class GenerationInfo(BaseModel):
    """A published state of a collection. `current` is the one that should be served, `served` the
    one that is; `index` says what its index was measured to find.
    """

    generation: int
    created_at: str
    items: int
    dim: int
    fingerprint: str
    model: dict[str, JsonValue]
    index_kind: str
    index_bytes: int
    current: bool
    served: bool
    index: IndexInfo


class GenerationsAnswer(BaseModel):
    """The generations that are kept, oldest first."""

    collection: str
    generations: list[GenerationInfo]
