"""The listening process: binds the address, says when it is ready, and stops on a signal.

The address is bound before anything is loaded, so that a port in use is known at once; the ready
line comes only when questions can be answered. Knows no route.
"""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from app.access.keyring import Keyring
from app.collector import set_aside_what_is_here, take_back_what_was
from app.door_failures import NoKeysError
from app.engines import EncoderLoader
from app.failures import ListenError
from app.http_limits import LimitedHttp
from app.listening import is_loopback
from app.main import create_app
from app.settings import Settings
from app.state import ServiceState
from app.warming import warm_routes
from models.loading import load_encoder

_BACKLOG = 2048
# libuv accepts one connection a listening handle and turn of the loop, and turns are long under
# overload: with one handle, new clients would wait behind all that are connected already.
_ACCEPTS = 16


class Server(uvicorn.Server):
    """uvicorn, which tells when the service is ready and ends when its model cannot be loaded."""

    def __init__(
        self, config: uvicorn.Config, state: ServiceState, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._state = state
        self._on_ready = on_ready
        self._announcement: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then wait for the model beside the requests."""
        await super().startup(sockets)
        self._announcement = asyncio.get_running_loop().create_task(self._announce())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish running requests, within the grace time."""
        if self._announcement is not None:
            self._announcement.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._announcement
        self._state.desk.end_streams()
        await super().shutdown(sockets)
        take_back_what_was()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """A first signal ends the service in good order, a second one at once. Unlike uvicorn,
        the process then ends normally instead of by the signal.
        """
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def _announce(self) -> None:
        await self._state.settled.wait()
        if self._state.failure is not None:
            self.should_exit = True
        else:
            assert isinstance(self.config.app, FastAPI)
            await warm_routes(self.config.app)
            set_aside_what_is_here()
            self._on_ready()


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Raises ListenError in words when the address is taken or not ours."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        # Here and not later: two sockets may bind one address, but only one may listen.
        bound.listen(_BACKLOG)
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno == errno.EADDRINUSE:
            reason = "the port is in use; stop what listens there, or choose another with --port"
        elif error.errno == errno.EACCES:
            reason = "not permitted; ports below 1024 belong to the administrator, use --port"
        raise ListenError(host, port, reason) from error
    return bound


def url_of(bound: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = bound.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"


def check_doors(settings: Settings) -> str | None:
    """See to it that nobody serves strangers by mistake. Returns a warning for somebody who does it
    on purpose; raises NoKeysError and KeysUnreadableError.
    """
    if is_loopback(settings.host) or Keyring(settings.data_dir).now().any_works:
        return None
    if not settings.insecure:
        raise NoKeysError(settings.host)
    return (
        f"WARNING: listening on {settings.host}, which is not a loopback address, without a key: "
        "everybody who can reach this address can search and see every picture."
    )


def serve(
    settings: Settings,
    *,
    say: Callable[[str], None],
    warn: Callable[[str], None],
    encoder_loader: EncoderLoader = load_encoder,
) -> None:
    """Serve until a signal comes, and close everything. Raises NoKeysError, ListenError, or why
    the model cannot be loaded.
    """
    warning = check_doors(settings)
    bound = listen(settings.host, settings.port)
    if warning is not None:
        warn(warning)
    app = create_app(settings, encoder_loader)
    state = app.state.sightline
    assert isinstance(state, ServiceState)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=LimitedHttp,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=settings.shutdown_grace_s,
    )
    url = url_of(bound)
    server = Server(config, state, lambda: say(f"Sightline is ready: {url}"))
    with bound:
        server.run(sockets=[bound, *(bound.dup() for _ in range(_ACCEPTS - 1))])
    if state.failure is not None:
        raise state.failure
