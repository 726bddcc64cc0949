"""Traces: the spans of a question, nothing private in them, and nothing sent unless told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.span_export import traces_of
from app.tracing import Tracing

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def spans(monkeypatch) -> InMemorySpanExporter:
    """Where a service's spans go instead of over the network."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("app.main.traces_of", lambda *_: Tracing(provider, lambda: None))
    return exporter


def test_question_is_a_span_with_its_steps_below(spans, library, serving, settings_for, picture):
    with serving(settings_for(), lambda _: library.encoder) as client:
        client.post(
            "/v1/search",
            files={"image": picture("red")},
            data={"text": "a secret wish"},
            headers={"traceparent": f"00-{TRACE}-{PARENT}-01", "x-request-id": "abc-1"},
        )
        client.get("/v1/images/secret-id", params={"q": "a secret wish"})
    found = {span.name: span for span in spans.get_finished_spans()}
    asked = found["POST /v1/search"]
    assert f"{asked.context.trace_id:032x}" == TRACE
    assert f"{asked.parent.span_id:016x}" == PARENT
    assert asked.attributes["http.response.status_code"] == 200
    assert asked.attributes["sightline.request_id"] == "abc-1"
    for name in ("decode", "encode", "search", "metadata"):
        step = found[name]
        assert step.parent.span_id == asked.context.span_id
        assert asked.start_time <= step.end_time <= asked.end_time
    assert found["GET /v1/images/{image_id}"].attributes["http.response.status_code"] == 404
    assert "secret" not in " ".join(span.to_json() for span in found.values())


class _Taking(BaseHTTPRequestHandler):
    server: "Collector"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Says nothing."""


class Collector(HTTPServer):
    """Takes spans on loopback, and keeps them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.received: list[tuple[str, bytes]] = []


@contextmanager
def collecting() -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_collector_that_the_environment_names_is_sent_spans(
    library, serving, settings_for, monkeypatch
):
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    assert traces_of(settings_for(), "1") is None
    with collecting() as server:
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        settings = settings_for(shutdown_grace_s=60)
        with serving(settings, lambda _: library.encoder) as client:
            client.get("/healthz")
        (path, body) = server.received[0]
    assert path == "/v1/traces"
    assert b"GET /healthz" in body
    assert b"sightline" in body


def test_collector_address_must_be_one(settings_for):
    with pytest.raises(ValueError, match="http://localhost:4318"):
        settings_for(otlp_endpoint="localhost")
