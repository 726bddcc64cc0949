"""Request and response types of duplicates. Shapes and bounds; no behaviour."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.bounds import MAX_IMAGE_ID_CHARS
from app.schemas import CollectionName, Picture, RequestBody
from indexer.duplicates.records import Mode, Reason, Verdict

# Each two of them are a decision: 1,225 rows.
MAX_DECIDED_IMAGES = 50

DuplicateMode = Mode
ImageIds = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=MAX_IMAGE_ID_CHARS)]],
    Field(min_length=2, max_length=MAX_DECIDED_IMAGES),
]


class DuplicatePicture(Picture):
    """A picture of a group, compared with the group's best: `distance` in bits of the perceptual
    hash (of 63; null where a picture has none), `score` the cosine of the embeddings.

    `kept` says that it was decided that the picture stays.
    """

    reason: Reason
    distance: int | None
    score: float
    size_bytes: int
    kept: bool


class DuplicateGroup(BaseModel):
    """Pictures that are the same, the best one first. `number` holds until the next look."""

    number: int
    pictures: list[DuplicatePicture]


class DuplicatesAnswer(BaseModel):
    """A page of groups, largest first.

    `looked_at_generation` is the generation that was looked at; `fresh` says that it is this one
    and that no pictures were decided to be different since. `unhashed` pictures were not looked at,
    `crowded` ones not compared with everything that looks alike.
    """

    collection: str
    generation: int
    mode: Mode
    looked_at_generation: int
    looked_at: str
    fresh: bool
    max_distance: int
    min_score: float
    unhashed: int
    crowded: int
    total: int
    groups: list[DuplicateGroup]


class DecisionBody(RequestBody):
    """The body of POST /v1/duplicates/decisions: a verdict on every two of these pictures."""

    images: ImageIds
    decision: Verdict
    collection: CollectionName | None = None


class DecidedAnswer(BaseModel):
    """How many pairs of contents were decided, or how many decisions were forgotten."""

    pairs: int


class DecisionEntry(BaseModel):
    """A decision on two contents, and the pictures that have them now: none of one that went."""

    decision: Verdict
    decided_at: str
    contents: tuple[str, str]
    images: tuple[list[str], list[str]]


class DecisionsAnswer(BaseModel):
    """A page of decisions."""

    total: int
    decisions: list[DecisionEntry]
