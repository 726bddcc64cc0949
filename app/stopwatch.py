"""Milliseconds of the steps of one request. Never decides what a step is, nor who else is told."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """Starts when made; a step that is timed twice adds up."""

    def __init__(self, tell: Callable[[str, float], None] | None = None) -> None:
        """`tell` hears of every step that is over, with its seconds."""
        self._tell = tell
        self._began = time.perf_counter()
        self._steps: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time the block as (a part of) the step."""
        began = time.perf_counter()
        try:
            yield
        finally:
            took_s = time.perf_counter() - began
            self._steps[name] += took_s
            if self._tell is not None:
                self._tell(name, took_s)

    def ms(self, name: str) -> float:
        """Milliseconds of a step; 0 for one that did not happen."""
        return round(self._steps[name] * 1000, 3)

    def total_ms(self) -> float:
        """Milliseconds since the start."""
        return round((time.perf_counter() - self._began) * 1000, 3)
