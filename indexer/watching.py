"""Sources that are watched: what the file system reports becomes small index runs, one by one.

Events say only where to look; what is there is found out by looking. Folders on this machine are
looked at only where something happened, manifests and shards as a whole; everything is looked at
again every few minutes, because events get lost and stores send none. Indexes nothing itself.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from watchfiles import watch

from indexer.locations import uri_to_path
from indexer.sources.folder import FolderSource
from indexer.sources.patterns import is_pattern
from indexer.sources.source import Source
from indexer.sources.touched import Touched

# A run begins when nothing has happened for the first, or when the second has passed.
_QUIET_MS = 100
_LONGEST_WAIT_MS = 500
_CHECK_ROOTS_S = 1.0
_LOOK_AT_ALL_S = 300.0


@dataclass(slots=True)
class Watching:
    """Watches sources until it is stopped."""

    sources: Sequence[Source]
    data_dir: Path
    stop: threading.Event
    check_roots_s: float = _CHECK_ROOTS_S
    look_at_all_s: float = _LOOK_AT_ALL_S
    _events: "queue.Queue[str]" = field(default_factory=queue.Queue)
    _watchers: "list[_Watcher]" = field(default_factory=list)
    _watched: "dict[str, tuple[int, int]]" = field(default_factory=dict)

    def follow(self, run: Callable[[Touched], bool]) -> None:
        """Call `run` with what was touched, until stopped; what it refuses is offered again.

        `run` says whether it has done its work.
        """
        try:
            for touched in self._batches():
                while not self.stop.is_set() and not run(touched):
                    self.stop.wait(self.check_roots_s)
        finally:
            self._end_watchers()

    def _batches(self) -> Iterator[Touched]:
        whole: Touched = dict.fromkeys(source.uri for source in self.sources)
        self._watch_again()
        yield whole  # what happened before the watchers stood
        looked_s = time.monotonic()
        while not self.stop.is_set():
            paths = self._waited_for()
            if time.monotonic() - looked_s >= self.look_at_all_s:
                looked_s = time.monotonic()
                self._watch_again()
                yield whole
            elif self._roots() != self._watched:
                self._watch_again()
                yield whole
            elif touched := self._touched(paths):
                yield touched

    def _waited_for(self) -> set[str]:
        """What was reported by now; waits for the first report, but not for ever."""
        paths: set[str] = set()
        try:
            paths.add(self._events.get(timeout=self.check_roots_s))
            while True:
                paths.add(self._events.get_nowait())
        except queue.Empty:
            return paths

    def _touched(self, paths: set[str]) -> dict[str, frozenset[str] | None]:
        own = (os.fspath(self.data_dir.absolute()), os.path.realpath(self.data_dir))
        outside = {path for path in paths if not path.startswith(tuple(f"{one}/" for one in own))}
        touched: dict[str, frozenset[str] | None] = {}
        for source in self.sources:
            if isinstance(source, FolderSource):
                root = source.path.rstrip("/") + "/"
                if inside := frozenset(path for path in outside if path.startswith(root)):
                    touched[source.uri] = inside
            elif any(_concerns(source, path) for path in outside):
                touched[source.uri] = None
        return touched

    def _roots(self) -> dict[str, tuple[int, int]]:
        """The directories to watch that are there, by what they are: a new one is another one."""
        found: dict[str, tuple[int, int]] = {}
        for source in self.sources:
            root = _root_of(source)
            if root is not None:
                try:
                    status = Path(root).stat()
                except OSError:
                    continue
                found[root] = (status.st_dev, status.st_ino)
        return found

    def _watch_again(self) -> None:
        self._end_watchers()
        self._watched = self._roots()
        folders = {s.path for s in self.sources if isinstance(s, FolderSource)}
        for recursive in (True, False):
            paths = [path for path in self._watched if (path in folders) is recursive]
            if paths:
                self._watchers.append(_Watcher(paths, self._events, recursive=recursive))

    def _end_watchers(self) -> None:
        for watcher in self._watchers:
            watcher.close()
        self._watchers.clear()


class _Watcher:
    """A thread that reports paths."""

    def __init__(self, paths: list[str], events: "queue.Queue[str]", *, recursive: bool) -> None:
        self._paths = paths
        self._events = events
        self._recursive = recursive
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watching", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Report nothing more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            for changes in watch(
                *self._paths,
                watch_filter=None,
                debounce=_LONGEST_WAIT_MS,
                step=_QUIET_MS,
                rust_timeout=_LONGEST_WAIT_MS,
                stop_event=self._stop,
                recursive=self._recursive,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                for _, path in changes:
                    self._events.put(path)
        except OSError:
            # A directory left between being seen and being watched: the next look at the roots, or
            # at everything, finds what is there.
            return


def _root_of(source: Source) -> str | None:
    """The directory whose events concern a source; None if nobody reports any."""
    if isinstance(source, FolderSource):
        return source.path
    try:
        path = uri_to_path(source.uri)
    except ValueError:
        return None
    return None if is_pattern(str(path.parent)) else str(path.parent)


def _concerns(source: Source, path: str) -> bool:
    try:
        named = uri_to_path(source.uri)
    except ValueError:
        return False
    if source.kind == "shards":
        return Path(path).parent == named.parent and Path(path).suffix == named.suffix
    return Path(path) == named
