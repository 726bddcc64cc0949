"""A name → a connection to an address that was checked.

The name is resolved once, every answer is checked, and the connection is made to the very address,
so that a name that means something else a moment later (DNS rebinding) changes nothing. TLS still
asks for the name: the HTTP library takes it from the URL. Keeps no connection and no answer.
"""

import ipaddress
from collections.abc import Iterable

import httpcore2
from httpcore2 import SOCKET_OPTION, AsyncNetworkBackend, AsyncNetworkStream

from app.fetch.failures import UrlUnreachableError
from app.fetch.names import Names
from app.fetch.reach import Address, Reach

_MAX_TRIES = 3  # of a name with many addresses, of which the first ones do not answer


class CheckedConnections(AsyncNetworkBackend):
    """Makes the connections of the HTTP library."""

    def __init__(self, names: Names, reach: Reach) -> None:
        self._names = names
        self._reach = reach
        self._sockets = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to a name or an address. Raises UrlUnreachableError if any of its addresses is
        not public: a name that mixes them is up to something.
        """
        failure: Exception = UrlUnreachableError()
        for address in (await self._checked(host, port))[:_MAX_TRIES]:
            try:
                stream = await self._sockets.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
                continue
            return await self._proven(stream, address)
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait, as the HTTP library does between tries."""
        await self._sockets.sleep(seconds)

    async def _checked(self, host: str, port: int) -> list[Address]:
        try:
            answers = [str(ipaddress.ip_address(host))]
        except ValueError:
            answers = await self._names.addresses(host, port)
        try:
            addresses = [ipaddress.ip_address(answer) for answer in answers]
        except ValueError as error:
            raise UrlUnreachableError from error
        if not addresses or not all(self._reach.allows(address) for address in addresses):
            raise UrlUnreachableError
        return addresses

    async def _proven(self, stream: AsyncNetworkStream, address: Address) -> AsyncNetworkStream:
        """The other end is what was checked, whatever the system made of the address."""
        other = stream.get_extra_info("server_addr")
        if other is None or ipaddress.ip_address(other[0]) != address:
            await stream.aclose()
            raise UrlUnreachableError
        return stream
