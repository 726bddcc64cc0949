"""Who asks, and what that lets them do. Reads keys, and changes nothing.

With a key: what its role says, except that SIGHTLINE_WRITING=off keeps everybody from changing
anything. Without one, `anonymous_role` decides; docs/security.md has it as a table.
"""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from app.access.addresses import Network, Origin, networks, origin_of
from app.access.key_records import KeyRecord
from app.access.keyring import Keyring, Keys
from app.access.roles import Role
from app.door_failures import WrongKeyError
from app.listening import is_loopback
from app.settings import Settings

SCOPE_KEY = "sightline.caller"
_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request; `role` is None for somebody who may do nothing, `near` says that they
    can only be on this machine.
    """

    address: str
    role: Role | None
    key: KeyRecord | None = None
    keys_in_use: bool = False
    near: bool = False

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
        self._trusted: tuple[Network, ...] = networks(settings.trusted_proxies)

    def origin(self, scope: Scope) -> Origin:
        """Where a request comes from."""
        peer = scope.get("client")
        return origin_of(peer[0] if peer else None, Headers(scope=scope), self._trusted)

    def recognise(self, scope: Scope, origin: Origin) -> Caller:
        """Who sent a request. Raises WrongKeyError and KeysUnreadableError."""
        keys = self._keyring.now()
        key = presented_key(Headers(scope=scope))
        # Programs that must send some key, such as OpenAI's client, work where none is needed.
        if key is not None and keys.in_use:
            record = keys.find(key)
            if record is None:
                raise WrongKeyError
            return Caller(origin.address, record.role, record, keys_in_use=True)
        near = is_loopback(self._settings.host) and not origin.forwarded
        role = anonymous_role(self._settings, near=near, keys=keys)
        return Caller(origin.address, role, None, keys.in_use, near)


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
