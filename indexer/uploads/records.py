"""What the store of uploads gives out: plain frozen values. Knows no SQL and no files."""

from dataclasses import dataclass, field

from indexer.catalog.records import Json


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as a client put it last. `version` grows with every change in the collection.

    `content_hash` is None if it was removed, and no generation without it is published yet.
    """

    image_id: str
    version: int
    content_hash: str | None
    size_bytes: int
    captions: tuple[str, ...] = ()
    metadata: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PutResult:
    """What a put came to. `published_in` is the generation since which the picture stands as it was
    put, None while that is still to come.
    """

    upload: Upload
    created: bool
    changed: bool
    published_in: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The number of the last change, and of the last one that a generation has taken in."""

    version: int
    taken: int
    generation: int | None
