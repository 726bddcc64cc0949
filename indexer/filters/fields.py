"""The fields that a filter may name: of which type they are, and where their values stand.

Every picture has the built-in ones; the file's own facts and the free metadata are what the catalog
knows. A built-in name hides metadata of the same name, which `metadata.NAME` still reaches. Never
reads a value.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from indexer.catalog.metadata import Column, Kind, MetadataTable
from indexer.errors import UnknownFieldError
from indexer.tags.columns import Tags

CAPTION = "caption"
METADATA_PREFIX = "metadata."
_NUMBER = frozenset({Kind.NUMBER})
_TEXT = frozenset({Kind.TEXT})
_SUGGESTIONS = 3
_CLOSENESS = 0.6


@dataclass(frozen=True, slots=True)
class Field:
    """One field. Its values stand in a column of the items, under a number of the catalog, or in a
    column of tags.

    None of these is set for the caption, and for a fact that no file has.
    """

    name: str
    kinds: frozenset[Kind]
    column: Column | None = None
    field_id: int | None = None
    tags: Tags | None = None


_COLUMNS = (
    Field("width", _NUMBER, Column.WIDTH),
    Field("height", _NUMBER, Column.HEIGHT),
    Field("size_bytes", _NUMBER, Column.SIZE_BYTES),
    Field("format", _TEXT, Column.FORMAT),
    Field("source", _TEXT, Column.SOURCE),
    Field("uri", _TEXT, Column.URI),
    Field("name", _TEXT, Column.NAME),
    Field("id", _TEXT, Column.ID),
    Field(CAPTION, _TEXT),
)
# What `models.exif` reads from files, also where no file of a collection has it.
_FACTS = (
    Field("taken_at", _TEXT),
    Field("camera", _TEXT),
    Field("lens", _TEXT),
    Field("orientation", _NUMBER),
    Field("gps.latitude", _NUMBER),
    Field("gps.longitude", _NUMBER),
    Field("gps.altitude", _NUMBER),
)


class Fields:
    """The fields of one collection, as they were when this was made."""

    def __init__(self, table: MetadataTable, tags: Sequence[Tags] = ()) -> None:
        columns = [Field(each.field, _TEXT, tags=each) for each in tags]
        built_in = {field.name: field for field in (*_COLUMNS, *_FACTS, *columns)}
        metadata: dict[str, Field] = {}
        for known in table.fields():
            field = Field(known.name, known.kinds, field_id=known.field_id)
            if known.from_file:
                built_in[known.name] = field
            else:
                metadata[known.name] = field
        hidden = {
            METADATA_PREFIX + name: field for name, field in metadata.items() if name in built_in
        }
        self._by_name = {**metadata, **hidden, **built_in}
        self._metadata = metadata

    def known(self) -> list[Field]:
        """All fields, each with the shortest name that reaches it; the built-in ones first."""
        return [
            replace(field, name=name)
            for name, field in sorted(
                self._by_name.items(), key=lambda entry: (entry[0] in self._metadata, entry[0])
            )
        ]

    def named(self, name: str, position: str) -> Field:
        """The field of this name. Raises UnknownFieldError, which says what might be meant."""
        field = self._by_name.get(name)
        if field is None and name.startswith(METADATA_PREFIX):
            field = self._metadata.get(name.removeprefix(METADATA_PREFIX))
        if field is None:
            raise UnknownFieldError(position, name, self._suggestions(name))
        return field

    def _suggestions(self, name: str) -> list[str]:
        lowered = {known.lower(): known for known in self._by_name}
        close = difflib.get_close_matches(name.lower(), lowered, _SUGGESTIONS, _CLOSENESS)
        return [lowered[found] for found in close]
