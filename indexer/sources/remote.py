"""Folders, manifests and shards in anything that fsspec opens → the pictures that they list.

The user who names such a source asks for it to be read, and nothing outside its bucket or host is:
a manifest's rows lead nowhere else. What does not answer is on record and stays as it was.
"""

import posixpath
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import IO
from urllib.parse import quote, unquote, urlsplit

from indexer.config import IndexConfig
from indexer.errors import ManifestError, SourceError
from indexer.found import FoundFile
from indexer.lookahead import map_ahead
from indexer.manifests import MANIFEST_SUFFIXES, ManifestRow, read_manifest
from indexer.sources.patterns import expand_braces
from indexer.sources.refusals import (
    NO_PICTURE,
    is_picture_name,
    no_picture_reason,
    refusal_by_size,
)
from indexer.sources.shards import SHARD_SUFFIX, FoundShard, ShardSource
from indexer.sources.source import Source
from indexer.storage import Storage, StorageError, normal_uri, store_of
from indexer.stored_file import StoredFile
from models.config import DecodeLimits

# Requests at one moment: enough to hide a store's delays, few enough to be no burden.
_WORKERS = 8
_COPY_BYTES = 64 * 2**20


def open_remote(config: IndexConfig, name: str) -> Source:
    """The source at a URI that is no local file's. Raises SourceError if it cannot be one."""
    storage = Storage()
    try:
        uris = [normal_uri(uri) for uri in expand_braces(name)]
    except (StorageError, ValueError) as error:
        raise SourceError(name, str(error)) from error
    suffix = PurePosixPath(urlsplit(uris[0]).path).suffix.lower()
    if suffix == SHARD_SUFFIX:
        return ShardSource(normal_uri(name), config, RemoteShards(storage, tuple(uris)))
    if len(uris) > 1:
        raise SourceError(name, f"only {SHARD_SUFFIX} shards can be named by a pattern")
    if suffix in MANIFEST_SUFFIXES:
        return RemoteManifest(uris[0], config.limits, storage)
    return RemoteFolder(uris[0], config.limits, storage)


@dataclass(slots=True)
class RemoteFolder:
    """Everything below a prefix of a store, or below an index page of a web server."""

    uri: str
    limits: DecodeLimits
    storage: Storage
    kind: str = field(default="folder", init=False)

    def files(self) -> Iterator[FoundFile]:
        """List the files. Raises SourceError if the folder itself cannot be listed."""
        yield from map_ahead(self._found, self._walk(), workers=_WORKERS, ahead=4 * _WORKERS)

    def _walk(self) -> Iterator[StoredFile | FoundFile]:
        waiting, visited = [self.uri], set[str]()
        while waiting:
            folder = waiting.pop()
            visited.add(folder.rstrip("/"))
            try:
                entries = self.storage.list_folder(folder)
            except StorageError as error:
                if folder == self.uri:
                    reason = f"{error.reason}; nothing was changed"
                    raise SourceError(self.uri, reason) from error
                reason = f"the folder cannot be listed: {error.reason}"
                uri = folder.rstrip("/")
                yield FoundFile(uri, code=error.code, reason=reason, hides_others=True)
                continue
            for entry in entries:
                if not entry.is_directory:
                    yield entry
                elif entry.uri.rstrip("/") not in visited and not _is_hidden(entry.uri):
                    waiting.append(entry.uri)

    def _found(self, entry: StoredFile | FoundFile) -> FoundFile:
        if isinstance(entry, FoundFile):
            return entry
        name = _last_part(entry.uri)
        if not is_picture_name(name):
            return FoundFile(entry.uri, code=NO_PICTURE, reason=no_picture_reason(name))
        if entry.size_bytes is None:  # a web server's page does not say
            return _look(self.storage, entry.uri, self.limits)
        return _as_found(entry, self.limits)


@dataclass(slots=True)
class RemoteManifest:
    """A manifest in a store that names pictures in the same bucket or on the same host."""

    uri: str
    limits: DecodeLimits
    storage: Storage
    kind: str = field(default="manifest", init=False)

    def files(self) -> Iterator[FoundFile]:
        """List the files, one for each row. Raises ManifestError."""
        with tempfile.TemporaryFile() as copy:
            self._copy_to(copy)
            rows = read_manifest(self.uri, copy, store_of(self.uri))
            yield from map_ahead(self._listed, rows, workers=_WORKERS, ahead=4 * _WORKERS)

    def _copy_to(self, file: IO[bytes]) -> None:
        start = 0
        try:
            while part := self.storage.read(self.uri, start, start + _COPY_BYTES):
                file.write(part)
                start += len(part)
                if len(part) < _COPY_BYTES:
                    break
        except StorageError as error:
            raise ManifestError(self.uri, f"{error.reason}; nothing was changed") from error
        file.seek(0)

    def _listed(self, row: ManifestRow) -> FoundFile:
        if row.problem is not None:
            return FoundFile(f"{self.uri}#row={row.number}", code="bad_row", reason=row.problem)
        uri = self._uri_of(row.file)
        name = _last_part(uri)
        if not uri.startswith(store_of(self.uri)):
            reason = f"row {row.number} names a file outside {store_of(self.uri)}"
            return FoundFile(f"{self.uri}#row={row.number}", code="bad_row", reason=reason)
        if not is_picture_name(name):
            reason = no_picture_reason(name)
            return FoundFile(uri, None, None, NO_PICTURE, reason, row.captions, row.metadata)
        return _look(self.storage, uri, self.limits, row)

    def _uri_of(self, file: str) -> str:
        if "://" in file:
            return normal_uri(file)
        scheme, _, path = self.uri.partition("://")
        folder = posixpath.dirname(path)
        return f"{scheme}://{posixpath.normpath(f'{folder}/{quote(unquote(file))}')}"


@dataclass(frozen=True, slots=True)
class RemoteShards:
    """Tar shards in a store; each is read once from end to end when it is new or has changed."""

    storage: Storage
    uris: tuple[str, ...]

    def find(self) -> Iterator[FoundShard]:
        """The shards, as they are now."""
        yield from map_ahead(self._found, self.uris, workers=_WORKERS, ahead=4 * _WORKERS)

    def open(self, shard: FoundShard) -> IO[bytes]:
        """Open one; reading raises OSError where the store does not answer."""
        return self.storage.open(shard.uri, shard.size_bytes)

    def _found(self, uri: str) -> FoundShard:
        try:
            file = self.storage.look(uri)
        except StorageError as error:
            return FoundShard(uri, problem=(error.code, error.reason))
        if file.size_bytes is None:
            return FoundShard(uri, problem=("unreadable", "the store does not tell its size"))
        return FoundShard(uri, file.size_bytes, file.mtime_ns)


def _look(
    storage: Storage, uri: str, limits: DecodeLimits, row: ManifestRow | None = None
) -> FoundFile:
    about = (
        partial(FoundFile, uri)
        if row is None
        else partial(FoundFile, uri, captions=row.captions, metadata=row.metadata)
    )
    try:
        file = storage.look(uri)
    except StorageError as error:
        return about(code=error.code, reason=error.reason)
    found = _as_found(file, limits)
    return about(
        size_bytes=found.size_bytes, mtime_ns=found.mtime_ns, code=found.code, reason=found.reason
    )


def _as_found(file: StoredFile, limits: DecodeLimits) -> FoundFile:
    if file.is_directory:
        return FoundFile(file.uri, code="not_a_file", reason="it is a directory")
    refusal = (None, None) if file.size_bytes is None else refusal_by_size(file.size_bytes, limits)
    return FoundFile(file.uri, file.size_bytes, file.mtime_ns, *refusal)


def _is_hidden(uri: str) -> bool:
    return _last_part(uri).startswith(".")


def _last_part(uri: str) -> str:
    return unquote(urlsplit(uri).path.rstrip("/").rpartition("/")[2])
