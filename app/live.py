"""The current Searcher of every collection, changed while requests run.

Looks for newly published generations a few times a second, in a thread of its own. A new one is
opened beside the old one, then swapped in; the old one is closed when the last request that began
on it is done, so no request ever sees two generations or a closed one. A generation that cannot be
served (another model's, damaged) is refused in words while the old one goes on serving. Never
builds and never repairs.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from app.settings import Settings
from indexer.config import IndexConfig, list_collections
from indexer.errors import CollectionNotFoundError, IndexerError, NoGenerationError
from indexer.searcher import Searcher, current_generation

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger("sightline")


@dataclass(slots=True, eq=False)
class _Served:
    """A searcher and how many requests are using it."""

    searcher: Searcher
    leases: int = 0
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A published generation that is not served, and why."""

    generation: int | None  # None when even its number cannot be read
    error: IndexerError


class LiveCollections:
    """What is being served. All methods belong to the event loop's thread."""

    def __init__(self, settings: Settings, fingerprint: str) -> None:
        self._settings = settings
        self._fingerprint = fingerprint
        self._served: dict[str, _Served] = {}
        self._refused: dict[str, Refusal] = {}
        self._known: list[str] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._last_trouble = ""

    @contextmanager
    def lease(self, collection: str) -> Iterator[Searcher]:
        """The collection's searcher, which stays open until the block ends.

        Raises CollectionNotFoundError, NoGenerationError, or why its generation is refused.
        """
        served = self._served.get(collection)
        if served is None:
            raise self._absence(collection)
        served.leases += 1
        try:
            yield served.searcher
        finally:
            served.leases -= 1
            self._close_if_unused(served)

    def names(self) -> list[str]:
        """Every collection there is, served or not, in order."""
        return list(self._known)

    def refusal(self, collection: str) -> Refusal | None:
        """Why the collection's newest generation is not served, if it is not."""
        return self._refused.get(collection)

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._settings.poll_interval_s)
            await self.look()

    async def look(self) -> None:
        """Compare what is published with what is served, and change over."""
        try:
            self._known = await self._in_thread(list_collections, self._settings.data_dir)
            for gone in (set(self._served) | set(self._refused)) - set(self._known):
                self._retire(gone)
                self._refused.pop(gone, None)
            for collection in self._known:
                await self._look_at(collection)
            self._last_trouble = ""
        except Exception as error:
            if str(error) != self._last_trouble:  # once, not four times a second
                logger.error("cannot look for new generations: %s", error, exc_info=error)
            self._last_trouble = str(error)

    async def _look_at(self, collection: str) -> None:
        config = self._config(collection)
        try:
            number = await self._in_thread(current_generation, config)
        except IndexerError as error:
            self._refuse(collection, None, error)
            return
        served = self._served.get(collection)
        refusal = self._refused.get(collection)
        if number is None:
            self._retire(collection)
            self._refused.pop(collection, None)
        elif served is not None and served.searcher.record.generation == number:
            self._refused.pop(collection, None)
        elif refusal is None or refusal.generation != number:
            await self._change_over(collection, config, number)

    async def _change_over(self, collection: str, config: IndexConfig, number: int) -> None:
        try:
            searcher = await self._in_thread(self._open, config, number)
        except IndexerError as error:
            self._refuse(collection, number, error)
            return
        self._retire(collection)
        self._served[collection] = _Served(searcher)
        self._refused.pop(collection, None)
        logger.info("serving generation %d of collection %s", number, collection)

    def _refuse(self, collection: str, number: int | None, error: IndexerError) -> None:
        before = self._refused.get(collection)
        if before is None or str(before.error) != str(error):
            logger.warning("collection %s: not served: %s", collection, error)
        self._refused[collection] = Refusal(number, error)

    def _open(self, config: IndexConfig, number: int) -> Searcher:
        searcher = Searcher.open(config, number)
        try:
            searcher.check_fingerprint(self._fingerprint)
        except IndexerError:
            searcher.close()
            raise
        return searcher

    def _config(self, collection: str) -> IndexConfig:
        return IndexConfig(data_dir=self._settings.data_dir, collection=collection)

    def _absence(self, collection: str) -> IndexerError:
        refusal = self._refused.get(collection)
        if refusal is not None:
            return refusal.error
        if collection in self._known or collection == self._settings.collection:
            return NoGenerationError(collection)
        return CollectionNotFoundError(collection)

    def _retire(self, collection: str) -> None:
        served = self._served.pop(collection, None)
        if served is not None:
            served.retired = True
            self._close_if_unused(served)

    def _close_if_unused(self, served: _Served) -> None:
        if served.retired and served.leases == 0:
            self._thread.submit(served.searcher.close)

    async def _in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        future = self._thread.submit(work, *args, **kwargs)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Close every searcher that no request uses any more."""
        for collection in list(self._served):
            self._retire(collection)
        self._thread.shutdown(wait=False)
