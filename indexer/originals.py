"""A picture's bytes by its URI: in a file, a tar shard, an object store, or put by a client.

Never reads more than the limit; whatever is opened, nothing waits for ever. Decodes nothing.
"""

import os
from contextlib import closing
from dataclasses import dataclass, field

from indexer.config import IndexConfig
from indexer.locations import is_remote, split_member, uri_to_path
from indexer.reading import FileBytes, UnreadableFileError, open_regular, read_file
from indexer.shard_index import BLOCK_BYTES, find_member, is_header_of
from indexer.storage import Storage, StorageError
from indexer.stored_file import StoredFile
from indexer.uploads.contents import read_content
from indexer.uploads.naming import id_of_upload, is_upload
from indexer.uploads.store import UploadStore
from models.config import DecodeLimits


@dataclass(frozen=True, slots=True)
class Originals:
    """Reads what one collection's catalog names. Safe to use from many threads."""

    config: IndexConfig
    storage: Storage = field(default_factory=Storage)

    def read(self, uri: str, limits: DecodeLimits) -> FileBytes:
        """The bytes of a picture. Raises UnreadableFileError."""
        archive_uri, member = split_member(uri)
        try:
            if member is not None:
                return self._read_member(archive_uri, member, limits)
            if is_upload(uri):
                return self._read_upload(uri, limits)
            if is_remote(uri):
                return self._read_stored(uri, limits)
        except StorageError as error:
            raise UnreadableFileError(error.code, error.reason) from error
        return read_file(uri_to_path(uri), limits)

    def read_upload(self, content_hash: str, limits: DecodeLimits) -> FileBytes:
        """The bytes that a client put, as they were in any generation that is kept. Raises
        UnreadableFileError.
        """
        return read_content(self.config, content_hash, limits)

    def _read_upload(self, uri: str, limits: DecodeLimits) -> FileBytes:
        with closing(UploadStore(self.config)) as store:
            upload = store.get(id_of_upload(uri))
        if upload is None or upload.content_hash is None:
            raise UnreadableFileError("not_found", "it was removed")
        return self.read_upload(upload.content_hash, limits)

    def _read_stored(self, uri: str, limits: DecodeLimits) -> FileBytes:
        file = self.storage.look(uri)
        if file.size_bytes is not None and file.size_bytes > limits.max_bytes:
            raise _too_large(limits)
        data = self.storage.read(uri, 0, limits.max_bytes + 1)
        if len(data) > limits.max_bytes:
            raise _too_large(limits)
        if not data:
            raise UnreadableFileError("empty_file", "the file is empty")
        size_bytes = len(data) if file.size_bytes is None else file.size_bytes
        if len(data) != size_bytes:
            reason = f"{len(data):,} of {size_bytes:,} bytes came"
            raise UnreadableFileError("unreachable", reason)
        return FileBytes(data, size_bytes, file.mtime_ns)

    def _read_member(self, archive_uri: str, name: str, limits: DecodeLimits) -> FileBytes:
        place = find_member(self.config.shard_index_path(archive_uri), name)
        if place is None:
            raise UnreadableFileError("not_found", "its archive was not listed with it")
        offset, size_bytes = place
        if size_bytes > limits.max_bytes:
            raise _too_large(limits)
        start, end = offset - BLOCK_BYTES, offset + size_bytes
        if is_remote(archive_uri):
            archive = self.storage.look(archive_uri)
            block_and_data = self.storage.read(archive_uri, start, end)
        else:
            archive, block_and_data = _read_part(archive_uri, start, end)
        block, data = block_and_data[:BLOCK_BYTES], block_and_data[BLOCK_BYTES:]
        if len(data) != size_bytes or not is_header_of(block, name, size_bytes):
            raise UnreadableFileError("not_found", "its archive has changed since it was listed")
        return FileBytes(data, size_bytes, archive.mtime_ns)


def _read_part(uri: str, start: int, end: int) -> tuple[StoredFile, bytes]:
    descriptor, status = open_regular(uri_to_path(uri))
    try:
        data = os.pread(descriptor, end - start, start)
    except OSError as error:
        raise UnreadableFileError("unreadable", f"reading failed: {error.strerror}") from error
    finally:
        os.close(descriptor)
    return StoredFile(uri, status.st_size, status.st_mtime_ns), data


def _too_large(limits: DecodeLimits) -> UnreadableFileError:
    return UnreadableFileError("too_many_bytes", f"the file has more than {limits.max_bytes} bytes")
