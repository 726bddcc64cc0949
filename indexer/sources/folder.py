"""A folder → the files below it, without opening any of them.

Follows links and visits no real directory twice; leaves out hidden directories and Sightline's own
data. What cannot be a picture is listed with the reason.
"""

import heapq
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from indexer.errors import SourceError
from indexer.found import FoundFile
from indexer.locations import path_to_uri, uri_segment
from indexer.sources.refusals import (
    NO_PICTURE,
    is_picture_name,
    no_picture_reason,
    refusal_by_status,
    stat_problem,
)
from models.config import DecodeLimits


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

    def parts(self, paths: Iterable[str]) -> list[str] | None:
        """Which of these paths below the folder have to be looked at; those below others, or below
        hidden directories, are left out. None if links make only a whole walk right.
        """
        wanted: list[str] = []
        for path in sorted(paths):
            if wanted and path.startswith(wanted[-1] + "/"):
                continue
            names = os.path.relpath(path, self.path).split("/")
            places = [Path(self.path, *names[:count]) for count in range(1, len(names) + 1)]
            if any(name.startswith(".") for name in names[:-1]):
                continue
            if any(place.is_symlink() for place in places):
                return None
            wanted.append(path)
        return wanted

    def files_at(self, paths: Iterable[str]) -> Iterator[FoundFile]:
        """List what is at these paths, and below those that are directories."""
        yield from _Walk(self.limits, self.data_dir).files_at(paths)


class _Place:
    """A path, asked as a directory's entries are."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = Path(path).name

    def is_dir(self) -> bool:
        """Whether it is a directory, or a link to one."""
        return Path(self.path).is_dir()

    def is_symlink(self) -> bool:
        """Whether it is a link."""
        return Path(self.path).is_symlink()

    def stat(self) -> os.stat_result:
        """Its status, links followed."""
        return Path(self.path).stat()


_Entry = os.DirEntry[str] | _Place


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

    def files_at(self, paths: Iterable[str]) -> Iterator[FoundFile]:
        """List single files, and all below single directories."""
        for path in paths:
            if os.path.lexists(path):
                found = self._entry(_Place(path), path_to_uri(path))
                if found is not None:
                    yield found
        while self._directories:
            yield from self._directory(*self._directories.pop())

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

    def _entry(self, entry: _Entry, uri: str) -> FoundFile | None:
        try:
            if entry.is_dir():
                return self._subdirectory(entry, uri)
            if not is_picture_name(entry.name):
                return FoundFile(uri, code=NO_PICTURE, reason=no_picture_reason(entry.name))
            status = entry.stat()
        except OSError as error:
            code, reason = stat_problem(error)
            return FoundFile(uri, code=code, reason=reason)
        refusal = refusal_by_status(status, self._limits)
        return FoundFile(uri, status.st_size, status.st_mtime_ns, *refusal)

    def _subdirectory(self, entry: _Entry, uri: str) -> FoundFile | None:
        if entry.name.startswith("."):
            return None
        if entry.is_symlink():
            heapq.heappush(self._linked, (entry.path, uri))
        else:
            self._directories.append((entry.path, uri))
        if is_picture_name(entry.name):
            return FoundFile(
                uri, code="not_a_file", reason="it is a directory named like a picture"
            )
        return None
