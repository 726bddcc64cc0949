"""uvicorn's HTTP protocol with limits that it leaves to a proxy: how long and how large the head of
a request may be. What is over them is answered 431 or cut off. Reads no body and knows no route.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.errors import PROBLEM_TYPE
from app.schemas import Problem

MAX_HEAD_BYTES = 64 * 1024  # a long filter in the address, and whatever proxies add
MAX_URL_BYTES = 32 * 1024  # 20,000 characters of a filter, escaped where need be
MAX_HEADERS = 100
HEAD_S = 20.0  # a slow line sends a head within seconds; who drips it wants to hold the place
_TOO_LARGE = (
    Problem(
        type="urn:sightline:error:head_too_large",
        title="Head too large",
        status=431,
        detail="the head of the request is too large; send long questions as a body, by POST",
        code="head_too_large",
    )
    .model_dump_json(exclude_none=True)
    .encode()
)


class _HeadTooLargeError(Exception):
    """Tells the parser to stop."""


class LimitedHttp(HttpToolsProtocol):
    """One connection."""

    _head_bytes = 0
    _messages = 0
    _in_head = True
    _too_large = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A head must follow in time."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head, also before its parts are told apart."""
        if self._in_head and self._deadline is None:
            self._await_head()
        messages = self._messages
        super().data_received(data)
        # What came with the end of a body is not counted: it was read in one piece, once.
        if self._in_head and messages == self._messages and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._too_large = True
                self.send_400_response("")

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        super().on_url(url)
        self._check(len(self.url) > MAX_URL_BYTES)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, whole."""
        super().on_header(name, value)
        size = sum(len(one) + len(text) for one, text in self.headers)
        self._check(len(self.headers) > MAX_HEADERS or size > MAX_HEAD_BYTES)

    def on_headers_complete(self) -> None:
        """The head is here; the rest is the service's."""
        self._stop_waiting()
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next thing to come is a head."""
        super().on_message_complete()
        self._in_head = True
        self._head_bytes = 0
        self._messages += 1

    def send_400_response(self, msg: str) -> None:
        """What cannot be read is answered 400, what is too large 431."""
        if not self._too_large:
            super().send_400_response(msg)
            return
        self.transport.write(
            STATUS_LINE[431]
            + f"content-type: {PROBLEM_TYPE}\r\nconnection: close\r\n".encode()
            + b"content-length: %d\r\n\r\n" % len(_TOO_LARGE)
            + _TOO_LARGE
        )
        self.transport.close()

    def _check(self, too_large: bool) -> None:
        if too_large:
            self._too_large = True
            raise _HeadTooLargeError  # the parser stops and calls it an error of its own

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(HEAD_S, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self._in_head and not self.transport.is_closing():
            self.transport.close()
