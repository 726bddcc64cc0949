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
class IndexFile:
    """One file as it was published. `kind` is an index's, or "dead" for a list of dead items."""

    name: str
    kind: str
    count: int
    size_bytes: int
    checksum: str


@dataclass(frozen=True, slots=True)
class IndexLayout:
    """What is searched: a base, then small parts in front of it, less the dead items.

    `reason` says why the base is of its kind, `effort` is that of approximate parts, and `gate`
    what the base's recall was measured to be; None if it is exact.
    """

    parts: tuple[IndexFile, ...]
    dead: IndexFile | None = None
    reason: str = ""
    effort: int | None = None
    gate: dict[str, Json] | None = None

    @property
    def base(self) -> IndexFile:
        """The first part."""
        return self.parts[0]

    @property
    def deltas(self) -> tuple[IndexFile, ...]:
        """The parts in front of the base, oldest first."""
        return self.parts[1:]

    @property
    def files(self) -> tuple[IndexFile, ...]:
        """All of them."""
        return self.parts if self.dead is None else (*self.parts, self.dead)

    @property
    def size_bytes(self) -> int:
        """What they take together."""
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class CaptionIndex:
    """The different captions of a generation: `count` are in an index of their own, `missing` wait
    for an embedding. `layout` is None where there are none.
    """

    layout: IndexLayout | None
    count: int
    missing: int


@dataclass(frozen=True, slots=True)
class TagColumn:
    """A generation's tags of one set: `key` is that of all that they were computed with, `set_key`
    that of the set alone; `missing` says how many pictures wait for their tag.
    """

    name: str
    classes: tuple[str, ...]
    key: str
    set_key: str
    missing: int
    file: IndexFile


@dataclass(frozen=True, slots=True)
class MapLayout:
    """A generation's map: a base, then small parts in front of it, less the dead items.

    `side` is how many places a row has, `axes` what new items are placed by, `fitted_on` how many
    items those were made from.
    """

    parts: tuple[IndexFile, ...]
    dead: IndexFile | None
    axes: IndexFile
    side: int
    fitted_on: int

    @property
    def base(self) -> IndexFile:
        """The first part."""
        return self.parts[0]

    @property
    def files(self) -> tuple[IndexFile, ...]:
        """All of them."""
        return (*self.parts, self.axes, *(() if self.dead is None else (self.dead,)))

    @property
    def item_count(self) -> int:
        """How many items it shows."""
        dead = 0 if self.dead is None else self.dead.count
        return sum(part.count for part in self.parts) - dead


@dataclass(frozen=True, slots=True)
class GenerationRecord:
    """What a published generation is. `model` is the EncoderInfo it was made with, as JSON.

    `vector_segments` says how many rows the segment files must hold at least. `manifest` is the
    text that stands beside its files, None if it was published before that was kept. `captions` is
    None where captions were not embedded, `map` before there were maps.
    """

    generation: int
    created_at: str
    fingerprint: str
    dim: int
    item_count: int
    model: dict[str, Json]
    layout: IndexLayout
    vector_segments: dict[str, int]
    manifest: str | None = None
    captions: CaptionIndex | None = None
    tags: tuple[TagColumn, ...] = ()
    map: MapLayout | None = None

    @property
    def files(self) -> tuple[IndexFile, ...]:
        """All files beside the manifest."""
        captions = self.captions.layout if self.captions is not None else None
        tags = tuple(column.file for column in self.tags)
        places = () if self.map is None else self.map.files
        return self.layout.files + (() if captions is None else captions.files) + tags + places

    @property
    def index_kind(self) -> str:
        """The kind of index that most items are in."""
        return self.layout.base.kind

    @property
    def index_bytes(self) -> int:
        """What the index takes on disk, shared files counted in every generation."""
        return self.layout.size_bytes
