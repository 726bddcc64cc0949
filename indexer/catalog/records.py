"""What the catalog gives out: plain frozen values. Knows no SQL and no files."""

from dataclasses import dataclass, field
from pathlib import Path

from indexer.locations import shown, uri_to_path

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""Any JSON value."""


@dataclass(frozen=True, slots=True)
class Item:
    """One picture of one generation. `image_id` is public and stable; `item_id` is a row's."""

    item_id: int
    image_id: str
    uri: str
    source: str
    content_hash: str
    size_bytes: int
    width: int
    height: int
    format: str
    captions: tuple[str, ...]
    metadata: dict[str, Json]
    vector_row: int
    facts: dict[str, Json] = field(default_factory=dict)  # what the file says of itself

    @property
    def caption(self) -> str | None:
        """The first caption, if there is any."""
        return self.captions[0] if self.captions else None

    @property
    def path(self) -> Path:
        """Where the original picture lies. Raises ValueError if it is no local file of its own."""
        return uri_to_path(self.uri)

    @property
    def place(self) -> str:
        """Where it lies, for people: a path, or the URI if it is no local file of its own."""
        return shown(self.uri)


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A listed file that is not in the index, and why.

    `code` is stable, `reason` is a sentence; `seen_at` says when it was first found in this state.
    """

    uri: str
    source: str
    code: str
    reason: str
    size_bytes: int | None
    seen_at: str


@dataclass(frozen=True, slots=True)
class GenerationRecord:
    """What a published generation is. `model` is the EncoderInfo it was made with, as JSON."""

    generation: int
    created_at: str
    fingerprint: str
    dim: int
    item_count: int
    model: dict[str, Json]
    index_kind: str
    index_bytes: int
    index_checksum: str
