"""What is being served: for every collection one pair of a generation's searcher and the model that
it was made with.

A request leases the pair for its whole life, so it never sees two generations, two models or a
closed file. A pair that was replaced is closed, and its model let go, when the last request that
began on it is done. Never decides what to serve: `follower` does.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from app.engine import Engine
from app.engines import Engines
from app.failures import CursorExpiredError, ModelNotHereError
from app.older import OlderGenerations
from app.settings import Settings
from indexer.errors import CollectionNotFoundError, IndexerError, NoGenerationError
from indexer.searcher import Searcher

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger("sightline")


@dataclass(slots=True, eq=False)
class Pair:
    """A generation and its model, and how many requests are using them."""

    searcher: Searcher
    engine: Engine
    leases: int = 0
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A published generation that is not served, and why.

    `model_key` is what there was of its model when that could not be loaded.
    """

    generation: int | None  # None when even its number cannot be read
    error: IndexerError | ModelNotHereError
    model_key: str | None = None


class LiveCollections:
    """All methods belong to the event loop's thread."""

    def __init__(self, settings: Settings, engines: Engines, configured: Engine) -> None:
        """`configured` is held already; it answers what no collection has a model for."""
        self.known: list[str] = []
        self._settings = settings
        self._engines = engines
        self._home = configured
        self._pairs: dict[str, Pair] = {}
        self._refusals: dict[str, Refusal] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live")
        self.older = OlderGenerations(settings, self._thread)

    @contextmanager
    def pair(self, collection: str) -> Iterator[Pair]:
        """The collection's searcher and its model, which stay open until the block ends.

        Raises CollectionNotFoundError, NoGenerationError, or why its generation is refused.
        """
        pair = self._pairs.get(collection)
        if pair is None:
            raise self._absence(collection)
        pair.leases += 1
        try:
            yield pair
        finally:
            pair.leases -= 1
            self._close_if_unused(collection, pair)

    @asynccontextmanager
    async def older_pair(self, collection: str, generation: int) -> AsyncIterator[Pair]:
        """A generation that is not served any more, and its model, while a cursor asks for it.

        Raises CursorExpiredError when it is not kept any more, or its model not loaded.
        """
        key = (collection, generation)
        async with self.older.searcher(key, self.searcher(collection)) as searcher:
            engine = self._engines.at_hand(searcher.record.fingerprint)
            if engine is None:
                raise CursorExpiredError(generation, "the collection has another model now")
            with self.hold(engine):
                yield Pair(searcher, engine)

    @contextmanager
    def lease(self, collection: str) -> Iterator[Searcher]:
        """The collection's searcher alone, for questions that need no model; raises as `pair`."""
        with self.pair(collection) as pair:
            yield pair.searcher

    @contextmanager
    def engine(self, collection: str) -> Iterator[Engine]:
        """The collection's model; if it is not served, that of the configured collection."""
        with self.hold(self.engine_of(collection)) as engine:
            yield engine

    @contextmanager
    def hold(self, engine: Engine) -> Iterator[Engine]:
        """A model of `models`, which stays loaded until the block ends."""
        self._engines.hold(engine)
        try:
            yield engine
        finally:
            self._engines.let_go(engine)

    def engine_of(self, collection: str) -> Engine:
        """As `engine`, for who does not wait for anything."""
        pair = self._pairs.get(collection)
        return self._home if pair is None else pair.engine

    def models(self) -> list[tuple[Engine, list[str]]]:
        """The models that answer, each with its collections; the configured collection's first."""
        found: dict[int, tuple[Engine, list[str]]] = {id(self._home): (self._home, [])}
        for collection, pair in sorted(self._pairs.items()):
            found.setdefault(id(pair.engine), (pair.engine, []))[1].append(collection)
        return list(found.values())

    def searcher(self, collection: str) -> Searcher | None:
        """What is served now; a newer generation shares the index files that they have in common.

        It may be closed at any time, which leaves those files usable.
        """
        pair = self._pairs.get(collection)
        return None if pair is None else pair.searcher

    def served(self, collection: str) -> int | None:
        """The number of the generation that is being served."""
        pair = self._pairs.get(collection)
        return None if pair is None else pair.searcher.record.generation

    def refusal(self, collection: str) -> Refusal | None:
        """Why the collection's newest generation is not served, if it is not."""
        return self._refusals.get(collection)

    def problems(self) -> dict[str, str]:
        """The collections whose newest generation is not served, with the reason."""
        return {name: str(refusal.error) for name, refusal in sorted(self._refusals.items())}

    def serve(self, collection: str, searcher: Searcher, engine: Engine) -> None:
        """From now on, answer with this pair."""
        self._retire(collection)
        self._pairs[collection] = Pair(searcher, self._engines.hold(engine))
        if collection == self._settings.collection:
            before, self._home = self._home, self._engines.hold(engine)
            self._engines.let_go(before)
        record = searcher.record
        logger.info("serving generation %d of collection %s", record.generation, collection)

    def accept(self, collection: str) -> None:
        """Nothing is refused any more."""
        self._refusals.pop(collection, None)

    def refuse(self, collection: str, refusal: Refusal) -> None:
        """Go on with what is served, and say why it is not the newest."""
        before = self._refusals.get(collection)
        if before is None or str(before.error) != str(refusal.error):
            logger.warning("collection %s: not served: %s", collection, refusal.error)
        self._refusals[collection] = refusal

    def forget(self, collection: str) -> None:
        """The collection holds nothing any more."""
        self._retire(collection)
        self.accept(collection)

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run what touches the disk where it blocks no request."""
        return await asyncio.wrap_future(self._thread.submit(work, *args, **kwargs))

    def close(self) -> None:
        """Close every searcher that no request uses any more."""
        self.older.close()
        for collection in list(self._pairs):
            self._retire(collection)
        self._thread.shutdown(wait=False)

    def names(self) -> list[str]:
        """Every collection there is, served or not, in order."""
        return list(self.known)

    def _absence(self, collection: str) -> IndexerError | ModelNotHereError:
        refusal = self._refusals.get(collection)
        if refusal is not None:
            return refusal.error
        if collection in self.known or collection == self._settings.collection:
            return NoGenerationError(collection)
        return CollectionNotFoundError(collection)

    def _retire(self, collection: str) -> None:
        pair = self._pairs.pop(collection, None)
        if pair is not None:
            pair.retired = True
            self._close_if_unused(collection, pair)

    def _close_if_unused(self, collection: str, pair: Pair) -> None:
        if pair.retired and pair.leases == 0:
            key = (collection, pair.searcher.record.generation)
            if not self.older.adopt(key, pair.searcher):
                self._thread.submit(pair.searcher.close)
            self._engines.let_go(pair.engine)
