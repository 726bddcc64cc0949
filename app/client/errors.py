"""What can go wrong between a client and the service, as one tree.

    ClientError
    ├── UnreachableError        no connection, or none any more: .url, .reason
    ├── UnexpectedAnswerError   an answer that is not the service's: .status, .reason
    ├── PictureUnreadableError  a picture's file cannot be read: .path, .reason
    └── ProblemError            the service says no: .problem (.status, .code, .detail, .errors)
        ├── RefusedError        400, 413, 415 …: the request cannot be answered as it is
        ├── LockedError         401, 403: another key is needed, or none will do
        ├── MissingError        404: there is no such thing
        ├── ConflictError       409: not in this state
        ├── GoneError           410: it was there once
        │   └── CursorExpiredError  `cursor_expired`: begin again with the first page
        ├── OverloadedError     429: too many at once: .retry_after_s
        └── UnavailableError    5xx: a fault of the service, or not ready yet: .retry_after_s

`code` is what programs should look at; the codes are listed in docs/api.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line catches these errors, and must not wait for all schemas
    from app.schemas import Problem


class ClientError(Exception):
    """Anything that the client raises on purpose."""


class UnreachableError(ClientError):
    """The service does not answer, or stopped in the middle."""

    def __init__(self, url: str, reason: str, *, nothing_sent: bool = False) -> None:
        super().__init__(f"no answer from {url}: {reason}")
        self.url = url
        self.reason = reason
        self.nothing_sent = nothing_sent


class UnexpectedAnswerError(ClientError):
    """Something answers, and it is no Sightline, or one that speaks another version of the API."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"the answer (status {status}) is not one of the API: {reason}")
        self.status = status
        self.reason = reason


class PictureUnreadableError(ClientError):
    """The file of a picture that is to be sent cannot be read."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"cannot read {path}: {reason}")
        self.path = path
        self.reason = reason


class ProblemError(ClientError):
    """The service refuses, and says why."""

    def __init__(self, problem: Problem, retry_after_s: float | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.retry_after_s = retry_after_s

    @property
    def code(self) -> str:
        """The stable name of what is wrong."""
        return self.problem.code


class RefusedError(ProblemError):
    """The request cannot be answered as it is."""


class LockedError(ProblemError):
    """A key is needed, or this one does not open this."""


class MissingError(ProblemError):
    """There is no such thing."""


class ConflictError(ProblemError):
    """Not in the state that things are in."""


class GoneError(ProblemError):
    """It was there, and is no more."""


class CursorExpiredError(GoneError):
    """The pages of this answer are gone; begin again with the first one."""


class OverloadedError(ProblemError):
    """Too many requests at once, however often it was tried."""


class UnavailableError(ProblemError):
    """A fault of the service, or it is not ready yet."""


_BY_STATUS: dict[int, type[ProblemError]] = {
    401: LockedError,
    403: LockedError,
    404: MissingError,
    409: ConflictError,
    410: GoneError,
    429: OverloadedError,
}
_BY_CODE: dict[str, type[ProblemError]] = {"cursor_expired": CursorExpiredError}


def error_of(problem: Problem, retry_after_s: float | None) -> ProblemError:
    """The error of the tree that a problem is."""
    usual = UnavailableError if problem.status >= 500 else RefusedError
    kind = _BY_CODE.get(problem.code) or _BY_STATUS.get(problem.status, usual)
    return kind(problem, retry_after_s)
