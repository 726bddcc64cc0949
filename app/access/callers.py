"""Who asks, and what that lets them do. Reads keys, and changes nothing.

With a key: what its role says, except that SIGHTLINE_WRITING=off keeps everybody from changing
anything. Without one, `anonymous_role` decides; docs/security.md has it as a table. Whoever has
signed in has the key that they did it with, as long as it works; a cookie that stands for none is
no cookie, and one never takes away what is allowed without it.
"""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from app.access.addresses import Network, Origin, networks, origin_of
from app.access.key_records import KeyRecord
from app.access.keyring import Keyring, Keys
from app.access.roles import Role
from app.access.session_store import SessionStore
from app.door_failures import WrongKeyError
from app.listening import is_loopback
from app.settings import Settings

SCOPE_KEY = "sightline.caller"
_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request; `role` is None for somebody who may do nothing, `near` says that they
    can only be on this machine, `by_cookie` that they have signed in, and sent no key.
    """

    address: str
    role: Role | None
    key: KeyRecord | None = None
    keys_in_use: bool = False
    near: bool = False
    by_cookie: bool = False

    def may(self, needed: Role) -> bool:
        """Whether they may do what asks for this role."""
        return self.role is not None and self.role.includes(needed)

    @property
    def name(self) -> str:
        """What tells them from others: the id of their key, or their address."""
        return self.address if self.key is None else self.key.key_id


class Callers:
    """Recognises the caller of each request."""

    def __init__(self, settings: Settings, keyring: Keyring) -> None:
        self._settings = settings
        self._keyring = keyring
        self._sessions = SessionStore(settings.data_dir)
        self._trusted: tuple[Network, ...] = networks(settings.trusted_proxies)

    def origin(self, scope: Scope) -> Origin:
        """Where a request comes from."""
        peer = scope.get("client")
        return origin_of(peer[0] if peer else None, Headers(scope=scope), self._trusted)

    def recognise(self, scope: Scope, origin: Origin) -> Caller:
        """Who sent a request. Raises WrongKeyError and KeysUnreadableError."""
        keys = self._keyring.now()
        headers = Headers(scope=scope)
        key = presented_key(headers)
        # Programs that must send some key, such as OpenAI's client, work where none is needed.
        if key is not None and keys.in_use:
            record = keys.find(key)
            if record is None:
                raise WrongKeyError
            return Caller(origin.address, record.role, record, keys_in_use=True)
        near = is_loopback(self._settings.host) and not origin.forwarded
        role = anonymous_role(self._settings, near=near, keys=keys)
        signed_in = self._signed_in(headers, keys)
        if signed_in is not None and (role is None or signed_in.role.includes(role)):
            address = origin.address
            return Caller(address, signed_in.role, signed_in, keys_in_use=True, by_cookie=True)
        return Caller(origin.address, role, None, keys.in_use, near)

    def _signed_in(self, headers: Headers, keys: Keys) -> KeyRecord | None:
        """The working key of whoever has signed in."""
        if "cookie" not in headers:
            return None
        sessions = self._sessions.now()
        token = session_token(headers, sessions.cookie)
        key_id = None if token is None else sessions.key_id(token)
        record = None if key_id is None else keys.by_id.get(key_id)
        return record if record is not None and record.works else None


def session_token(headers: Headers, cookie: str) -> str | None:
    """What a request holds in the cookie of this name; None without it."""
    return cookie_parser(headers["cookie"]).get(cookie) if "cookie" in headers else None


def anonymous_role(settings: Settings, *, near: bool, keys: Keys) -> Role | None:
    """What somebody without a key may do; `near` is who can only be on this machine."""
    if settings.anonymous == "none":
        return None
    if settings.anonymous == "search":
        return Role.SEARCH
    if not near and (keys.in_use or not settings.insecure):
        return None
    may_change = settings.writing == "on" or (settings.writing == "auto" and near)
    return Role.ADMIN if may_change else Role.SEARCH


def presented_key(headers: Headers) -> str | None:
    """The key that a request brings along; other kinds of Authorization are a proxy's business.
    Raises WrongKeyError for two keys.
    """
    keys = {value.strip() for value in headers.getlist("x-api-key")}
    for value in headers.getlist("authorization"):
        if value[: len(_BEARER)].lower() == _BEARER:
            keys.add(value[len(_BEARER) :].strip())
    if len(keys) > 1:
        raise WrongKeyError
    return next(iter(keys), None)
