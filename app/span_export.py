"""Spans → a collector, over OTLP and HTTP, in batches from a thread of its own. The only place that
knows OpenTelemetry's SDK, which is the optional extra `otel`. Without an endpoint it does nothing.
"""

import logging

from app.settings import Settings, traces_endpoint
from app.tracing import Tracing

logger = logging.getLogger("sightline")

_TIMEOUT_S = 5.0


def traces_of(settings: Settings, version: str) -> Tracing | None:
    """What makes spans, if the settings or the environment name a collector, and the extra is
    installed; what else OpenTelemetry's variables say (headers, sampling, names) holds.
    """
    endpoint = traces_endpoint(settings)
    if not endpoint:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        logger.warning(
            "no traces are sent to %s: that needs OpenTelemetry (pip install 'sightline[otel]')",
            endpoint,
        )
        return None
    ours = Resource({"service.name": "sightline", "service.version": version})
    provider = TracerProvider(
        resource=ours.merge(OTELResourceDetector().detect()), shutdown_on_exit=False
    )
    address = f"{endpoint.rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(endpoint=address, timeout=_TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Tracing(provider, provider.shutdown)
