"""What is read off the service when somebody asks for its figures: queues, caches, collections,
models. Takes microseconds, on the event loop's thread. Counts nothing itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from app.engine import Engine
from app.failures import NotReadyError
from app.index_schemas import index_info
from app.live import LiveCollections
from app.state import ServiceState
from indexer.jobs.records import JobState
from models.errors import ModelError

Labels = dict[str, str]


@dataclass(slots=True)
class Reading:
    """One figure at one moment, for each set of labels."""

    name: str
    text: str
    counts: bool = False  # whether it only ever grows
    values: list[tuple[Labels, float]] = field(default_factory=list)

    def add(self, value: float, **labels: str) -> None:
        """The figure for these labels."""
        self.values.append((labels, float(value)))

    def family(self) -> Metric:
        """As the library has it."""
        names = list(self.values[0][0])
        kind = CounterMetricFamily if self.counts else GaugeMetricFamily
        family = kind(f"sightline_{self.name}", self.text, labels=names)
        for labels, value in self.values:
            family.add_metric(list(labels.values()), value)
        return family


def read_service(state: ServiceState, version: str) -> list[Reading]:
    """All figures of this moment; those of models and collections once there are any."""
    build = Reading("build_info", "The version that runs.")
    build.add(1, version=version)
    ready = Reading("ready", "Whether questions can be answered.")
    readings = [build, ready, *_threads(state), *_desk(state)]
    try:
        live = state.ready.live
    except (NotReadyError, ModelError):
        ready.add(0)
    else:
        ready.add(1)
        readings += [*_models(live, state.settings.queue_length), *read_collections(live)]
    return [reading for reading in readings if reading.values]


def _threads(state: ServiceState) -> Iterator[Reading]:
    busy = Reading("threads_busy", "Pieces of work that run or wait, by group of threads.")
    room = Reading("threads_room", "How many may run or wait before requests are refused.")
    groups = (
        state.lookup,
        state.decode,
        state.fetch,
        state.classify,
        state.desk.threads,
        state.duplicates.threads,
    )
    for group in groups:
        busy.add(group.busy, group=group.name)
        room.add(group.room, group=group.name)
    yield busy
    yield room


def _desk(state: ServiceState) -> Iterator[Reading]:
    streams = Reading("event_streams", "Clients that follow a job.")
    streams.add(state.desk.open_streams)
    yield streams


def _models(live: LiveCollections, queue_length: int) -> Iterator[Reading]:
    info = Reading("model_info", "The loaded models.")
    waiting = Reading("queue_waiting", "Requests that wait for the model.")
    room = Reading("queue_room", "How many may wait before requests are refused.")
    lookups = Reading(
        "cache_lookups", "Embeddings that were looked for among those of before.", counts=True
    )
    size = Reading("cache_bytes", "Memory of the embeddings that are remembered.")
    for engine, _ in live.models():
        model = engine.info.fingerprint
        info.add(1, **_described(engine))
        waiting.add(engine.batcher.waiting, model=model)
        room.add(queue_length, model=model)
        memory, classes = engine.memory, engine.classifier.cache
        for cache, held in (("questions", memory), ("classes", classes)):
            lookups.add(held.hits, model=model, cache=cache, result="hit")
            lookups.add(held.misses, model=model, cache=cache, result="miss")
            size.add(held.size_bytes, model=model, cache=cache)
    yield from (info, waiting, room, lookups, size)


def _described(engine: Engine) -> Labels:
    info = engine.info
    return {
        "model": info.fingerprint,
        "model_name": info.model_name,
        "pretrained": info.pretrained or "",
        "device": info.device,
        "precision": info.precision,
        "dim": str(info.dim),
    }


def read_collections(live: LiveCollections) -> Iterator[Reading]:
    """The collections: what is served of each, and what it was measured to find."""
    generation = Reading("collection_generation", "The number of the generation that is served.")
    pictures = Reading("collection_pictures", "Pictures in the generation that is served.")
    index = Reading("collection_index_info", "What is searched, and with which model.")
    recall = Reading(
        "collection_recall",
        "recall@k of the index against exact search, as measured before it was published; "
        "an exact index has none, as it misses nothing.",
    )
    refused = Reading("collection_refused", "Whether its newest generation is not served.")
    for name in live.names():
        refused.add(live.refusal(name) is not None, collection=name)
        searcher = live.searcher(name)
        if searcher is None:
            continue
        record = searcher.record
        found = index_info(record)
        generation.add(record.generation, collection=name)
        pictures.add(record.item_count, collection=name)
        index.add(1, collection=name, kind=found.kind, model=record.fingerprint)
        for figure in found.figures:
            k = str(figure.k)
            recall.add(figure.recall, collection=name, queries=figure.queries, k=k)
    yield from (generation, pictures, index, recall, refused)


def job_reading(counts: Mapping[JobState, int]) -> Reading:
    """How many jobs are in which state."""
    jobs = Reading("jobs", "Jobs on record, by state.")
    for state, count in counts.items():
        jobs.add(count, state=state)
    return jobs
