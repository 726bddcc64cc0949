"""What stands before every route: who asks, how often, and whether they may. Plain ASGI, before a
byte of the body is read. Knows routes by their addresses alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.access.addresses import bucket_of, foreign_page
from app.access.callers import SCOPE_KEY, Caller, Callers
from app.access.keyring import Keyring
from app.access.rate import TokenBuckets
from app.access.roles import Role
from app.access.route_roles import OPEN, role_for
from app.door_failures import KeyNeededError, RateLimitedError, RoleTooLowError
from app.errors import error_response
from app.failures import AppError, ForeignOriginError, WritingOffError
from app.listening import is_loopback
from app.seen import seen_of
from app.settings import Settings

# Probes come as often as an orchestrator likes, and must not fail because of a key's file.
_PROBES = frozenset({"/healthz", "/readyz"})
_SHORT_BYTES = 64 * 1024
_DEFAULT_PER_S = 100.0  # elsewhere than on loopback; a page of thumbnails is dozens of requests


@dataclass(frozen=True, slots=True)
class Door:
    """A route as the doors know it."""

    pattern: re.Pattern[str]
    path: str
    methods: frozenset[str]


def doors_of(routers: Iterable[APIRouter]) -> tuple[Door, ...]:
    """The doors of all routes, in the order in which they are tried."""
    return tuple(
        Door(route.path_regex, route.path, frozenset(route.methods or ()))
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
    )


def is_long(headers: Headers) -> bool:
    """Whether a body may be on its way that is not here yet."""
    length = headers.get("content-length", "0")
    return "transfer-encoding" in headers or not length.isdecimal() or int(length) > _SHORT_BYTES


class Doors:
    """Lets a request through, or answers it with the reason why not."""

    def __init__(
        self, app: ASGIApp, settings: Settings, keyring: Keyring, doors: tuple[Door, ...]
    ) -> None:
        self._app = app
        self._settings = settings
        self._callers = Callers(settings, keyring)
        self._doors = doors
        self._foreign = frozenset(settings.cors_list())
        per_s = settings.rate_per_s
        if per_s is None:
            per_s = 0.0 if is_loopback(settings.host) else _DEFAULT_PER_S
        # Apart, so that a crowd of addresses never pushes the holders of keys out.
        self._by_key = TokenBuckets(per_s, settings.rate_burst)
        self._by_address = TokenBuckets(per_s, settings.rate_burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._check(scope)
        except AppError as error:
            answer = error_response(error, scope)
            if is_long(Headers(scope=scope)):
                answer.headers["Connection"] = "close"  # or the server reads on to the body's end
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        """Raises what turns the request away; the scope knows its route and its caller."""
        path, needed = self._door(scope["path"], scope["method"])
        origin = self._callers.origin(scope)
        seen = seen_of(scope)
        seen.update(route=path, caller=Caller(origin.address, None))
        scope[SCOPE_KEY] = seen["caller"]
        if scope["path"] in _PROBES:
            return
        try:
            caller = self._callers.recognise(scope, origin)
        except AppError:
            self._count(self._by_address, bucket_of(origin.address))
            raise
        scope[SCOPE_KEY] = seen["caller"] = caller
        if caller.key is None:
            self._count(self._by_address, bucket_of(caller.address))
        else:
            self._count(self._by_key, caller.key.key_id)
        if needed is not None:
            self._admit(caller, needed, Headers(scope=scope))

    def _door(self, path: str, method: str) -> tuple[str | None, Role | None]:
        """The route that will answer, and its role; nothing at all answers where there is none."""
        for door in self._doors:
            if method in door.methods and door.pattern.match(path):
                return door.path, role_for(door.path, method)
        if path == "/static" or path.startswith("/static/"):
            return "/static", OPEN
        return ("/openapi.json", OPEN) if path == "/openapi.json" else (None, OPEN)

    def _count(self, buckets: TokenBuckets, caller: str) -> None:
        wait_s = buckets.take(caller)
        if wait_s:
            raise RateLimitedError(wait_s)

    def _admit(self, caller: Caller, needed: Role, headers: Headers) -> None:
        changes = needed is not Role.SEARCH
        if changes and self._settings.writing == "off":
            raise WritingOffError
        if not caller.may(needed):
            if caller.key is not None:
                raise RoleTooLowError(needed, caller.role)
            if changes and caller.role is not None and not caller.keys_in_use:
                raise WritingOffError
            raise KeyNeededError(needed)
        if changes:
            self._check_page(caller, headers)

    def _check_page(self, caller: Caller, headers: Headers) -> None:
        """A page that is named may change something with a key that it holds; a cookie goes along
        by itself, and proves nothing of who asks.
        """
        origin = foreign_page(headers)
        if origin is None:
            return
        if caller.key is None or caller.by_cookie or origin not in self._foreign:
            raise ForeignOriginError(origin)
