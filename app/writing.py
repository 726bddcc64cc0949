"""Who may change anything: checked before every route that does. Changes nothing itself.

There are no keys, so the address decides: a service that only this machine can reach may be written
to, any other only if it was told so. A foreign page in this machine's browser may not either way.
"""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from app.dependencies import State
from app.failures import ForeignOriginError, WritingOffError
from app.security import is_loopback
from app.settings import Settings


def is_writable(settings: Settings) -> bool:
    """Whether requests may change anything."""
    if settings.writing == "auto":
        return is_loopback(settings.host)
    return settings.writing == "on"


async def may_write(request: Request, state: State) -> None:
    """Raises WritingOffError or ForeignOriginError."""
    if not is_writable(state.settings):
        raise WritingOffError
    # A browser names the page that sends a request, also where the page cannot read the answer.
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForeignOriginError(origin)


Writing = Annotated[None, Depends(may_write)]
