"""A path or URI → the source that it names. Raises SourceError for what is none."""

import stat
from pathlib import Path

from indexer.config import IndexConfig
from indexer.errors import SourceError
from indexer.locations import absolute_path, is_remote, path_to_uri, uri_to_path
from indexer.manifests import MANIFEST_SUFFIXES
from indexer.sources.folder import FolderSource
from indexer.sources.local_shards import LocalShards
from indexer.sources.manifest import ManifestSource
from indexer.sources.patterns import is_pattern
from indexer.sources.shards import SHARD_SUFFIX, ShardSource
from indexer.sources.source import Source
from indexer.sources.uploads import UploadsSource
from indexer.uploads.naming import UPLOADS
from models.config import DecodeLimits

_SUFFIXES = ", ".join(sorted({*MANIFEST_SUFFIXES, SHARD_SUFFIX}))


def open_source(config: IndexConfig, source: str | Path) -> Source:
    """The source at a path or URI. Raises SourceError if there is none."""
    if str(source) == UPLOADS:
        return UploadsSource(config)
    if is_remote(str(source)):
        from indexer.sources.remote import open_remote  # a folder on this machine does without

        return open_remote(config, str(source))
    path = _local_path(source)
    is_shards = Path(path).suffix.lower() == SHARD_SUFFIX
    if is_shards and (Path(path).is_file() or is_pattern(path)):
        return ShardSource(path_to_uri(path), config, LocalShards(path))
    return open_local(path, config.limits, config.data_dir)


def open_local(
    source: str | Path, limits: DecodeLimits, data_dir: Path
) -> FolderSource | ManifestSource:
    """The folder or manifest on this machine. Raises SourceError if there is none."""
    path = _local_path(source)
    try:
        mode = Path(path).stat().st_mode
    except OSError as error:
        raise SourceError(path, f"{error.strerror}; nothing was changed") from error
    if stat.S_ISDIR(mode):
        return FolderSource(path, limits, data_dir)
    if stat.S_ISREG(mode) and Path(path).suffix.lower() in MANIFEST_SUFFIXES:
        return ManifestSource(path, limits)
    raise SourceError(path, f"it is neither a folder nor a manifest or shard ({_SUFFIXES})")


def _local_path(source: str | Path) -> str:
    name = str(source)
    return str(uri_to_path(name)) if name.startswith("file://") else absolute_path(name)
