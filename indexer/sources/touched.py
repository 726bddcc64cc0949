"""Where something happened in sources, so that only that is looked at. Knows nothing of events."""

from collections.abc import Mapping

from indexer.sources.folder import FolderSource
from indexer.sources.source import Source

Touched = Mapping[str, frozenset[str] | None]
"""Sources by URI: the paths in them that something happened to, None for the whole source."""


def parts_of(source: Source, paths: frozenset[str] | None) -> list[str] | None:
    """The paths of a folder that can be looked at on their own; None for the whole source."""
    return source.parts(paths) if paths is not None and isinstance(source, FolderSource) else None
