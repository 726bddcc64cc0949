"""Request and response types of the kept generations of a collection. Shapes only."""

from pydantic import BaseModel, Field, JsonValue

from app.index_schemas import IndexInfo, index_info
from app.schemas import RequestBody
from indexer.catalog.records import GenerationRecord


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

    @classmethod
    def of(
        cls, record: GenerationRecord, *, current: int | None, served: int | None
    ) -> "GenerationInfo":
        """Of a generation on record."""
        return cls(
            generation=record.generation,
            created_at=record.created_at,
            items=record.item_count,
            dim=record.dim,
            fingerprint=record.fingerprint,
            model=record.model,
            index_kind=record.index_kind,
            index_bytes=record.index_bytes,
            current=record.generation == current,
            served=record.generation == served,
            index=index_info(record),
        )


class RollBackBody(RequestBody):
    """The body of POST /v1/collections/{name}/rollback."""

    generation: int | None = Field(
        default=None,
        ge=1,
        le=2**63 - 1,  # SQLite's integers
        description="A kept generation; without it the one before the current one.",
    )


class GenerationsAnswer(BaseModel):
    """The generations that are kept, oldest first."""

    collection: str
    generations: list[GenerationInfo]
