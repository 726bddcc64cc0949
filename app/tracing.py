"""Requests and their steps as OpenTelemetry spans, for whoever has named a collector. What is said
of a request is its route, method, status and id: no address, no key, nothing of a question. Sends
nothing itself: `span_export` does, and only where it was told to.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from opentelemetry.trace import (
    SpanKind,
    StatusCode,
    TracerProvider,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import request_ids
from app.seen import seen_of
from app.threads import run_in_daemon_thread

logger = logging.getLogger("sightline")

_FAULT = 500
_NS_PER_S = 1_000_000_000


class Tracing:
    """Makes spans with a provider, and closes what sends them."""

    def __init__(self, provider: TracerProvider, shutdown: Callable[[], None]) -> None:
        self.tracer = provider.get_tracer("sightline")
        self._shutdown = shutdown

    def step(self, name: str, took_s: float) -> None:
        """A step of a request is over; it began so many seconds ago."""
        if get_current_span().is_recording():
            end_ns = time.time_ns()
            span = self.tracer.start_span(name, start_time=end_ns - int(took_s * _NS_PER_S))
            span.end(end_ns)

    async def close(self, within_s: float) -> None:
        """Send what is left, if that goes quickly."""
        try:
            async with asyncio.timeout(within_s):
                await run_in_daemon_thread("traces", self._shutdown)
        except TimeoutError:
            logger.warning("the last traces were not sent: the collector does not answer")


class TracedRequests:
    """A span for each request, below the caller's own where it names one (W3C Trace Context)."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app = app
        self._tracer = tracing.tracer
        self._propagator = TraceContextTextMapPropagator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"]
        with self._tracer.start_as_current_span(
            method,
            context=self._propagator.extract(dict(Headers(scope=scope))),
            kind=SpanKind.SERVER,
            record_exception=False,
        ) as span:

            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= _FAULT:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            try:
                await self._app(scope, receive, told)
            finally:
                route = seen_of(scope).get("route")
                span.set_attribute("http.request.method", method)
                span.set_attribute("sightline.request_id", request_ids.current() or "")
                if route is not None:
                    span.set_attribute("http.route", route)
                    span.update_name(f"{method} {route}")
