"""`sightline index --watch`: keep a collection up to date with its sources until it is stopped."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import typer

from indexer.builder import index_collection
from indexer.changes import known_sources, open_sources
from indexer.config import IndexConfig
from indexer.errors import CollectionBusyError, SourceError
from indexer.progress import IndexSummary, SilentProgress
from indexer.sources.touched import Touched
from indexer.watching import Watching
from models.encoder import Encoder


class _StoppedError(Exception):
    """The user wants an end, and there is more to do than what is committed."""


class _UntilStopped(SilentProgress):
    """Ends a run at a commit. What is committed stays; the next run takes up behind it."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._left = 0

    def start(self, total: int) -> None:
        """So much is to do."""
        self._left = total

    def advance(self, count: int, skipped: int) -> None:  # noqa: ARG002
        """So much is done. Raises _StoppedError if that was not all, and it shall end."""
        self._left -= count
        if self._left > 0 and self._stop.is_set():
            raise _StoppedError


def watch_sources(
    config: IndexConfig,
    sources: Sequence[str | Path],
    model_key: str,
    load_encoder: Callable[[], Encoder],
    show: Callable[[IndexSummary], None],
) -> None:
    """Index whatever happens in the sources, or in all known ones, until Ctrl-C or SIGTERM.

    The model is loaded once, at the start. Raises SourceError if a source is not there at first.
    """
    opened = open_sources(config, sources or known_sources(config))
    stop = threading.Event()
    runs = _Runs(config, model_key, load_encoder(), show, stop)
    with _ending(stop):
        typer.echo(f"watching {len(opened)} sources; Ctrl-C ends it", err=True)
        Watching(opened, config.data_dir, stop).follow(runs.run)
    typer.echo("stopped", err=True)


@dataclass(frozen=True, slots=True)
class _Runs:
    """Index runs of one collection, one after the other."""

    config: IndexConfig
    model_key: str
    encoder: Encoder
    show: Callable[[IndexSummary], None]
    stop: threading.Event

    def run(self, touched: Touched) -> bool:
        """Index what was touched. Returns False if that has to wait."""
        try:
            self._index(touched)
        except CollectionBusyError:
            return False
        except _StoppedError:
            return True
        except SourceError as error:
            if len(touched) > 1:  # the others are not to blame
                done = [self.run({uri: paths}) for uri, paths in touched.items()]
                return all(done)
            typer.echo(str(error), err=True)
        return True

    def _index(self, touched: Touched) -> None:
        summary = index_collection(
            self.config,
            list(touched),
            model_key=self.model_key,
            load_encoder=lambda: self.encoder,
            progress=_UntilStopped(self.stop),
            touched=touched,
        )
        if summary.published:
            self.show(summary)


@contextmanager
def _ending(stop: threading.Event) -> Iterator[None]:
    """Have the first Ctrl-C or SIGTERM end the watch in order; a second one ends it at once."""

    def on_signal(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[number])
        stop.set()

    numbers: tuple[int, ...] = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    for number in before:
        signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
