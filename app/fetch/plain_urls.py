"""The text of a URL → what to connect to and ask for, or a refusal.

Programs disagree on what odd URLs mean, and attacks live in between (Tsai, "A New Era of SSRF",
Black Hat USA 2017). So only the plainest form is understood: http or https, a name of ASCII labels
or an address in its one canonical form, a port that is allowed, a path of printable ASCII. Asks
nobody anything.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urljoin

from app.fetch.failures import UrlRefusedError

MAX_URL_CHARS = 2048
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_NAME_CHARS = 253

_URL = re.compile(
    r"(?P<scheme>[A-Za-z]+)://(?P<host>\[[0-9A-Fa-f:.]*\]|[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>[/?][A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]|-]*)?"
    r"(?:#[A-Za-z0-9._~=&%/-]*)?"  # never sent
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# The last label of a name begins with a letter; what does not is an address in disguise.
_LAST_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Names of this machine, of this network, or of nothing on the internet (RFC 6761, 6762, 8375).
_PRIVATE_ENDS = frozenset(
    {"localhost", "local", "localdomain", "internal", "intranet", "lan", "arpa", "onion", "alt"}
)


@dataclass(frozen=True, slots=True)
class PlainUrl:
    """What to connect to, and what to ask for there. `host` is lower case, without brackets."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def joined(self, location: str, ports: frozenset[int]) -> "PlainUrl":
        """Where a redirect leads. Raises UrlRefusedError, also where it leaves https."""
        if len(location) > MAX_URL_CHARS or not location.isascii() or not location.isprintable():
            raise UrlRefusedError("a redirect leads to something that is no plain URL")
        try:
            there = urljoin(f"{self.scheme}://{self.authority}{self.target}", location)
        except ValueError as error:
            raise UrlRefusedError("a redirect leads to something that is no plain URL") from error
        url = plain_url(there, ports)
        if self.scheme == "https" and url.scheme != "https":
            raise UrlRefusedError("a redirect leads from https to http")
        return url


def plain_url(text: str, ports: frozenset[int]) -> PlainUrl:
    """The parts of a URL; `ports` are allowed besides the scheme's own. Raises UrlRefusedError."""
    if len(text) > MAX_URL_CHARS:
        raise UrlRefusedError(f"it is longer than {MAX_URL_CHARS:,} characters")
    found = _URL.fullmatch(text)
    if found is None:
        raise UrlRefusedError(
            "write it as http(s)://name/path in plain ASCII, without a user, escapes in the name, "
            "blanks or backslashes"
        )
    scheme = found["scheme"].lower()
    if scheme not in _DEFAULT_PORTS:
        raise UrlRefusedError("only http and https are fetched")
    port = int(found["port"]) if found["port"] else _DEFAULT_PORTS[scheme]
    if port != _DEFAULT_PORTS[scheme] and port not in ports:
        raise UrlRefusedError(f"the port {port} is not allowed for {scheme}")
    target = found["target"] or "/"
    return PlainUrl(
        scheme, _host(found["host"].lower()), port, target if target[0] == "/" else f"/{target}"
    )


def _host(host: str) -> str:
    """A name, or an address in its one form."""
    if host.startswith("["):
        try:
            return str(ipaddress.IPv6Address(host[1:-1]))
        except ValueError as error:
            raise UrlRefusedError("its address is none") from error
    labels = host.split(".")
    if len(labels) == 4 and all(label.isdecimal() for label in labels):
        try:
            return str(ipaddress.IPv4Address(host))  # refuses leading zeros, which may be octal
        except ValueError as error:
            raise UrlRefusedError("its address is none") from error
    if len(host) > _MAX_NAME_CHARS or not all(_LABEL.fullmatch(label) for label in labels):
        raise UrlRefusedError("its name is none that is used on the internet")
    if len(labels) < 2 or not _LAST_LABEL.fullmatch(labels[-1]) or labels[-1] in _PRIVATE_ENDS:
        raise UrlRefusedError("its name is none that is used on the internet")
    return host
