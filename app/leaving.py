"""Clients that leave: what they asked for is given up, so that it takes nobody's turn. Only where
asking changes nothing; a change that has begun is brought to its end. Plain ASGI.
"""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ASKING_PATHS = ("/v1/search", "/v1/classify", "/v1/embeddings")  # POST, and yet nothing changes


class LeavingClients:
    """Cancels a request whose client closes the connection before it has its answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _only_asks(scope):
            await self._app(scope, receive, send)
            return
        request = asyncio.current_task()
        assert request is not None
        visit = _Visit(receive, send, leave=request.cancel)
        listening = asyncio.ensure_future(visit.listen())
        try:
            await self._app(scope, visit.receive, visit.send)
        except asyncio.CancelledError:
            if not visit.left or request.uncancel() > 0:  # else it is the server that ends us
                raise
        finally:
            listening.cancel()


class _Visit:
    """The messages of one request, read ahead by one, so that a parting is heard at once."""

    def __init__(self, receive: Receive, send: Send, leave: Callable[[], object]) -> None:
        self.left = False
        self._receive = receive
        self._send = send
        self._leave = leave
        self._answered = False
        self._inbox: asyncio.Queue[Message] = asyncio.Queue(1)

    async def listen(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                if not self._answered:
                    self.left = True
                    self._leave()
                return
            await self._inbox.put(message)

    async def receive(self) -> Message:
        return await self._inbox.get()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._answered = True  # servers say "disconnect" after the answer, too
        await self._send(message)


def _only_asks(scope: Scope) -> bool:
    path = scope["path"]
    if scope["method"] == "GET":
        return str(path).startswith("/v1/")
    return scope["method"] == "POST" and path in _ASKING_PATHS
