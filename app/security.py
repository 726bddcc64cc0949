"""What stands before every request: the host check, the body limit, the response headers, and the
last catch. Plain ASGI, a few microseconds each. Knows no route.
"""

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import error_response
from app.failures import BodyTooLargeError, HostNotAllowedError
from app.listening import is_loopback

logger = logging.getLogger("sightline")

# The page brings everything itself: no foreign script, style, font or frame, no inline script, and
# no text that becomes markup.
PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
# The reference is markup and a style; it runs nothing and asks for nothing.
REFERENCE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
# Answers and pictures that somebody opens by themselves: nothing in them may do anything.
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
# As the OWASP Secure Headers Project advises. Strict-Transport-Security is left to what speaks
# HTTPS in front: over HTTP browsers ignore it.
RESPONSE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "accelerometer=(), autoplay=(), camera=(), display-capture=(), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
    "publickey-credentials-get=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=()",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Cache-Control": "no-store",
}
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def allowed_names(host: str, configured: str) -> frozenset[str] | None:
    """The host names to answer to; None for any."""
    names = frozenset(name.strip().lower() for name in configured.split(",") if name.strip())
    if "*" in names:
        return None
    if names:
        return names | LOCAL_NAMES
    return LOCAL_NAMES | {host.lower()} if is_loopback(host) else None


class HostCheck:
    """Answers to its own names only: a foreign page that points its own name at this machine (DNS
    rebinding) is turned away, because a browser sends the page's name in Host.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str] | None) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._names is None:
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        name = host.lower()
        if not name.endswith("]"):  # else an IPv6 address without a port
            name = name.rpartition(":")[0] or name
        if name not in self._names:
            await error_response(HostNotAllowedError(host), scope)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuses a body that is declared too large without reading it, and stops reading one that
    turns out to be.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > self._max_bytes:
            error = BodyTooLargeError(self._max_bytes)
            await error_response(error, scope)(scope, receive, send)
            return
        read_bytes = 0

        async def limited() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > self._max_bytes:
                raise BodyTooLargeError(self._max_bytes)
            return message

        await self._app(scope, limited, send)


class Guard:
    """Adds the response headers, and answers what nobody else has caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", _policy(scope, headers))
                for name, value in RESPONSE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            # HEAD is GET without the body, and the server leaves the body out by itself.
            head = scope["method"] == "HEAD"
            await self._app({**scope, "method": "GET"} if head else scope, receive, guarded)
        except Exception as error:  # the request boundary
            if started:
                logger.error("%s: the answer broke off: %s", scope["path"], error, exc_info=error)
                raise
            await error_response(error, scope)(scope, receive, guarded)


def _policy(scope: Scope, headers: MutableHeaders) -> str:
    if not headers.get("content-type", "").startswith("text/html"):
        return DATA_POLICY
    return REFERENCE_POLICY if scope["path"] == "/docs" else PAGE_POLICY
