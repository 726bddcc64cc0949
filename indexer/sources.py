"""Folders and manifests → the files that they list, without opening any of them.

Walks folders with links followed and no real directory visited twice; leaves out hidden
directories and Sightline's own data. What cannot be a picture is listed with the reason.
"""

import heapq
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from indexer.errors import SourceError
from indexer.found import FoundFile, kind_of_file
from indexer.locations import absolute_path, path_to_uri, uri_segment, uri_to_path
from indexer.manifests import MANIFEST_SUFFIXES, ManifestRow, read_manifest
from models.config import DecodeLimits
from models.images import PICTURE_EXTENSIONS

_NO_PICTURE = "not_a_picture"


class Source(Protocol):
    """Something that lists pictures."""

    @property
    def uri(self) -> str:
        """What the catalog calls it."""
        ...

    @property
    def kind(self) -> str:
        """`folder` or `manifest`."""
        ...

    def files(self) -> Iterator[FoundFile]:
        """List the files. Raises SourceError if the source itself cannot be read."""
        ...


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


@dataclass(slots=True)
class FolderSource:
    """A folder and everything below it."""

    path: str
    limits: DecodeLimits
    data_dir: Path
    kind: str = field(default="folder", init=False)

    @property
    def uri(self) -> str:
        """The folder's URI."""
        return path_to_uri(self.path)

    def files(self) -> Iterator[FoundFile]:
        """List the files. Raises SourceError if the folder itself cannot be listed."""
        try:
            os.scandir(self.path).close()
        except OSError as error:
            raise SourceError(self.path, f"{error.strerror}; nothing was changed") from error
        yield from _Walk(self.limits, self.data_dir).files(self.path)


@dataclass(slots=True)
class ManifestSource:
    """A CSV or JSONL file that names pictures, relative to itself."""

    path: str
    limits: DecodeLimits
    kind: str = field(default="manifest", init=False)

    @property
    def uri(self) -> str:
        """The manifest's URI."""
        return path_to_uri(self.path)

    def files(self) -> Iterator[FoundFile]:
        """List the files, one for each row. Raises ManifestError."""
        folder = Path(self.path).parent
        for row in read_manifest(self.path):
            if row.problem is not None:
                uri = f"{self.uri}#row={row.number}"
                yield FoundFile(uri, code="bad_row", reason=row.problem)
            else:
                yield self._listed(row, folder)

    def _listed(self, row: ManifestRow, folder: Path) -> FoundFile:
        path = Path(os.path.normpath(folder / row.file))
        uri = path_to_uri(path)
        try:
            status = path.stat()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            code, reason = _stat_problem(error)
            return FoundFile(uri, None, None, code, reason, row.captions, row.metadata)
        if _is_picture_name(path.name):
            refusal = _refusal_by_status(status, self.limits)
        else:
            refusal = _NO_PICTURE, _no_picture_reason(path.name)
        return FoundFile(
            uri,
            status.st_size,
            status.st_mtime_ns,
            code=refusal[0],
            reason=refusal[1],
            captions=row.captions,
            metadata=row.metadata,
        )


class _Walk:
    """One walk through a folder: real directories first, so that links never change URIs."""

    def __init__(self, limits: DecodeLimits, data_dir: Path) -> None:
        self._limits = limits
        self._visited: set[tuple[int, int]] = set()
        self._directories: list[tuple[str, str]] = []
        self._linked: list[tuple[str, str]] = []
        try:
            own = data_dir.stat()
            self._visited.add((own.st_dev, own.st_ino))
        except OSError:
            pass  # not made yet, so it cannot lie in the folder

    def files(self, root: str) -> Iterator[FoundFile]:
        self._directories.append((root, path_to_uri(root)))
        while self._directories or self._linked:
            if self._directories:
                path, uri = self._directories.pop()
            else:
                path, uri = heapq.heappop(self._linked)
            yield from self._directory(path, uri)

    def _directory(self, path: str, uri: str) -> Iterator[FoundFile]:
        try:
            status = Path(path).stat()
            identity = (status.st_dev, status.st_ino)
            if identity in self._visited:
                return
            self._visited.add(identity)
            prefix = uri.rstrip("/") + "/"
            with os.scandir(path) as entries:
                for entry in entries:
                    found = self._entry(entry, prefix + uri_segment(entry.name))
                    if found is not None:
                        yield found
        except OSError as error:
            reason = f"the directory cannot be listed: {error.strerror}"
            yield FoundFile(uri, code="unreadable", reason=reason, hides_others=True)

    def _entry(self, entry: os.DirEntry[str], uri: str) -> FoundFile | None:
        try:
            if entry.is_dir():
                return self._subdirectory(entry, uri)
            if not _is_picture_name(entry.name):
                return FoundFile(uri, code=_NO_PICTURE, reason=_no_picture_reason(entry.name))
            status = entry.stat()
        except OSError as error:
            code, reason = _stat_problem(error)
            return FoundFile(uri, code=code, reason=reason)
        refusal = _refusal_by_status(status, self._limits)
        return FoundFile(uri, status.st_size, status.st_mtime_ns, *refusal)

    def _subdirectory(self, entry: os.DirEntry[str], uri: str) -> FoundFile | None:
        if entry.name.startswith("."):
            return None
        if entry.is_symlink():
            heapq.heappush(self._linked, (entry.path, uri))
        else:
            self._directories.append((entry.path, uri))
        if _is_picture_name(entry.name):
            return FoundFile(
                uri, code="not_a_file", reason="it is a directory named like a picture"
            )
        return None


def _extension(name: str) -> str:
    """The extension in lower case, with its dot; a leading dot begins none."""
    stem, dot, extension = name.rpartition(".")
    return dot + extension.lower() if stem else ""


def _is_picture_name(name: str) -> bool:
    return _extension(name) in PICTURE_EXTENSIONS


def _no_picture_reason(name: str) -> str:
    extension = _extension(name)
    if not extension:
        return "its name has no extension that says it is a picture"
    return f"{os.fsencode(extension).decode(errors='replace')} is no picture's extension"


def _refusal_by_status(
    status: os.stat_result, limits: DecodeLimits
) -> tuple[str, str] | tuple[None, None]:
    """Code and reason if a file is refused by what its status says."""
    if not stat.S_ISREG(status.st_mode):
        return "not_a_file", f"it is {kind_of_file(status.st_mode)}, not a regular file"
    if status.st_size == 0:
        return "empty_file", "the file is empty"
    if status.st_size > limits.max_bytes:
        return (
            "too_many_bytes",
            f"the file has {status.st_size} bytes, the limit is {limits.max_bytes}",
        )
    return None, None


def _stat_problem(error: OSError | ValueError) -> tuple[str, str]:
    if isinstance(error, PermissionError):
        return "unreadable", "permission denied"
    if isinstance(error, FileNotFoundError):
        return "not_found", "there is no such file, or it is a link to nothing"
    strerror = error.strerror if isinstance(error, OSError) else str(error)
    return "not_found", f"it cannot be reached: {strerror}"
