"""What is known of a request once it is answered: its route, its caller, the problem that it ended
with. One dictionary in the scope, shared with whatever copies the scope; the log and the figures
read it. Decides nothing.
"""

from typing import Any

from starlette.types import Scope

_KEY = "sightline.seen"


def begin(scope: Scope) -> None:
    """Nothing is known yet."""
    scope[_KEY] = {}


def seen_of(scope: Scope) -> dict[str, Any]:
    """What is known so far: `route`, `caller`, the problem's `code`, the queue that was `full`."""
    found: dict[str, Any] = scope.setdefault(_KEY, {})
    return found
