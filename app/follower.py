"""Follows what is published: looks a few times a second, and has each collection served from its
current generation with the model which that one names.

A new generation is opened beside the old one, and a model that is not loaded yet is loaded beside
those that answer; then both are changed at once. A generation that cannot be served (damaged, or
its model is not on this machine) is refused in words while the old one goes on serving; where
nothing is served yet, an older generation that is still kept is. Never builds and never repairs.
"""

import asyncio
import logging
from collections.abc import Coroutine

from app.engines import Engines
from app.failures import ModelNotHereError
from app.live import LiveCollections, Refusal
from app.model_choice import model_of
from app.settings import Settings
from indexer.catalog.records import GenerationRecord
from indexer.config import IndexConfig, list_collections
from indexer.errors import IndexerError
from indexer.searcher import Searcher, current_generation, kept_generations
from models.loading import model_key

logger = logging.getLogger("sightline")


class Follower:
    """All methods belong to the event loop's thread."""

    def __init__(self, settings: Settings, engines: Engines, live: LiveCollections) -> None:
        self._settings = settings
        self._engines = engines
        self._live = live
        self._one_look = asyncio.Lock()
        self._changing: dict[str, asyncio.Task[None]] = {}
        self._last_trouble = ""

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._settings.poll_interval_s)
            await self.look()

    async def look(self) -> None:
        """Compare what is published with what is served, and change over; what needs a model that
        is not loaded goes on in the background.
        """
        live = self._live
        try:
            before, live.known = (
                live.known,
                await live.in_thread(list_collections, self._settings.data_dir),
            )
            for gone in set(before) - set(live.known):
                live.forget(gone)
            for collection in live.known:
                await self._look_at(collection)
            self._last_trouble = ""
        except Exception as error:
            if str(error) != self._last_trouble:  # once, not four times a second
                logger.error("cannot look for new generations: %s", error, exc_info=error)
            self._last_trouble = str(error)

    async def settled(self) -> None:
        """Wait until every change that has begun is done."""
        while self._changing:
            await asyncio.wait(self._changing.values())

    def close(self) -> None:
        """Change nothing more."""
        for task in self._changing.values():
            task.cancel()

    async def _look_at(self, collection: str) -> None:
        live, config = self._live, self._config(collection)
        async with self._one_look:
            try:
                number = await live.in_thread(current_generation, config)
            except IndexerError as error:
                live.refuse(collection, Refusal(None, error))
                return
            if number is None:
                live.forget(collection)
            elif live.served(collection) == number:
                live.accept(collection)
            elif collection not in self._changing and await self._is_worth_a_try(
                collection, number
            ):
                await self._change_over(collection, config, number)

    async def _is_worth_a_try(self, collection: str, number: int) -> bool:
        """Whether a generation is new, or its model's files are others than when it was refused."""
        refusal = self._live.refusal(collection)
        if refusal is None or refusal.generation != number:
            return True
        if not isinstance(refusal.error, ModelNotHereError):
            return False
        record = refusal.error.record
        if self._engines.at_hand(record.fingerprint) is not None:
            return True
        return await self._live.in_thread(self._model_key, record) != refusal.model_key

    async def _change_over(self, collection: str, config: IndexConfig, number: int) -> None:
        """Serve a generation whose model is loaded; see to the model otherwise."""
        live = self._live
        try:
            searcher = await live.in_thread(
                Searcher.open, config, number, like=live.searcher(collection)
            )
        except IndexerError as error:
            live.refuse(collection, Refusal(number, error))
            self._begin(collection, self._fall_back(collection, number))
            return
        engine = self._engines.at_hand(searcher.record.fingerprint)
        if engine is None:
            self._begin(collection, self._load_model(collection, searcher.record))
            await live.in_thread(searcher.close)
        else:
            live.serve(collection, searcher, engine)
            live.accept(collection)

    def _begin(self, collection: str, work: Coroutine[None, None, None]) -> None:
        """Go on with a collection in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._changing[collection] = task
        task.add_done_callback(lambda done: self._end(collection, done))

    def _end(self, collection: str, done: asyncio.Task[None]) -> None:
        if self._changing.get(collection) is done:
            del self._changing[collection]
        if not done.cancelled() and (error := done.exception()) is not None:
            logger.error("collection %s: cannot change over: %s", collection, error, exc_info=error)

    async def _load_model(self, collection: str, record: GenerationRecord) -> None:
        """Load a generation's model, then serve whatever is current by then."""
        key = await self._live.in_thread(self._model_key, record)
        try:
            engine = await self._engines.of_generation(collection, record)
        except ModelNotHereError as error:
            self._live.refuse(collection, Refusal(record.generation, error, key))
            await self._fall_back(collection, record.generation)
            return
        try:
            del self._changing[collection]
            await self._look_at(collection)
        finally:
            self._engines.let_go(engine)

    async def _fall_back(self, collection: str, refused: int) -> None:
        """Serve the newest older generation that can be, unless one is being served."""
        live, config = self._live, self._config(collection)
        records = await live.in_thread(kept_generations, config)
        for record in reversed(records):
            if live.served(collection) is None and record.generation < refused:
                await self._serve_older(collection, record)

    async def _serve_older(self, collection: str, record: GenerationRecord) -> None:
        live, config = self._live, self._config(collection)
        try:
            engine = await self._engines.of_generation(collection, record)
        except ModelNotHereError:
            return
        try:
            searcher = await live.in_thread(Searcher.open, config, record.generation)
        except IndexerError:
            return
        else:
            number = record.generation
            logger.warning("collection %s: serving the older generation %d", collection, number)
            live.serve(collection, searcher, engine)
        finally:
            self._engines.let_go(engine)

    def _model_key(self, record: GenerationRecord) -> str:
        return model_key(model_of(self._settings, record))

    def _config(self, collection: str) -> IndexConfig:
        return IndexConfig(data_dir=self._settings.data_dir, collection=collection)
