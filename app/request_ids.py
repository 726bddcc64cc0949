"""The id of the request that is being answered: what the client sent, if it is harmless, or a new
one. In the answer's `X-Request-ID`, in errors and in the log, so that the three find each other.
"""

import re
import secrets
from contextvars import ContextVar
from itertools import count

HEADER = "x-request-id"
_HARMLESS = re.compile(r"[A-Za-z0-9._:-]{1,64}")
# Of this process, and a number: random ones cost a system call for each request, and need not be
# hard to guess.
_OURS = secrets.token_hex(4)
_numbers = count()
_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def begin(sent: str | None) -> str:
    """The id of the request that begins in this task."""
    request_id = sent if sent is not None and _HARMLESS.fullmatch(sent) else _new()
    _current.set(request_id)
    return request_id


def _new() -> str:
    return f"{_OURS}{next(_numbers) % 2**32:08x}"


def current() -> str | None:
    """The id of the request that this task answers; None outside of any."""
    return _current.get()
