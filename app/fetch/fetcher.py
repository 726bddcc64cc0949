"""A URL → the bytes behind it: one GET, at most three redirects, each checked anew; within one time
for everything and one size while reading. No cookies, no proxies, no compression, no name of ours
but that of the program. What the bytes are is the decoder's to find out.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

import httpcore2

from app.failures import AppError, OverloadedError
from app.fetch.connecting import CheckedConnections
from app.fetch.failures import (
    FetchOffError,
    UrlRefusedError,
    UrlTooLargeError,
    UrlTooSlowError,
    UrlUnreachableError,
)
from app.fetch.names import Names, SystemNames
from app.fetch.plain_urls import PlainUrl, plain_url
from app.fetch.reach import Reach

logger = logging.getLogger("sightline.fetch")

MAX_REDIRECTS = 3
MAX_AT_ONCE = 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_RETRY_AFTER_S = 2


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What may be fetched. `hosts` are names, or patterns such as `*.example.org`; none: any."""

    on: bool
    hosts: tuple[str, ...] = ()
    ports: frozenset[int] = frozenset()
    timeout_s: float = 10.0
    max_bytes: int = 32 * 2**20


class PictureFetcher:
    """Fetches pictures, as its rules allow."""

    def __init__(
        self,
        rules: FetchRules,
        *,
        names: Names | None = None,
        reach: Reach | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`tell` hears how each fetch ended: `fetched`, or the name of an error."""
        self._rules = rules
        self._tell = tell
        self._names = names or SystemNames()
        self._connections = CheckedConnections(self._names, reach or Reach())
        self._tls = ssl.create_default_context() if rules.on else None
        self._busy = 0

    async def fetch(self, url: str) -> bytes:
        """The bytes behind a URL. Raises FetchError's kinds and OverloadedError."""
        outcome = "left"  # by whoever waited for it
        try:
            data = await self._fetch(url)
            outcome = "fetched"
        except AppError as error:
            outcome = type(error).__name__
            raise
        finally:
            self._tell(outcome)
        return data

    async def _fetch(self, url: str) -> bytes:
        if not self._rules.on:
            raise FetchOffError
        where = self._allowed(plain_url(url, self._rules.ports))
        if self._busy >= MAX_AT_ONCE:
            raise OverloadedError("pictures from elsewhere", _RETRY_AFTER_S)
        self._busy += 1
        try:
            async with asyncio.timeout(self._rules.timeout_s):
                return await self._follow(where)
        except (TimeoutError, httpcore2.TimeoutException) as error:
            logger.info("%s: too slow", where.host)
            raise UrlTooSlowError(self._rules.timeout_s) from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError, ValueError) as error:
            # `ValueError`: headers and addresses that the libraries cannot read.
            logger.info("%s: %s", where.host, type(error).__name__)
            raise UrlUnreachableError from error
        finally:
            self._busy -= 1

    def close(self) -> None:
        """Start nothing more."""
        self._names.close()

    async def _follow(self, where: PlainUrl) -> bytes:
        for _ in range(1 + MAX_REDIRECTS):
            answer = await self._ask(where)
            if isinstance(answer, bytes):
                return answer
            where = self._allowed(answer)
        raise UrlRefusedError(f"more than {MAX_REDIRECTS} redirects")

    async def _ask(self, where: PlainUrl) -> bytes | PlainUrl:
        """One request: the bytes, or where they are. A new connection each time, closed after."""
        async with (
            httpcore2.AsyncConnectionPool(
                ssl_context=self._tls,
                max_connections=1,
                max_keepalive_connections=0,
                network_backend=self._connections,
            ) as pool,
            pool.stream("GET", _library_url(where), headers=_headers(where)) as answer,
        ):
            headers = {name.lower(): value for name, value in answer.headers}
            if answer.status in _REDIRECTS and b"location" in headers:
                return where.joined(headers[b"location"].decode("latin-1"), self._rules.ports)
            if answer.status != _OK or headers.get(b"content-encoding", b"identity") != b"identity":
                raise UrlUnreachableError
            return await self._read(answer, headers.get(b"content-length", b""))

    async def _read(self, answer: httpcore2.Response, declared: bytes) -> bytes:
        limit = self._rules.max_bytes
        if declared.isdigit() and int(declared) > limit:
            raise UrlTooLargeError(limit)
        data = bytearray()
        async for chunk in answer.aiter_stream():
            data += chunk
            if len(data) > limit:
                raise UrlTooLargeError(limit)
        return bytes(data)

    def _allowed(self, where: PlainUrl) -> PlainUrl:
        hosts = self._rules.hosts
        if hosts and not any(fnmatchcase(where.host, pattern) for pattern in hosts):
            raise UrlRefusedError(f"nothing is fetched from {where.host}")
        return where


def _library_url(where: PlainUrl) -> httpcore2.URL:
    return httpcore2.URL(
        scheme=where.scheme.encode(),
        host=where.host.encode(),
        port=where.port,
        target=where.target.encode(),
    )


def _headers(where: PlainUrl) -> list[tuple[bytes, bytes]]:
    return [
        (b"Host", where.authority.encode()),
        (b"User-Agent", b"Sightline (fetches a picture that somebody searches with)"),
        (b"Accept", b"image/*"),
        (b"Accept-Encoding", b"identity"),
        (b"Connection", b"close"),
    ]
