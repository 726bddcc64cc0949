"""Request and response types of tag sets. Shapes and bounds; no behaviour."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.schemas import RequestBody
from indexer.tags.sets import (
    DEFAULT_THRESHOLD,
    MAX_CLASS_CHARS,
    MAX_CLASSES,
    MAX_TEMPLATES,
    SET_NAME,
    TagSet,
)
from models.prompts import SIMPLE_TEMPLATES

SetName = Annotated[str, Field(pattern=f"^{SET_NAME.pattern}$")]
ClassName = Annotated[str, Field(max_length=MAX_CLASS_CHARS, pattern=r"\S")]
Template = Annotated[str, Field(min_length=1, max_length=MAX_CLASS_CHARS)]


class TagSetBody(RequestBody):
    """The class names that pictures are tagged with. A picture gets the one that fits best, or
    `none` where the chance that any of them fits is below the threshold.
    """

    classes: list[ClassName] = Field(min_length=1, max_length=MAX_CLASSES)
    templates: list[Template] = Field(
        default=list(SIMPLE_TEMPLATES),
        min_length=1,
        max_length=MAX_TEMPLATES,
        description="Prompts with {} where the name goes.",
    )
    threshold: float = Field(default=DEFAULT_THRESHOLD, ge=0, le=1, allow_inf_nan=False)

    def tag_set(self, name: str) -> TagSet:
        """As the collection keeps it."""
        return TagSet(name, tuple(self.classes), tuple(self.templates), self.threshold)


class TagSetAnswer(BaseModel):
    """A tag set of a collection; `field` is what filters and facets call it.

    `served` says whether the generation that is being served has the tags of this very set.
    """

    name: str
    collection: str
    field: str
    classes: list[str]
    templates: list[str]
    threshold: float
    served: bool
    job_id: int | None = None


class TagSetsAnswer(BaseModel):
    """The tag sets of a collection, by name."""

    collection: str
    tag_sets: list[TagSetAnswer]


class TagSetRemoved(BaseModel):
    """What was removed, and the job that publishes the collection without it."""

    name: str
    collection: str
    job_id: int
