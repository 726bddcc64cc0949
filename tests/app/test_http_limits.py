"""Heads of requests that are too large or too slow, over a raw socket; and bodies that are odd."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from app import http_limits
from app.http_limits import MAX_HEAD_BYTES, MAX_HEADERS, MAX_URL_BYTES, LimitedHttp


async def _hello(scope, receive, send) -> None:
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture(scope="module", params=["asyncio", "uvloop"])
def address(request) -> Iterator[tuple[str, int]]:
    """Where a server with our protocol listens."""
    config = uvicorn.Config(
        _hello, http=LimitedHttp, loop=request.param, ws="none", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    bound = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    yield bound.getsockname()[:2]
    server.should_exit = True
    thread.join(20)
    bound.close()


def _said(address: tuple[str, int], *parts: bytes) -> bytes:
    """What comes back until the server closes, or has answered what it keeps open."""
    with socket.create_connection(address, 20) as connection:
        connection.settimeout(20)
        try:
            for part in parts:
                connection.sendall(part)
            said = b""
            while chunk := connection.recv(65536):
                said += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
        return said


END = b"Connection: close\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n",
        b"GET /" + b"a" * (MAX_URL_BYTES - 10) + b" HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * (MAX_HEADERS - 1),
        b"GET / HTTP/1.1\r\nX: " + b"y" * (MAX_HEAD_BYTES - 1000) + b"\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 0\r\n",
    ],
)
def test_heads_within_the_limits_are_answered(address, head: bytes):
    assert _said(address, head + END).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * MAX_URL_BYTES + b" HTTP/1.1\r\n" + END,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * MAX_HEADERS + END,
        b"GET / HTTP/1.1\r\nX: " + b"y" * MAX_HEAD_BYTES + b"\r\n" + END,
        b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 4 * MAX_HEAD_BYTES,  # and no end of it
    ],
)
def test_heads_over_the_limits_are_refused(address, head: bytes):
    said = _said(address, head)
    assert said == b"" or said.startswith(b"HTTP/1.1 431")  # the answer may be lost in the reset


def test_bodies_do_not_count_as_heads(address):
    head = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n" % (8 * MAX_HEAD_BYTES)
    assert _said(address, head + END, b"x" * 8 * MAX_HEAD_BYTES).startswith(b"HTTP/1.1 200")


def test_second_request_of_a_connection_has_the_same_limits(address):
    with socket.create_connection(address, 20) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")
        said = b""
        while not said.endswith(b"ok"):
            said += connection.recv(65536)
        connection.sendall(b"GET /" + b"a" * MAX_URL_BYTES + b" HTTP/1.1\r\n" + END)
        assert connection.recv(65536).startswith(b"HTTP/1.1 431")


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nX: y\r\n"])
def test_head_that_does_not_come_is_not_waited_for(address, begun: bytes, monkeypatch):
    monkeypatch.setattr(http_limits, "HEAD_S", 0.2)
    began = time.monotonic()
    assert _said(address, begun) == b""
    assert time.monotonic() - began < 20


def test_odd_requests_are_refused_and_the_service_goes_on(address):
    for odd in (b"\x16\x03\x01\x02", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 100):
        assert _said(address, odd + b"\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert _said(address, b"GET / HTTP/1.1\r\n" + END).startswith(b"HTTP/1.1 200")
