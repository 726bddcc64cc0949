"""Makes the first request as quick as the second: FastAPI builds a route, and looks for its source,
when it is first asked, 20 to 50 ms of the event loop. Done once by the real process, before it says
that it is ready. The routes that are asked most are asked for what nobody could answer, so nothing
is computed, counted or logged. Knows no answer.
"""

import contextlib

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Scope

from app.failures import AppError
from indexer.errors import IndexerError

NOWHERE = "0"  # an id that no picture has
ASKED = (
    "/v1/search",  # for nothing
    f"/v1/images/{NOWHERE}",
    f"/v1/images/{NOWHERE}/thumbnail",
    f"/v1/images/{NOWHERE}/info",
)


async def warm_routes(app: FastAPI) -> None:
    """Have what is built lazily built now; for the event loop that will serve."""
    await run_in_threadpool(int)  # loads what sending files needs
    routes = AsyncExitStackMiddleware(app.router)
    for path in ASKED:
        with contextlib.suppress(RequestValidationError, AppError, IndexerError):
            await routes(_scope(app, path), _no_body, _nowhere)


def _scope(app: FastAPI, path: str) -> Scope:
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "app": app,
        "state": {},
    }


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _nowhere(_: Message) -> None:
    """Nobody hears the answer."""
