"""When a refused request is worth another try, and how long to wait before it. Waits for nothing
itself.
"""

from dataclasses import dataclass

from app.client.errors import ClientError, ProblemError, UnreachableError

_FIRST_WAIT_S = 0.5  # where the service names no time; doubled each time
# Refused before anything was done: trying again does nothing twice.
_WORTH_IT = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Patience:
    """At most so many tries, and at most so many seconds of waiting between all of them."""

    tries: int = 4
    most_wait_s: float = 60.0

    def wait_s(self, error: ClientError, tried: int, waited_s: float) -> float | None:
        """Seconds to wait before the next try; None to give up.

        The service's own `Retry-After` counts; if that is longer than is left, there is no point
        in coming back early.
        """
        if tried >= self.tries:
            return None
        named: float | None = None
        if isinstance(error, ProblemError):
            if error.problem.status not in _WORTH_IT:
                return None
            named = error.retry_after_s
            if error.problem.status == 503 and named is None:  # a fault, not a moment's wait
                return None
        elif not (isinstance(error, UnreachableError) and error.nothing_sent):
            return None
        wait_s = _FIRST_WAIT_S * 2 ** (tried - 1) if named is None else named
        return wait_s if waited_s + wait_s <= self.most_wait_s else None


NO_PATIENCE = Patience(tries=1)
