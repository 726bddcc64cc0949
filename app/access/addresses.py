"""Where a request comes from: the other end of the connection, or, behind proxies that are
trusted, the address that the outermost of these saw; and the page that sends it. Looks nothing up.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

UNKNOWN = "unknown"  # a Unix socket has no address
_IPV6_PREFIX = 64  # what one customer is given: every address in it is one caller
_MAX_HOPS = 32
_MAX_ADDRESS_CHARS = 100  # 45 without the name of an interface; those that were read are kept
_SIGNS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from; `forwarded` if a proxy says that it passed it on."""

    address: str
    forwarded: bool


def networks(configured: str) -> tuple[Network, ...]:
    """Networks and addresses with commas between them. Raises ValueError."""
    parts = (part.strip() for part in configured.split(","))
    return tuple(ipaddress.ip_network(part) for part in parts if part)


def origin_of(peer: str | None, headers: Headers, trusted: Sequence[Network]) -> Origin:
    """The nearest address that is no trusted proxy. What untrusted ones say is not believed."""
    forwarded = any(name in headers for name in _SIGNS)
    address = _parsed(peer or "")
    if address is None:
        return Origin(UNKNOWN, forwarded)
    said = ",".join(headers.getlist("x-forwarded-for")).split(",")
    for hop in reversed(said[-_MAX_HOPS:]):
        before = _parsed(hop.strip())
        if before is None or not _within(address, trusted):
            break
        address = before
    return Origin(str(address), forwarded)


def came_by_https(
    peer: str | None, scheme: str, headers: Headers, trusted: Sequence[Network]
) -> bool:
    """Whether a browser spoke https, to us or to a trusted proxy. Others' word is not taken."""
    if scheme == "https":
        return True
    address = _parsed(peer or "")
    if address is None or not _within(address, trusted):
        return False
    said = ",".join(headers.getlist("x-forwarded-proto")).rpartition(",")[2]
    return said.strip().lower() == "https"


def foreign_page(headers: Headers) -> str | None:
    """The origin of another site's page that sends a request; None for our own, and for programs.
    A browser names it wherever something could be changed, also where it may not read the answer.
    """
    origin = headers.get("origin")
    return None if origin is None or urlsplit(origin).netloc == headers.get("host") else origin


def bucket_of(address: str) -> str:
    """What counts as one caller: an IPv4 address, or an IPv6 network of 64 bits."""
    parsed = _parsed(address)
    if parsed is None or parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))


@lru_cache(maxsize=1024)
def _parsed(text: str) -> _Address | None:
    if len(text) > _MAX_ADDRESS_CHARS:
        return None
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # One machine is one caller, whichever of its names a dual-stack socket gives it.
    return getattr(address, "ipv4_mapped", None) or address


def _within(address: _Address, trusted: Sequence[Network]) -> bool:
    return any(address.version == one.version and address in one for one in trusted)
