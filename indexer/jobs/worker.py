"""One job after the other, run with `index_collection`, in a process of its own.

A job that fails fails alone. Keeps the model of the last job, so that the next one begins at once.
Reads sources in a thread of its own, which may yield to everything else on the machine, and takes
in what clients put as quickly as it can. Queues what schedules are due, so that they need no
service. Prints nothing.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.errors import CollectionBusyError, IndexerError
from indexer.jobs.checkpoint import Checkpoint, RunStoppedError
from indexer.jobs.claims import LEASE_S, Claims
from indexer.jobs.records import Job
from indexer.jobs.schedules import Schedules
from indexer.jobs.store import JobStore
from indexer.progress import IndexSummary
from indexer.uploads.naming import UPLOADS
from models.config import ModelConfig
from models.encoder import Encoder
from models.errors import ModelError

logger = logging.getLogger("sightline")

# Somebody indexes the collection by hand: look again after this; for what clients put, soon.
_BUSY_DELAY_S = 5.0
_BUSY_UPLOADS_DELAY_S = 0.5
_BEATS_A_LEASE = 3


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """What a worker works with. `model_to_add` is the model that a collection has, whatever is
    configured: what clients put never changes it. `make_yield` is called once, in the thread that
    then reads sources.
    """

    data_dir: Path
    config_for: Callable[[str], IndexConfig]
    model_for: Callable[[IndexConfig], ModelConfig]
    load_encoder: Callable[[ModelConfig], Encoder]
    model_key: Callable[[ModelConfig], str]
    model_to_add: Callable[[IndexConfig], ModelConfig] | None = None
    make_yield: Callable[[], None] | None = None
    lease_s: float = LEASE_S
    poll_s: float = 0.25


class Worker:
    """Runs jobs until it is stopped; what clients put in the calling thread."""

    def __init__(self, setup: WorkerSetup, say: Callable[[str], None]) -> None:
        self._setup = setup
        self._say = say
        self._store = JobStore(setup.data_dir)
        self._schedules = Schedules(setup.data_dir)
        self._claims = Claims(self._store, setup.lease_s)
        self._stop = threading.Event()
        self._reading = ThreadPoolExecutor(
            1, thread_name_prefix="reading", initializer=setup.make_yield
        )
        self._loaded: tuple[ModelConfig, Encoder] | None = None

    def stop(self) -> None:
        """End after the batch that is being read; may be called from a signal handler."""
        self._stop.set()

    def warm(self, collection: str) -> None:
        """Load the model that pictures would be added to a collection with; a failure waits for the
        job that needs it.
        """
        try:
            config = self._setup.config_for(collection)
            self._encoder((self._setup.model_to_add or self._setup.model_for)(config))
        except (IndexerError, ModelError) as error:
            self._say(f"the model cannot be loaded yet: {error}")

    def run(self, idle_exit_s: float | None = None) -> int:
        """Work until stopped, or until there was nothing to do for so long. Returns how many jobs
        were run.
        """
        count = 0
        idle_since_s = time.monotonic()
        try:
            while not self._stop.is_set():
                self._schedules.queue_due()
                job = self._claims.claim()
                if job is not None:
                    self._say(f"job {job.job_id}: indexing {job.collection}")
                    self._say(f"job {job.job_id}: {self._work(job)}")
                    count += 1
                    idle_since_s = time.monotonic()
                    continue
                idle_s = time.monotonic() - idle_since_s
                if idle_exit_s is not None and idle_s >= idle_exit_s:
                    break
                self._stop.wait(self._setup.poll_s)
        finally:
            self._reading.shutdown()
            self._schedules.close()
            self._store.close()
        return count

    def _work(self, job: Job) -> str:
        """Run one job to whatever end. Returns what became of it, in words."""
        claims = self._claims
        try:
            with _heartbeat(claims, job):
                summary = self._index_in_its_thread(job)
        except RunStoppedError as stopped:
            return self._stopped(job, stopped)
        except CollectionBusyError as error:
            delay_s = _BUSY_UPLOADS_DELAY_S if job.parameters.uploads else _BUSY_DELAY_S
            claims.give_back(job, str(error), delay_s)
            return "waits, because " + str(error)
        except (IndexerError, ModelError) as error:
            claims.fail(job, str(error))
            return f"failed: {error}"
        except Exception as error:
            logger.error("job %d: %s", job.job_id, error, exc_info=error)
            kind = type(error).__name__
            claims.fail(job, f"something unforeseen ({kind}): the worker's log says more")
            return f"failed: {error}"
        claims.finish(job, {**asdict(summary), "rate": summary.rate})
        return "done"

    def _stopped(self, job: Job, stopped: RunStoppedError) -> str:
        if stopped.why == "stop":
            self._claims.give_back(job, "its worker was stopped; the job goes on with the next one")
            return "given back"
        if stopped.why == "yield":
            self._claims.give_back(job, "it goes on when what clients put is taken in")
            return "lets pass what clients put"
        if stopped.why != "lost":
            self._claims.halt(job, stopped.why)
        return {"pause": "paused", "cancel": "cancelled", "lost": "taken by another worker"}[
            stopped.why
        ]

    def _index_in_its_thread(self, job: Job) -> IndexSummary:
        if job.parameters.uploads:
            return self._index(job)
        return self._reading.submit(self._index, job).result()

    def _index(self, job: Job) -> IndexSummary:
        wanted = job.parameters
        config = self._setup.config_for(job.collection)
        model = self._model_for(job, config)
        if wanted.model is not None:
            model = replace(model, model_name=wanted.model, pretrained=None)
        return index_collection(
            config,
            [UPLOADS] if wanted.uploads else wanted.sources,
            model_key=self._setup.model_key(model),
            load_encoder=lambda: self._encoder(model),
            progress=Checkpoint(self._claims, job, self._stop.is_set),
            retry_skipped=wanted.retry_skipped,
            allow_empty=wanted.allow_empty,
            remove=wanted.remove,
            rebuild=wanted.rebuild,
        )

    def _model_for(self, job: Job, config: IndexConfig) -> ModelConfig:
        if job.parameters.uploads and self._setup.model_to_add is not None:
            return self._setup.model_to_add(config)
        return self._setup.model_for(config)

    def _encoder(self, model: ModelConfig) -> Encoder:
        if self._loaded is None or self._loaded[0] != model:
            self._loaded = None  # two large models at once may be one too many
            self._loaded = (model, self._setup.load_encoder(model))
        return self._loaded[1]


@contextmanager
def _heartbeat(claims: Claims, job: Job) -> Iterator[None]:
    """Renew the lease from a thread, however long a batch, a load or a publication takes."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(claims.lease_s / _BEATS_A_LEASE) and claims.renew(job):
            pass

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
