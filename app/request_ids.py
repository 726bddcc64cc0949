"""The id of the request that is being answered: what the client sent, if it is harmless, or a new
one. In the answer's `X-Request-ID`, in errors and in the log, so that the three find each other.
"""

import re
import secrets
from contextvars import ContextVar

HEADER = "x-request-id"
_HARMLESS = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def begin(sent: str | None) -> str:
    """The id of the request that begins in this task."""
    request_id = sent if sent is not None and _HARMLESS.fullmatch(sent) else secrets.token_hex(8)
    _current.set(request_id)
    return request_id


def current() -> str | None:
    """The id of the request that this task answers; None outside of any."""
    return _current.get()
