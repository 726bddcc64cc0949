"""The other side: a server on this machine that behaves well or badly by path, names that resolve
as a test wants them, and a count of every connection that this process makes.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_network
from typing import Any

from app.fetch.fetcher import FetchRules, PictureFetcher
from app.fetch.reach import Reach

BENIGN = "127.0.0.77"  # an address of this machine that tests allow, and nothing else uses
PICTURE = b"\x89PNG the bytes of a picture"


class StandInNames:
    """Answers for names, one list after the other; the last one stays."""

    def __init__(self, answers: dict[str, list[list[str]]]) -> None:
        self._answers = {name: list(lists) for name, lists in answers.items()}
        self.asked: list[str] = []

    async def addresses(self, name: str, port: int) -> list[str]:
        self.asked.append(name)
        if name not in self._answers:
            raise OSError("no such name")
        lists = self._answers[name]
        return lists.pop(0) if len(lists) > 1 else lists[0]

    def close(self) -> None:
        """Nothing is open."""


class FarSide:
    """A raw HTTP server: what it was asked, and how many asked."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.port = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head)
            path = head.split(b" ")[1].decode()
            await self._answer(path, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        kind, _, rest = path.lstrip("/").partition("/")
        if kind == "to":  # /to/STATUS/where
            status, _, where = rest.partition("/")
            writer.write(f"HTTP/1.1 {status} Go\r\nLocation: {where}\r\n\r\n".encode("latin-1"))
        elif kind == "endless":
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                await writer.drain()
        elif kind == "drip":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            await _drip(writer, b"x")
        elif kind == "drip-head":
            writer.write(b"HTTP/1.1 200 OK\r\n")
            await _drip(writer, b"X-Slow: yes\r\n")
        elif kind == "early":
            while True:
                writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                await writer.drain()
                await asyncio.sleep(0.005)
        elif kind == "silent":
            await asyncio.sleep(30)
        else:
            writer.write(ANSWERS[kind])
        await writer.drain()

    @asynccontextmanager
    async def running(self, host: str = BENIGN) -> AsyncIterator["FarSide"]:
        """Listens on a free port of the address."""
        server = await asyncio.start_server(self._serve, host, self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()


async def _drip(writer: asyncio.StreamWriter, drop: bytes) -> None:
    while True:
        writer.write(drop)
        await writer.drain()
        await asyncio.sleep(0.01)


def plain(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


ANSWERS = {
    "picture": plain(PICTURE, b"Set-Cookie: a=b", b"Content-Type: text/html"),
    "large": plain(b"x" * 5000),
    "declared": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx",
    "negative": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
    "zipped": plain(b"\x1f\x8b bomb", b"Content-Encoding: gzip"),
    "missing": plain(b"the secret of the far server", status=b"404 Not Found"),
    "broken": plain(b"the secret of the far server", status=b"500 Oops"),
    "partial": plain(b"x", status=b"206 Partial Content"),
    "short": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx",
    "nonsense": b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
    "empty-hop": b"HTTP/1.1 302 Go\r\n\r\n",
    "huge-head": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
    "bad-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
    "smuggled": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
}


def fetcher_for(
    port: int, names: dict[str, list[list[str]]] | None = None, **rules: object
) -> PictureFetcher:
    """A fetcher that may reach the benign address and port too, and knows these names alone."""
    chosen = {"on": True, "ports": frozenset({port}), "timeout_s": 20.0, "max_bytes": 4096, **rules}
    return PictureFetcher(
        FetchRules(**chosen),  # type: ignore[arg-type]
        names=StandInNames({"photos.example.com": [[BENIGN]], **(names or {})}),
        reach=Reach(also=[ip_network(BENIGN)]),
    )


_made: list[tuple[Any, ...]] = []
_counting: list[bool] = []
_hooked: list[bool] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _counting and event == "socket.connect":
        _made.append(tuple(arguments[1:]))


@contextmanager
def connections() -> Iterator[list[tuple[Any, ...]]]:
    """Every connection that a socket of this process is told to make, whoever tells it."""
    if not _hooked:
        sys.addaudithook(_note)  # cannot be taken away again, and does nothing while off
        _hooked.append(True)
    _made.clear()
    _counting.append(True)
    try:
        yield _made
    finally:
        _counting.clear()
