"""GET /metrics against what was done to a service: figures, few labels, nothing of a client's."""

import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from app.access.key_store import KeyStore
from app.access.roles import Role
from app.metrics.readings import read_collections
from indexer.gate_result import Figure, GateResult
from indexer.searcher import current_record


def figures_of(client: httpx.Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample, by its name and labels, as Prometheus's own parser reads it."""
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def one(figures, name, **labels):
    return figures.get((f"sightline_{name}", frozenset(labels.items())))


def test_figures_tell_what_was_asked_and_how_it_ended(own_client, picture):
    for _ in range(2):
        assert own_client.get("/v1/search", params={"q": "red"}).status_code == 200
    own_client.post("/v1/search", files={"image": picture("blue")})
    own_client.get("/v1/search")
    own_client.get("/v1/secret-place/7")
    own_client.request("PATCH", "/v1/search")
    figures = figures_of(own_client)
    requests = "request_duration_seconds_count"
    assert one(figures, requests, method="GET", route="/v1/search", status="2xx") == 2
    assert one(figures, requests, method="POST", route="/v1/search", status="2xx") == 1
    assert one(figures, requests, method="GET", route="/v1/search", status="4xx") == 1
    assert one(figures, requests, method="GET", route="none", status="4xx") == 1
    assert one(figures, requests, method="other", route="none", status="4xx") == 1
    assert one(figures, "problems_total", code="invalid_request") == 1
    assert one(figures, "problems_total", code="not_found") == 1
    for stage in ("decode", "encode", "search", "metadata"):
        assert one(figures, "stage_duration_seconds_count", stage=stage) >= 3
    assert one(figures, "batch_inputs_sum", kind="texts") == 1
    assert one(figures, "batch_inputs_count", kind="pictures") == 1
    assert "secret" not in str(figures)


def test_figures_show_queues_caches_collections_and_jobs(own_client, library):
    for _ in range(2):
        own_client.get("/v1/search", params={"q": "red"})
    model = library.encoder.info.fingerprint
    figures = figures_of(own_client)
    looked_up = {"model": model, "cache": "questions"}
    assert one(figures, "cache_lookups_total", **looked_up, result="hit") == 1
    assert one(figures, "cache_lookups_total", **looked_up, result="miss") == 1
    assert one(figures, "queue_waiting", model=model) == 0
    assert one(figures, "threads_busy", group="lookup") == 0
    assert one(figures, "collection_generation", collection="default") == 1
    assert one(figures, "collection_pictures", collection="default") == 6
    assert one(figures, "collection_refused", collection="default") == 0
    assert one(figures, "jobs", state="queued") == 0
    assert one(figures, "ready") == 1
    assert [labels for name, labels in figures if name == "sightline_model_info"]


def test_figures_show_measured_recall_of_what_is_served(library):
    record = current_record(library.config())
    assert record is not None
    figure = Figure("texts", 10, 0.99, asked=200)
    gate = GateResult("ivf_rabitq", 8, 0.95, (figure,), ()).to_json()
    approximate = replace(record, layout=replace(record.layout, gate=gate))
    live: Any = SimpleNamespace(
        names=lambda: ["exact", "approximate", "broken"],
        searcher=lambda name: {
            "exact": SimpleNamespace(record=record),
            "approximate": SimpleNamespace(record=approximate),
        }.get(name),
        refusal=lambda name: "damaged" if name == "broken" else None,
    )
    readings = {reading.name: reading.values for reading in read_collections(live)}
    labels = {"collection": "approximate", "queries": "texts", "k": "10"}
    assert readings["collection_recall"] == [(labels, 0.99)]
    assert readings["collection_refused"][-1] == ({"collection": "broken"}, 1.0)
    assert len(readings["collection_pictures"]) == 2


def test_figures_are_for_keys_that_may_search(library, serving, settings_for):
    key = KeyStore(library.data_dir).create(Role.SEARCH, "prometheus")[1]
    with serving(settings_for(anonymous="none"), lambda _: library.encoder) as client:
        assert client.get("/metrics").status_code == 401
        client.headers["Authorization"] = f"Bearer {key}"
        figures = figures_of(client)
    assert one(figures, "problems_total", code="key_needed") == 1


def test_figures_are_there_while_the_service_starts(library, serving, settings_for):
    go = threading.Event()

    def slow(_):
        go.wait(20)
        return library.encoder

    with serving(settings_for(), slow, until_ready=False) as client:
        figures = figures_of(client)
        waiting = client.get("/readyz")
        go.set()
    assert one(figures, "ready") == 0
    assert (waiting.status_code, waiting.json()["code"]) == (503, "not_ready")
    assert "waiting for the model" in waiting.json()["detail"]
