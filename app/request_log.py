"""One line in the log for each request: who, what, how it ended, how long it took. Never a key, a
picture, a header or a body; the words of a question only if the settings say so. Plain ASGI.
"""

import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import request_ids
from app.access.callers import Caller
from app.metrics.recorder import Metrics
from app.seen import begin, seen_of

logger = logging.getLogger("sightline.requests")

_NOBODY = Caller("unknown", None)
_GONE = 499  # as nginx has it: the client left before there was an answer
_MAX_QUERY_CHARS = 1000


class RequestLog:
    """Gives each request its id; when it is answered, writes its line and counts it."""

    def __init__(self, app: ASGIApp, *, queries: bool, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._queries = queries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_ids.begin(Headers(scope=scope).get(request_ids.HEADER))
        begin(scope)
        began = time.perf_counter()
        status, sent_bytes = _GONE, 0

        async def told(message: Message) -> None:
            nonlocal status, sent_bytes
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[request_ids.HEADER] = request_id
            elif message["type"] == "http.response.body":
                sent_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            took_s = time.perf_counter() - began
            self._count(scope, status, took_s)
            self._write(scope, request_id, status, took_s * 1000, sent_bytes)

    def _count(self, scope: Scope, status: int, took_s: float) -> None:
        seen = seen_of(scope)
        self._metrics.request(scope["method"], seen.get("route"), status, took_s)
        if "code" in seen:
            self._metrics.problem(seen["code"], seen.get("full"))

    def _write(
        self, scope: Scope, request_id: str, status: int, ms: float, sent_bytes: int
    ) -> None:
        if not logger.isEnabledFor(logging.INFO):
            return
        seen = seen_of(scope)
        caller: Caller = seen.get("caller", _NOBODY)
        facts: dict[str, object] = {
            "request_id": request_id,
            "method": scope["method"],
            "route": seen.get("route"),
            "status": status,
            "ms": round(ms, 1),
            "bytes": sent_bytes,
            "key": caller.key.key_id if caller.key else None,
            "address": caller.address,
        }
        if self._queries and scope["query_string"]:
            facts["query"] = scope["query_string"].decode("latin-1")[:_MAX_QUERY_CHARS]
        logger.info("request", extra={"facts": facts})
