"""What is counted and timed while it happens: requests, stages, batches, problems, fetches.

One registry for each app, so that two apps of a process never mix. Labels are route templates and
names from tables of ours, never anything that a client chose. Reads nothing off the service.
"""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

# Seconds: a cached question takes one or two milliseconds, a picture's decoding tens of them.
_REQUEST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_STAGE_S = (0.0005, *_REQUEST_S)
_BATCH_INPUTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_NO_ROUTE = "none"  # whatever strangers ask for that is not there


class Metrics:
    """Safe to tell from any thread."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = _histogram(
            registry,
            "request_duration_seconds",
            "Whole requests, from the first byte of the head to the last of the answer.",
            _REQUEST_S,
            ("method", "route", "status"),
        )
        self._stages = _histogram(
            registry,
            "stage_duration_seconds",
            "Steps of questions; one that is taken twice counts twice.",
            _STAGE_S,
            ("stage",),
        )
        inputs = "Texts or pictures that the model encoded together."
        self._batch_inputs = _histogram(registry, "batch_inputs", inputs, _BATCH_INPUTS, ("kind",))
        took = "Time that the model took for a batch."
        self._batch_s = _histogram(registry, "batch_duration_seconds", took, _STAGE_S, ("kind",))
        self._problems = _counter(
            registry, "problems", "Requests that ended with a problem, by its code.", "code"
        )
        self._overloads = _counter(
            registry, "overloads", "Requests that were refused because a queue was full.", "what"
        )
        self._fetches = _counter(
            registry, "fetches", "Pictures that were fetched by URL, by how that ended.", "outcome"
        )
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)

    def request(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """A request was answered, or its client has left (499)."""
        self._requests.labels(
            method if method in _METHODS else "other", route or _NO_ROUTE, f"{status // 100}xx"
        ).observe(seconds)

    def stage(self, name: str, seconds: float) -> None:
        """A step of a question is done."""
        self._stages.labels(name).observe(seconds)

    def batch(self, kind: str, inputs: int, seconds: float) -> None:
        """The model has encoded a batch of `texts` or `pictures`."""
        self._batch_inputs.labels(kind).observe(inputs)
        self._batch_s.labels(kind).observe(seconds)

    def problem(self, code: str, full: str | None) -> None:
        """A request ended with a problem, perhaps because this queue was full."""
        self._problems.labels(code).inc()
        if full is not None:
            self._overloads.labels(full).inc()

    def fetch(self, outcome: str) -> None:
        """A picture was fetched by URL (`fetched`), or not: the name of the error's class."""
        self._fetches.labels(outcome).inc()


def _histogram(
    registry: CollectorRegistry,
    name: str,
    text: str,
    buckets: Sequence[float],
    labels: Sequence[str],
) -> Histogram:
    return Histogram(f"sightline_{name}", text, labels, buckets=buckets, registry=registry)


def _counter(registry: CollectorRegistry, name: str, text: str, label: str) -> Counter:
    return Counter(f"sightline_{name}", text, (label,), registry=registry)
