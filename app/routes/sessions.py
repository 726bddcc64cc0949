"""/v1/session: sign in with a key, and out again; for browsers, whose pictures cannot send a key.

Only the service's own page, and programs, may do either. Never shows or logs what opens.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.access.addresses import came_by_https, foreign_page, networks
from app.access.callers import presented_key, session_token
from app.access.roles import Role
from app.access.session_store import SessionStore
from app.dependencies import State
from app.door_failures import KeyNeededError, WrongKeyError
from app.failures import ForeignOriginError
from app.key_schemas import SessionAnswer
from app.writing import Asking

router = APIRouter(tags=["keys"])


async def from_no_other_site(request: Request) -> None:
    """Raises ForeignOriginError: nobody is signed in or out by a page that they happen to visit."""
    origin = foreign_page(request.headers)
    if origin is not None:
        raise ForeignOriginError(origin)


OurPage = Annotated[None, Depends(from_no_other_site)]


@router.post("/v1/session", summary="Sign in")
async def sign_in(
    state: State, request: Request, response: Response, caller: Asking, _: OurPage
) -> SessionAnswer:
    """Take a key, in a header as everywhere, and set a cookie that stands for it: until the browser
    is closed, for 30 days at most, and as long as the key works.
    """
    if caller.key is None or caller.by_cookie:
        if presented_key(request.headers) is None:
            raise KeyNeededError(Role.SEARCH)
        raise WrongKeyError  # there is no key at all yet, so that others let any pass
    store = SessionStore(state.settings.data_dir)
    cookie, token = await state.lookup.run(store.begin, caller.key.key_id)
    _set(request, response, state.settings.trusted_proxies, cookie, token)
    return SessionAnswer(id=caller.key.key_id, name=caller.key.name, role=caller.key.role)


@router.delete("/v1/session", summary="Sign out", status_code=204)
async def sign_out(state: State, request: Request, response: Response, _: OurPage) -> None:
    """End the session for good, and have the browser forget its cookie and the pictures that it
    kept. Whoever is not signed in has nothing to end.
    """
    store = SessionStore(state.settings.data_dir)
    cookie = store.now().cookie
    token = session_token(request.headers, cookie)
    if token is None:
        return
    await state.lookup.run(store.end, token)
    _set(request, response, state.settings.trusted_proxies, cookie, None)
    response.headers["Clear-Site-Data"] = '"cache"'


def _set(
    request: Request, response: Response, proxies: str, cookie: str, token: str | None
) -> None:
    """Set the cookie, or with no token have it forgotten."""
    peer = None if request.client is None else request.client.host
    response.set_cookie(
        cookie,
        token or "",
        max_age=None if token else 0,
        path="/",
        secure=came_by_https(peer, request.url.scheme, request.headers, networks(proxies)),
        httponly=True,
        samesite="strict",
    )
