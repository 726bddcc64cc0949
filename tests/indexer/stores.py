"""A small web server on loopback that keeps objects as stores do: tags, parts, index pages, moods.

Real HTTP on a real socket; used through fsspec, as any other server would be.
"""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


@dataclass
class Store:
    """Objects by their path (`/a/b.jpg`), and what the server is told to do to requests."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # answered with 503
    silent: set[str] = field(default_factory=set)  # never answered
    requests: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)


def _handler(store: Store) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            path = unquote(self.path.partition("?")[0])
            store.requests.append(f"{self.command} {path}")
            if path in store.silent:
                store.release.wait(60)
            data = store.objects.get(path)
            tag: dict[str, str] = {}
            if path in store.broken:
                status, data = 503, b""
            elif data is not None:
                status, tag = 200, {"ETag": f'"{hashlib.md5(data).hexdigest()}"'}
            elif any(name.startswith(path) for name in store.objects) and path.endswith("/"):
                status, data = 200, _page(store, path)
            else:
                status, data = 404, b""
            part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            if part and status == 200:
                first, last = int(part[1]), int(part[2])
                status, data = (206, data[first : last + 1]) if first < len(data) else (416, b"")
            self.send_response(status)
            for name, value in {**tag, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


def _page(store: Store, path: str) -> bytes:
    below = {name[len(path) :] for name in store.objects if name.startswith(path)}
    links = {first + slash for first, slash, _ in (name.partition("/") for name in below)}
    return "".join(f'<a href="{link}">{link}</a>\n' for link in ["../", *sorted(links)]).encode()


@contextmanager
def running_store() -> Iterator[Store]:
    """A store that runs until the context ends, however it ends."""
    store = Store()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(store))
    server.daemon_threads = True
    store.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield store
    finally:
        store.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
