"""What lives as long as the process: the encoder behind its batcher, the threads, the live
collections; and how far the start has got. Answers no request itself.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from app.batching import EncodeBatcher
from app.failures import NotReadyError
from app.live import LiveCollections
from app.settings import Settings
from app.threads import BoundedThreads, run_in_daemon_thread
from models.classifier import ZeroShotClassifier
from models.config import ModelConfig
from models.encoder import Encoder
from models.errors import ModelError
from models.loading import model_calibration

EncoderLoader = Callable[[ModelConfig], Encoder]

# Classifying waits for the model in a thread of its own, so that it never holds up a search.
_CLASSIFY_THREADS = 2


@dataclass(frozen=True, slots=True)
class Ready:
    """What exists once the model is loaded and the collections were looked at."""

    batcher: EncodeBatcher
    live: LiveCollections
    classifier: ZeroShotClassifier


class ServiceState:
    """Made by the app factory, begun and closed by its lifespan."""

    def __init__(self, settings: Settings, encoder_loader: EncoderLoader) -> None:
        self.settings = settings
        self.lookup = BoundedThreads("lookup", settings.lookup_threads, settings.queue_length)
        self.decode = BoundedThreads("decoding", settings.decode_threads(), settings.queue_length)
        self.classify = BoundedThreads("classifying", _CLASSIFY_THREADS, settings.queue_length)
        self.settled = asyncio.Event()
        self.failure: ModelError | None = None
        self._encoder_loader = encoder_loader
        self._waiting_for = "the model"
        self._ready: Ready | None = None
        self._background: asyncio.Task[None] | None = None

    @property
    def ready(self) -> Ready:
        """The loaded parts. Raises NotReadyError while they load, ModelError if they cannot."""
        if self._ready is not None:
            return self._ready
        if self.failure is not None:
            raise self.failure
        raise NotReadyError(self._waiting_for)

    def begin(self) -> None:
        """Load the model and open the collections, without waiting for either."""
        self._background = asyncio.get_running_loop().create_task(self._start_and_watch())

    async def _start_and_watch(self) -> None:
        settings = self.settings
        config = settings.model_choice()
        try:
            encoder = await run_in_daemon_thread("load", lambda: self._encoder_loader(config))
            calibration = model_calibration(config, encoder.info.fingerprint)
        except ModelError as error:
            self.failure = error
            self.settled.set()
            return
        self._waiting_for = "the collections"
        live = LiveCollections(settings, encoder.info.fingerprint)
        await live.look()
        batcher = EncodeBatcher(
            encoder, waiting=settings.queue_length, max_batch=settings.batch_size
        )
        self._ready = Ready(batcher, live, ZeroShotClassifier(encoder.info, calibration))
        self.settled.set()
        await live.watch()

    async def close(self) -> None:
        """Stop watching, close the collections, start nothing more."""
        if self._background is not None:
            self._background.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._background
        if self._ready is not None:
            self._ready.batcher.close()
            self._ready.live.close()
        for threads in (self.lookup, self.decode, self.classify):
            threads.close()
