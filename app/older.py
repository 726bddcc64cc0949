"""Generations that are not served any more and still paged through: opened when a cursor asks for
one, a few at a time, and closed when nobody has for a while.

While one is open here it is leased, so that no indexer drops it. One that is replaced is taken over
if a cursor into it was given out just before. Never serves a question without a cursor.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.failures import CursorExpiredError
from app.settings import Settings
from indexer.config import IndexConfig
from indexer.errors import GenerationDamagedError, NoGenerationError
from indexer.searcher import Searcher, kept_generations

MOST_OPEN = 4  # maps and a file descriptor or two each; index files in common are shared
IDLE_S = 60.0  # longer than people look at a page before they ask for the next

Key = tuple[str, int]  # collection and generation


@dataclass(slots=True, eq=False)
class _Open:
    """An older generation, how many requests use it, and what will close it when none does."""

    searcher: Searcher
    leases: int = 0
    retired: bool = False
    closing: asyncio.TimerHandle | None = None


class OlderGenerations:
    """All methods belong to the event loop's thread."""

    def __init__(
        self, settings: Settings, thread: ThreadPoolExecutor, idle_s: float = IDLE_S
    ) -> None:
        """What touches the disk is done in the thread."""
        self._settings = settings
        self._thread = thread
        self._idle_s = idle_s
        self._open: OrderedDict[Key, _Open] = OrderedDict()
        self._promised: dict[Key, float] = {}
        self._one_at_a_time = asyncio.Lock()
        self._ended = False

    def promise(self, key: Key) -> None:
        """A cursor into this generation was given out; somebody may come back with it."""
        now = asyncio.get_running_loop().time()
        self._promised = {
            one: until for one, until in self._promised.items() if until > now and one != key
        }
        self._promised[key] = now + self._idle_s

    def adopt(self, key: Key, searcher: Searcher) -> bool:
        """Take over a searcher that is not served any more, if there is a promise; then it is
        closed here.
        """
        now = asyncio.get_running_loop().time()
        if self._ended or key in self._open or self._promised.get(key, 0.0) <= now:
            return False
        self._keep(key, searcher)
        return True

    @asynccontextmanager
    async def searcher(self, key: Key, like: Searcher | None) -> AsyncIterator[Searcher]:
        """An older generation, open until the block ends; `like` is one that may share files.

        Raises CursorExpiredError if it is not kept any more, and as `Searcher.open`.
        """
        async with self._one_at_a_time:
            if key not in self._open:
                opening = self._thread.submit(self._opened, key, like)
                self._keep(key, await asyncio.wrap_future(opening))
            held = self._open[key]
            self._open.move_to_end(key)
            held.leases += 1
        try:
            yield held.searcher
        finally:
            held.leases -= 1
            self._rest(key, held)

    def close(self) -> None:
        """Close what nobody uses, and the rest as soon as nobody does."""
        self._ended = True
        for key in list(self._open):
            self._retire(key)

    def _opened(self, key: Key, like: Searcher | None) -> Searcher:
        collection, generation = key
        config = IndexConfig(data_dir=self._settings.data_dir, collection=collection)
        try:
            return Searcher.open(config, generation, like=like)
        except NoGenerationError as error:
            raise CursorExpiredError(generation, "it is not kept any more") from error
        except GenerationDamagedError as error:
            if generation in [record.generation for record in kept_generations(config)]:
                raise
            raise CursorExpiredError(generation, "it is not kept any more") from error

    def _close(self, searcher: Searcher) -> None:
        self._thread.submit(searcher.close)

    def _keep(self, key: Key, searcher: Searcher) -> None:
        self._open[key] = _Open(searcher)
        while len(self._open) > MOST_OPEN:
            self._retire(next(iter(self._open)))
        self._rest(key, self._open[key])

    def _rest(self, key: Key, held: _Open) -> None:
        """Nobody uses it now, perhaps: close it after a while, or at once if it was retired."""
        if held.leases:
            return
        if held.retired:
            self._close(held.searcher)
            return
        if held.closing is not None:
            held.closing.cancel()
        loop = asyncio.get_running_loop()
        held.closing = loop.call_later(self._idle_s, self._expire, key, held)

    def _expire(self, key: Key, held: _Open) -> None:
        if held.leases == 0 and self._open.get(key) is held:
            self._retire(key)

    def _retire(self, key: Key) -> None:
        held = self._open.pop(key)
        held.retired = True
        if held.closing is not None:
            held.closing.cancel()
        if held.leases == 0:
            self._close(held.searcher)
