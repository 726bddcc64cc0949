"""So many requests a second for each caller: token buckets in bounded memory.

A bucket holds `burst` tokens and gets `per_s` more every second; a request takes one. When there
are more callers than room, whoever was quiet longest is forgotten, which gives them a full bucket:
nobody is refused for what others do.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

MAX_CALLERS = 20_000  # some hundred bytes each


class TokenBuckets:
    """The buckets of many callers; `per_s` of 0 lets everything through."""

    def __init__(
        self,
        per_s: float,
        burst: int,
        *,
        room: int = MAX_CALLERS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_s = per_s
        self._burst = float(burst)
        self._room = room
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, when

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, caller: str) -> int:
        """Take a token. Returns 0, or in how many seconds there is one."""
        if self._per_s <= 0:
            return 0
        now = self._clock()
        tokens, before = self._buckets.pop(caller, (self._burst, now))
        tokens = min(self._burst, tokens + (now - before) * self._per_s)
        wait_s = 0 if tokens >= 1 else max(1, math.ceil((1 - tokens) / self._per_s))
        self._buckets[caller] = (tokens - 1 if wait_s == 0 else tokens, now)
        if len(self._buckets) > self._room:
            self._buckets.popitem(last=False)
        return wait_s
