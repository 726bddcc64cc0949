"""What the service knows of duplicates: the file of each collection, and looking for duplicates in
passing where that takes a moment.

In a large collection nobody is kept waiting and no core is taken: there the command looks, and what
it found last goes on being served. Formats no answers.
"""

import asyncio

from app.settings import Settings
from app.threads import BoundedThreads
from indexer.config import IndexConfig
from indexer.duplicates.finding import find_duplicates
from indexer.duplicates.listing import is_fresh
from indexer.duplicates.records import GroupingRecord, Mode
from indexer.duplicates.store import DuplicateStore
from indexer.errors import DuplicatesUnknownError
from indexer.searcher import Searcher

# Looking at so many takes a second or two of one core.
MAX_PICTURES_IN_PASSING = 20_000


class DuplicateDesk:
    """Belongs to the event loop's thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stores: dict[str, DuplicateStore] = {}
        self._looks: dict[tuple[str, Mode, int], asyncio.Task[None]] = {}
        self.threads = BoundedThreads("duplicates", 1, settings.queue_length)

    def store(self, collection: str) -> DuplicateStore:
        """The file of a collection."""
        if collection not in self._stores:
            self._stores[collection] = DuplicateStore(self._config(collection))
        return self._stores[collection]

    async def look(self, collection: str, searcher: Searcher, mode: Mode) -> GroupingRecord:
        """The last grouping, made anew first if it is stale and the collection small.

        Raises DuplicatesUnknownError if there is none and the collection is large.
        """
        store = self.store(collection)
        grouping = await self.threads.run(store.grouping, mode)
        if grouping is not None and await self.threads.run(is_fresh, store, grouping, searcher):
            return grouping
        if searcher.record.item_count > MAX_PICTURES_IN_PASSING:
            if grouping is None:
                raise DuplicatesUnknownError(collection, mode)
            return grouping
        key = (collection, mode, searcher.record.generation)
        if key not in self._looks:  # whoever asks meanwhile waits for the same look
            task = asyncio.get_running_loop().create_task(self._look(key, grouping))
            self._looks[key] = task
            task.add_done_callback(lambda _: self._looks.pop(key, None))
        await asyncio.shield(self._looks[key])
        made = await self.threads.run(store.grouping, mode)
        assert made is not None
        return made

    async def _look(self, key: tuple[str, Mode, int], last: GroupingRecord | None) -> None:
        collection, mode, generation = key
        await self.threads.run(
            find_duplicates,
            self._config(collection),
            self.store(collection),
            mode,
            None if last is None else last.limits,
            generation,
        )

    def _config(self, collection: str) -> IndexConfig:
        return IndexConfig(data_dir=self._settings.data_dir, collection=collection)

    def close(self) -> None:
        """Look no more."""
        self.threads.close()
        for store in self._stores.values():
            store.close()
