"""The loaded models, each fingerprint once: whoever needs one holds it, and the last who lets go
frees it. Loads one model at a time, in a thread beside those that are answering. Opens no
collection.
"""

import asyncio
import logging
from collections.abc import Callable

from app.batching import EncodeBatcher
from app.embedding_memory import EmbeddingMemory
from app.engine import Engine
from app.failures import ModelNotHereError
from app.kept_pictures import KeptPictures
from app.model_choice import model_of
from app.settings import Settings
from app.threads import run_in_daemon_thread
from indexer.catalog.records import GenerationRecord
from models.calibration import Calibration
from models.class_cache import ClassEmbeddingCache
from models.classifier import ZeroShotClassifier
from models.config import ModelConfig
from models.encoder import Encoder
from models.errors import ModelError
from models.loading import model_calibration, model_relevance
from models.relevance import RelevanceFit

EncoderLoader = Callable[[ModelConfig], Encoder]

logger = logging.getLogger("sightline")


class Engines:
    """All methods belong to the event loop's thread."""

    def __init__(
        self,
        settings: Settings,
        encoder_loader: EncoderLoader,
        tell_batch: Callable[[str, int, float], None] = lambda *_: None,
    ) -> None:
        """`tell_batch` hears of every batch of every model, as `EncodeBatcher` tells it."""
        self._settings = settings
        self._tell_batch = tell_batch
        self._encoder_loader = encoder_loader
        self._loaded: dict[str, Engine] = {}
        # Two models that load at once would need the memory of both on top of those that answer.
        self._one_at_a_time = asyncio.Lock()

    async def configured(self) -> Engine:
        """The model that the settings name, held for the caller. Raises ModelError."""
        async with self._one_at_a_time:
            return self.hold(await self._load(self._settings.model_choice()))

    async def of_generation(self, collection: str, record: GenerationRecord) -> Engine:
        """The model that a generation was made with, held for the caller.

        Raises ModelNotHereError if it cannot be loaded here, or is another one here.
        """
        async with self._one_at_a_time:
            engine = self.at_hand(record.fingerprint)
            if engine is None:
                engine = await self._fetch(collection, record)
            return self.hold(engine)

    def at_hand(self, fingerprint: str) -> Engine | None:
        """The model of this fingerprint, if it is loaded."""
        return self._loaded.get(fingerprint)

    def hold(self, engine: Engine) -> Engine:
        """Keep an engine from being freed until it is let go."""
        engine.holders += 1
        return engine

    def let_go(self, engine: Engine) -> None:
        """The last who lets go frees the model."""
        engine.holders -= 1
        if engine.holders == 0:
            logger.info("the model %s is no longer used", engine.info.model_name)
            self._loaded.pop(engine.info.fingerprint, None)
            engine.batcher.close()

    def close(self) -> None:
        """Encode nothing more, whoever still holds what."""
        for engine in self._loaded.values():
            engine.batcher.close()
        self._loaded.clear()

    async def _fetch(self, collection: str, record: GenerationRecord) -> Engine:
        """Load what a generation names, and see that it is that."""
        config = model_of(self._settings, record)
        logger.info("loading %s for generation %d", config.model_name, record.generation)
        try:
            return await self._load(config, wanted=record.fingerprint)
        except _OtherWeightsError as error:
            raise ModelNotHereError.other_weights(collection, record, error.found) from None
        except ModelError as error:
            raise ModelNotHereError(collection, record, str(error)) from error

    async def _load(self, config: ModelConfig, wanted: str | None = None) -> Engine:
        def read() -> tuple[Encoder, Calibration | None, RelevanceFit | None]:
            encoder = self._encoder_loader(config)
            found = encoder.info.fingerprint
            if wanted is not None and found != wanted:
                raise _OtherWeightsError(found)
            return encoder, model_calibration(config, found), model_relevance(config, found)

        encoder, calibration, relevance = await run_in_daemon_thread("load", read)
        info = encoder.info
        settings = self._settings
        batcher = EncodeBatcher(
            encoder,
            waiting=settings.queue_length,
            max_batch=settings.batch_size,
            max_wait_s=settings.queue_wait_s,
            tell=self._tell_batch,
        )
        classes = ClassEmbeddingCache(settings.query_cache_bytes)
        engine = Engine(
            batcher,
            ZeroShotClassifier(info, calibration, classes),
            EmbeddingMemory(settings.query_cache_bytes),
            relevance,
            kept=KeptPictures(settings.kept_pictures, settings.kept_pictures_s),
        )
        self._loaded[info.fingerprint] = engine
        return engine


class _OtherWeightsError(Exception):
    """A model was loaded, and it is not the wanted one: .found"""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found
