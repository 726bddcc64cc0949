"""A path or URI → the source that it names. Raises SourceError for what is none."""

import stat
from pathlib import Path

from indexer.errors import SourceError
from indexer.locations import absolute_path, uri_to_path
from indexer.manifests import MANIFEST_SUFFIXES
from indexer.sources.folder import FolderSource
from indexer.sources.manifest import ManifestSource
from indexer.sources.source import Source
from models.config import DecodeLimits


def open_source(source: str | Path, limits: DecodeLimits, data_dir: Path) -> Source:
    """The source at a path or `file://` URI. Raises SourceError if there is none."""
    name = str(source)
    path = str(uri_to_path(name)) if name.startswith("file://") else absolute_path(name)
    try:
        mode = Path(path).stat().st_mode
    except OSError as error:
        raise SourceError(path, f"{error.strerror}; nothing was changed") from error
    if stat.S_ISDIR(mode):
        return FolderSource(path, limits, data_dir)
    if stat.S_ISREG(mode) and Path(path).suffix.lower() in MANIFEST_SUFFIXES:
        return ManifestSource(path, limits)
    raise SourceError(
        path, f"it is neither a folder nor a manifest ({', '.join(sorted(MANIFEST_SUFFIXES))})"
    )
