"""Response types of the kept generations of a collection. Shapes only."""

from pydantic import BaseModel, JsonValue


class GenerationInfo(BaseModel):
    """A published state of a collection. `current` is the one that should be served, `served` the
    one that is.
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


class GenerationsAnswer(BaseModel):
    """The generations that are kept, oldest first."""

    collection: str
    generations: list[GenerationInfo]
