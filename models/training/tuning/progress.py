"""How a training run tells its caller how far it is. The caller decides how to show it.

Prints nothing.
"""

from typing import Protocol


class Progress(Protocol):
    """Who is told. All calls come from the thread that trains."""

    def start(self, what: str, total: int) -> None:
        """A phase of so many units begins; the phase before it is over."""
        ...

    def advance(self, count: int, said: str = "") -> None:
        """So many more units are done; `said` is a few words on how it goes."""
        ...

    def note(self, message: str) -> None:
        """A sentence about what happens now."""
        ...

    def finish(self) -> None:
        """The run is over."""
        ...


class SilentProgress:
    """Tells nobody."""

    def start(self, what: str, total: int) -> None:
        """Ignore it."""

    def advance(self, count: int, said: str = "") -> None:
        """Ignore it."""

    def note(self, message: str) -> None:
        """Ignore it."""

    def finish(self) -> None:
        """Ignore it."""
