"""What is said of duplicates: modes, decisions, groups. Plain frozen values; knows no SQL."""

from dataclasses import dataclass
from enum import StrEnum

from indexer.catalog.records import Item
from indexer.duplicates.grouping import NearLimits


class Mode(StrEnum):
    """What counts as the same: equal bytes or pixels, or also what only looks the same."""

    IDENTICAL = "identical"
    NEAR = "near"


class Verdict(StrEnum):
    """What a user decided of two pictures: both stay, or they are no duplicates at all."""

    KEEP = "keep"
    NOT_A_DUPLICATE = "not_a_duplicate"


class Reason(StrEnum):
    """Why a picture is in a group, compared with the group's best."""

    BEST = "best"
    BYTES = "bytes"
    PIXELS = "pixels"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on two contents, in the order of their hashes; equal hashes: copies of one file."""

    contents: tuple[str, str]
    verdict: Verdict
    decided_at: str


@dataclass(frozen=True, slots=True)
class GroupingRecord:
    """One look for duplicates: at which generation, how, and what came of it.

    `unhashed` pictures have no hashes yet and were not looked at; `crowded` ones look like so many
    others that they were not compared with all of them.
    """

    mode: Mode
    generation: int
    made_at: str
    limits: NearLimits
    contents: int
    unhashed: int
    crowded: int
    groups: int
    decisions_serial: int


@dataclass(frozen=True, slots=True)
class StoredMember:
    """A content in a group; distance and score are to the group's best."""

    content_hash: str
    reason: Reason
    distance: int | None
    score: float
    copies: int


@dataclass(frozen=True, slots=True)
class Member:
    """A picture in a group; `distance` is in bits of the perceptual hash, None where it has none.

    `kept` says that it was decided that it stays.
    """

    item: Item
    reason: Reason
    distance: int | None
    score: float
    kept: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures that are the same, the best one first."""

    number: int
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Some groups; `fresh` says whether the look was at this generation and at all decisions."""

    grouping: GroupingRecord
    fresh: bool
    total: int
    groups: tuple[Group, ...]
