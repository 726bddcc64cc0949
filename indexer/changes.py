"""Sources against catalog: which files have to be read, and what left.

Looks at every source before anything is changed, and refuses a look that would empty a source by
accident. Opens no picture.
"""

from collections.abc import Sequence
from pathlib import Path

from indexer.catalog.connection import Database
from indexer.catalog.scan import Scan
from indexer.config import IndexConfig
from indexer.errors import SourceError
from indexer.locations import absolute_path, is_remote, path_to_uri, shown
from indexer.sources.folder import FolderSource
from indexer.sources.opening import open_source
from indexer.sources.source import Source
from indexer.sources.touched import Touched, parts_of
from indexer.storage import StorageError, normal_uri
from indexer.uploads.naming import UPLOADS


def open_sources(config: IndexConfig, sources: Sequence[str | Path]) -> list[Source]:
    """Open all sources, each once. Raises SourceError for the first that is not there."""
    opened = {source.uri: source for source in (open_source(config, name) for name in sources)}
    return list(opened.values())


def known_sources(config: IndexConfig) -> list[str]:
    """The sources of a collection that is there, in the order in which they were added."""
    database = Database(config.catalog_path())
    try:
        return Scan(database).known_sources()
    finally:
        database.close()


def take_look(
    database: Database,
    config: IndexConfig,
    sources: Sequence[Source],
    removed: Sequence[str | Path],
    *,
    allow_empty: bool,
    touched: Touched | None = None,
    may_be_none: bool = False,
    model_id: int | None = None,
) -> Scan:
    """Look at the given sources, or at all known ones if none are given or removed.

    What clients put is left to `uploads.taking`. Raises SourceError if there are none and there
    must be, if one cannot be read, or if one that had pictures has none now and `allow_empty` is
    not set; the catalog then still says what it said before. Of a folder in `touched`, only the
    touched paths are looked at. `model_id` is the model that files should have embeddings of.
    """
    scan = Scan(database, model_id)
    known = scan.known_sources()
    for name in removed:
        if source_uri(name) not in known:
            raise SourceError(str(name), "it is not a source of this collection")
    if not sources and not removed:
        if not known and not may_be_none:
            raise SourceError("the collection", "it has no sources yet; name a folder or manifest")
        sources = open_sources(config, known)
    for source in sources:
        if source.uri == UPLOADS:
            continue
        parts = parts_of(source, touched.get(source.uri)) if touched else None
        if parts is not None and isinstance(source, FolderSource) and source.uri in known:
            _look_at_parts(scan, source, parts, allow_empty=allow_empty)
            continue
        _look_at_all(scan, source, allow_empty=allow_empty)
    for name in removed:
        scan.forget_source(source_uri(name))
    return scan


def _look_at_all(scan: Scan, source: Source, *, allow_empty: bool) -> None:
    candidates = scan.add(source.uri, source.kind, source.files())
    if candidates == 0 and not allow_empty and (before := scan.indexed_before(source.uri)):
        raise SourceError(
            shown(source.uri),
            f"it had {before} pictures and has none now, so nothing was changed; if that is "
            "meant, say so with --allow-empty",
        )


def _look_at_parts(
    scan: Scan, source: FolderSource, parts: Sequence[str], *, allow_empty: bool
) -> None:
    uris = [path_to_uri(path) for path in parts]
    has_pictures = scan.add_parts(source.uri, source.kind, uris, source.files_at(parts))
    if not has_pictures and not allow_empty:
        raise SourceError(
            shown(source.uri),
            "all its pictures are gone, so nothing was changed; if that is meant, run "
            "`sightline index --allow-empty`",
        )


def source_uri(source: str | Path) -> str:
    """What the catalog calls a source, whether it still exists or not."""
    name = str(source)
    if is_remote(name):
        try:
            return normal_uri(name)
        except StorageError as error:
            raise SourceError(name, error.reason) from error
    return name if name.startswith("file://") else path_to_uri(absolute_path(name))
