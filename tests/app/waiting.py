"""Waiting in tests for what another thread or process does, with an end that is no figure."""

import time
from collections.abc import Callable
from typing import Any

GIVE_UP_S = 60.0  # far above what anything takes on a slow machine: only a fault ever waits so long


def eventually(check: Callable[[], Any], within_s: float = GIVE_UP_S) -> None:
    """Wait until the check holds."""
    deadline = time.monotonic() + within_s
    while not check():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)
