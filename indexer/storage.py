"""Anything that fsspec opens, behind one door: list, look, read a part. Alone imports fsspec.

Every request has a time-out, every read a limit. What went wrong comes back as a StorageError that
tells what is not there from what did not answer. Goes only where a source's URI leads; writes
nothing anywhere.
"""

import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from indexer.stored_file import StoredFile, stored_file

REQUEST_TIMEOUT_S = 30.0
LISTING_TIMEOUT_S = 900.0  # a thousand names a request: a million of them take minutes
_BLOCK_BYTES = 4 * 2**20
_DENIED = (401, 403)


class StorageError(Exception):
    """A store gave no answer that can be used: .code, .reason

    `not_found` and `unreadable` are the store's own words; `unreachable` is anything that may be
    better in a minute: time-outs, broken connections, a server in trouble.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def normal_uri(name: str) -> str:
    """A URI as the catalog writes it: names are escaped, a folder has no slash at its end.

    Raises StorageError for a chain of stores.
    """
    if "::" in name:
        raise StorageError("unreadable", "chains of stores (`::`) are not read")
    scheme, _, path = name.partition("://")
    if scheme.lower() in ("http", "https"):
        return urlunsplit(urlsplit(name)._replace(fragment=""))
    return f"{scheme.lower()}://{quote(unquote(path), safe='/').rstrip('/')}"


def store_of(uri: str) -> str:
    """The bucket or host that a URI lies in, as the beginning of all URIs in it."""
    scheme, _, path = uri.partition("://")
    return f"{scheme}://{path.partition('/')[0]}/"


@dataclass(slots=True)
class Storage:
    """Stores by the schemes of their URIs. Safe to use from many threads."""

    request_timeout_s: float = REQUEST_TIMEOUT_S
    listing_timeout_s: float = LISTING_TIMEOUT_S
    options: dict[str, dict[str, Any]] = field(default_factory=dict)

    def look(self, uri: str) -> StoredFile:
        """What a URI names, by the store's word. Raises StorageError."""
        system, path = self._system(uri)
        if _is_http(uri):
            return stored_file(uri, self._wait(system, _http_look, system, path))
        info = self._call(self.request_timeout_s, system, "info", path)
        if "modified" not in info and "created" in info and hasattr(system, "modified"):
            info = {**info, "modified": self._plain(lambda: system.modified(path))}
        return stored_file(uri, info)

    def list_folder(self, uri: str) -> list[StoredFile]:
        """The files and folders directly in a folder, by name. Raises StorageError.

        Whole trees are walked by the caller: fsspec's own walk passes over what does not answer.
        """
        system, path = self._system(uri)
        system.invalidate_cache(path)
        entries = self._call(self.listing_timeout_s, system, "ls", path, detail=True)
        found = (stored_file(_uri_of(system, entry["name"]), entry) for entry in entries)
        return sorted((file for file in found if file.uri.rstrip("/") != uri.rstrip("/")), key=_uri)

    def read(self, uri: str, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`, fewer if the file ends before. Raises StorageError"""
        system, path = self._system(uri)
        data: bytes
        if _is_http(uri):
            data = self._wait(system, _http_part, system, path, start, end)
        else:
            data = self._call(
                self.request_timeout_s, system, "cat_file", path, start=start, end=end
            )
        return data

    def open(self, uri: str, size_bytes: int) -> io.BufferedReader:
        """A file that is read a few megabytes at a time, and closed by who opened it.

        Reading raises OSError where the store does not answer.
        """
        return io.BufferedReader(_Parts(self, uri, size_bytes), _BLOCK_BYTES)

    def _system(self, uri: str) -> tuple[Any, str]:
        from fsspec.core import url_to_fs  # a folder on this machine does without

        scheme = uri.partition("://")[0]
        name = uri if scheme in ("http", "https") else unquote(uri)
        options = self.options.get(scheme, {})
        try:
            found: tuple[Any, str] = self._plain(lambda: url_to_fs(name, **options))
            return found
        except StorageError as error:
            raise StorageError(error.code, f"{error.reason} ({scheme}://)") from error

    def _call(self, timeout_s: float, system: Any, name: str, *args: Any, **named: Any) -> Any:
        """One request. A store that works in the background is waited for just so long."""
        from fsspec.asyn import sync

        if system.async_impl:
            coroutine = getattr(system, f"_{name}")
            return self._plain(
                lambda: sync(system.loop, coroutine, *args, timeout=timeout_s, **named)
            )
        return self._plain(lambda: getattr(system, name)(*args, **named))

    def _wait(self, system: Any, coroutine: Callable[..., Any], *args: Any) -> Any:
        from fsspec.asyn import sync

        timeout_s = self.request_timeout_s
        return self._plain(lambda: sync(system.loop, coroutine, *args, timeout=timeout_s))

    def _plain(self, request: Callable[[], Any]) -> Any:
        try:
            return request()
        except StorageError:
            raise
        except Exception as error:
            raise _in_our_words(error, self.request_timeout_s) from error


class _Parts(io.RawIOBase):
    """A stored file as something to seek and read in."""

    def __init__(self, storage: Storage, uri: str, size_bytes: int) -> None:
        self._storage = storage
        self._uri = uri
        self._size_bytes = size_bytes
        self._position = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be searched."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go somewhere; asks for nothing yet."""
        starts = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size_bytes}
        self._position = max(starts[whence] + offset, 0)
        return self._position

    def tell(self) -> int:
        """Where it stands."""
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Ask the store for so much. Raises OSError."""
        end = min(self._position + len(buffer), self._size_bytes)
        if end <= self._position:
            return 0
        try:
            data = self._storage.read(self._uri, self._position, end)
        except StorageError as error:
            raise OSError(0, error.reason) from error
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def _is_http(uri: str) -> bool:
    return uri.startswith(("http://", "https://"))


async def _http_look(system: Any, url: str) -> dict[str, Any]:
    """What a web server says of a file; fsspec's own question takes any failure for its absence."""
    session = await system.set_session()
    headers = {"Accept-Encoding": "identity"}
    async with session.head(
        system.encode_url(url), headers=headers, allow_redirects=True
    ) as response:
        system._raise_not_found_for_status(response, url)
        return {**response.headers, "size": response.content_length}


async def _http_part(system: Any, url: str, start: int, end: int) -> bytes:
    """A part of a file; never more than was asked for, whatever the server sends."""
    session = await system.set_session()
    headers = {"Range": f"bytes={start}-{end - 1}", "Accept-Encoding": "identity"}
    async with session.get(system.encode_url(url), headers=headers) as response:
        if response.status == 416:  # behind the end
            return b""
        system._raise_not_found_for_status(response, url)
        if start and response.status != 206:
            raise StorageError("unreadable", "the server gives no parts of files")
        return await _up_to(response.content.iter_chunked(2**20), end - start)


async def _up_to(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) >= limit:
            break
    return bytes(data[:limit])


def _uri(file: StoredFile) -> str:
    return file.uri


def _uri_of(system: Any, name: str) -> str:
    uri = str(system.unstrip_protocol(name))
    return uri if _is_http(uri) else _escaped(uri)


def _escaped(uri: str) -> str:
    scheme, _, path = uri.partition("://")
    return f"{scheme}://{quote(path, safe='/')}"


def _in_our_words(error: Exception, timeout_s: float) -> StorageError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return StorageError("not_found", "there is no such file")
    if isinstance(error, PermissionError) or getattr(error, "status", None) in _DENIED:
        return StorageError("unreadable", "permission denied")
    if isinstance(error, TimeoutError):
        return StorageError("unreachable", f"no answer in {timeout_s:g} s")
    if isinstance(error, ImportError):
        return StorageError("unreadable", f"a library is missing: {error}")
    if isinstance(error, ValueError) and "Protocol not known" in str(error):
        return StorageError("unreadable", "nothing is known that opens this")
    words = str(error).partition("\n")[0][:200] or type(error).__name__
    return StorageError("unreachable", f"the store did not answer: {words}")
