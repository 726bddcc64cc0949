"""Tar shards on this machine, by their path or by a pattern. Reads nothing in them."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from indexer.errors import SourceError
from indexer.locations import path_to_uri, uri_to_path
from indexer.reading import UnreadableFileError, kind_of_file, open_regular
from indexer.sources.patterns import matching_paths
from indexer.sources.refusals import stat_problem
from indexer.sources.shards import FoundShard


@dataclass(frozen=True, slots=True)
class LocalShards:
    """All shards that a path, which may be a pattern, names."""

    pattern: str

    def find(self) -> Iterator[FoundShard]:
        """The shards, as they are now. Raises SourceError if there are none."""
        found = False
        for path in self._paths():
            found = True
            yield _found(path)
        if not found:
            raise SourceError(self.pattern, "no file matches it; nothing was changed")

    def open(self, shard: FoundShard) -> IO[bytes]:
        """Open one. Raises OSError."""
        try:
            descriptor, _ = open_regular(uri_to_path(shard.uri))
        except UnreadableFileError as error:
            raise OSError(0, error.reason) from error
        return os.fdopen(descriptor, "rb")

    def _paths(self) -> Iterator[Path]:
        if Path(self.pattern).exists():
            yield Path(self.pattern)
            return
        try:
            yield from matching_paths(self.pattern)
        except ValueError as error:
            raise SourceError(self.pattern, str(error)) from error


def _found(path: Path) -> FoundShard:
    uri = path_to_uri(path)
    try:
        status = path.stat()
    except OSError as error:
        return FoundShard(uri, problem=stat_problem(error))
    if not stat.S_ISREG(status.st_mode):
        reason = f"it is {kind_of_file(status.st_mode)}, not an archive"
        return FoundShard(uri, problem=("not_a_file", reason))
    return FoundShard(uri, status.st_size, status.st_mtime_ns)
