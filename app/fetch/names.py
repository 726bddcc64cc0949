"""Names → addresses, as the system resolves them, in threads of their own: a name server that is
silent holds up nobody but those who ask it. Judges no address.
"""

import socket
from typing import Protocol

from app.threads import BoundedThreads

_THREADS = 4
_WAITING = 16


class Names(Protocol):
    """Whoever knows the addresses of names."""

    async def addresses(self, name: str, port: int) -> list[str]:
        """The addresses of a name, as text. Raises OSError."""
        ...

    def close(self) -> None:
        """Ask for nothing more."""
        ...


class SystemNames:
    """The system's own resolver."""

    def __init__(self) -> None:
        self._threads = BoundedThreads("names", _THREADS, _WAITING)

    async def addresses(self, name: str, port: int) -> list[str]:
        """The addresses of a name. Raises OSError and OverloadedError."""
        return await self._threads.run(_look_up, name, port)

    def close(self) -> None:
        """Ask for nothing more; what runs, runs out."""
        self._threads.close()


def _look_up(name: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # of the codec for names; ours are ASCII, and still
        raise OSError(str(error)) from error
    return list(dict.fromkeys(str(answer[4][0]) for answer in found))
