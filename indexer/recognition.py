"""Files whose content is known already: renamed, moved, copied or only touched.

They are read and hashed, never decoded; a run that meets nothing else never loads the model. Stops
at the first content that is new.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from indexer.catalog.files import FileState, FileTable, KnownContents
from indexer.config import IndexConfig
from indexer.content_hash import content_hash_of
from indexer.lookahead import map_ahead
from indexer.originals import Originals
from indexer.reading import UnreadableFileError

_COMMIT_FILES = 1_024


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it was read and hashed; `data` is None if its bytes are of no further use."""

    state: FileState
    data: bytes | None


def read_unknown(uri: str, originals: Originals, known: KnownContents) -> ReadFile:
    """Read a file. The result has data only if its content has no embedding yet."""
    try:
        read = originals.read(uri, originals.config.limits)
    except UnreadableFileError as error:
        return ReadFile(
            FileState(uri, error.size_bytes, error.mtime_ns, None, error.code, error.reason), None
        )
    content_hash = content_hash_of(read.data)
    state = FileState(uri, read.size_bytes, read.mtime_ns, content_hash)
    return ReadFile(state, None if content_hash in known else read.data)


def recognise(
    config: IndexConfig, table: FileTable, known: KnownContents, uris: Iterable[str]
) -> Iterator[Sequence[FileState]]:
    """Commit the files that need no decoding, up to the first that does; give out each commit."""
    waiting: list[FileState] = []
    originals = Originals(config)
    reads = map_ahead(
        lambda uri: _state_if_known(uri, originals, known),
        uris,
        workers=config.decode_workers,
        ahead=2 * config.decode_workers,
    )
    with closing(reads):
        for state in reads:
            if state is not None:
                waiting.append(state)
            if waiting and (state is None or len(waiting) >= _COMMIT_FILES):
                table.record_files(waiting)
                yield waiting
                waiting = []
            if state is None:
                return
    if waiting:
        table.record_files(waiting)
        yield waiting


def _state_if_known(uri: str, originals: Originals, known: KnownContents) -> FileState | None:
    read = read_unknown(uri, originals, known)
    return read.state if read.data is None else None
