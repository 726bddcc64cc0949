"""What lives as long as the process: the loaded models, the threads, the live collections; and how
far the start has got. Answers no request itself.
"""

import asyncio
import contextlib
from dataclasses import dataclass

from app.duplicate_desk import DuplicateDesk
from app.engines import EncoderLoader, Engines
from app.failures import NotReadyError, OverloadedError
from app.follower import Follower
from app.job_desk import JobDesk
from app.live import LiveCollections
from app.metrics.recorder import Metrics
from app.settings import Settings
from app.stopwatch import Stopwatch
from app.threads import BoundedThreads
from app.tracing import Tracing
from app.upload_desk import UploadDesk
from app.url_pictures import picture_fetcher
from app.vocabulary_shelf import VocabularyShelf
from models.errors import ModelError

# Classifying waits for the model in a thread of its own, so that it never holds up a search.
_CLASSIFY_THREADS = 2
# Object stores are slow, and sometimes silent: who waits for one never holds up a search either.
_FETCH_THREADS = 4
_FIGURES_WAITING = 4  # who asks more often than they are made is told so


@dataclass(frozen=True, slots=True)
class Ready:
    """What exists once the model is loaded and the collections were looked at."""

    live: LiveCollections


class ServiceState:
    """Made by the app factory, begun and closed by its lifespan."""

    def __init__(
        self, settings: Settings, encoder_loader: EncoderLoader, tracing: Tracing | None = None
    ) -> None:
        self.settings = settings
        self.tracing = tracing
        self.metrics = Metrics()
        self.lookup = _threads(settings, "lookup", settings.lookups_at_a_time())
        self.decode = _threads(settings, "decoding", settings.decode_threads())
        self.fetch = _threads(settings, "originals", _FETCH_THREADS)
        self.classify = _threads(settings, "classifying", _CLASSIFY_THREADS)
        # Figures are wanted most when everything else is full.
        self.figures = BoundedThreads("figures", 1, _FIGURES_WAITING)
        self.outside = picture_fetcher(settings, self.metrics.fetch)
        self.duplicates = DuplicateDesk(settings)
        self.vocabularies = VocabularyShelf(settings.data_dir)
        self.desk = JobDesk(settings)
        self.uploads = UploadDesk(settings, self.desk.board)
        self.cursor_key: bytes | None = None  # read when the first question comes
        self.settled = asyncio.Event()
        self.failure: ModelError | None = None
        self._engines = Engines(settings, encoder_loader, self.metrics.batch)
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

    @property
    def is_ready(self) -> bool:
        """Whether the parts are loaded."""
        return self._ready is not None

    def stopwatch(self) -> Stopwatch:
        """For one question; its steps count among the service's figures and traces."""
        return Stopwatch(self._step_over)

    def _step_over(self, name: str, took_s: float) -> None:
        self.metrics.stage(name, took_s)
        if self.tracing is not None:
            self.tracing.step(name, took_s)

    def begin(self) -> None:
        """Load the model and open the collections, without waiting for either."""
        self._background = asyncio.get_running_loop().create_task(self._start_and_watch())
        self.desk.begin()

    async def _start_and_watch(self) -> None:
        with contextlib.suppress(OverloadedError):  # then puts come, and the job with them
            await self.uploads.threads.run(self.uploads.take_up)
        try:
            configured = await self._engines.configured()
        except ModelError as error:
            self.failure = error
            self.settled.set()
            return
        self._waiting_for = "the collections and their models"
        live = LiveCollections(self.settings, self._engines, configured)
        follower = Follower(self.settings, self._engines, live)
        try:
            await follower.look()
            await follower.settled()
            self._ready = Ready(live)
            self.settled.set()
            await follower.watch()
        finally:
            follower.close()
            live.close()

    async def close(self) -> None:
        """Stop watching, close the collections, start nothing more."""
        self.uploads.close()
        await self.desk.close()
        if self._background is not None:
            self._background.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._background
        self._engines.close()
        self.duplicates.close()
        self.outside.close()
        for threads in (self.lookup, self.decode, self.fetch, self.classify, self.figures):
            threads.close()


def _threads(settings: Settings, name: str, threads: int) -> BoundedThreads:
    return BoundedThreads(name, threads, settings.queue_length, settings.queue_wait_s)
