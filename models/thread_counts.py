"""How many threads torch computes with. Never starts one.

A few words are less work than waking a second thread for each of a tower's small products: one
thread answers a single question in about three quarters of the time that two need.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

ALL_THREADS = torch.get_num_threads()  # read before anything here changes it
_SMALL = 2**23  # multiplications of one product; above it a second thread is worth waking


def threads_for(multiplications: int | None, threads: int) -> int:
    """How many of `threads` to use where the largest product has so many; None is not known."""
    return 1 if multiplications is not None and multiplications <= _SMALL else threads


@contextmanager
def computing_with(threads: int) -> Iterator[None]:
    """Let torch use exactly so many threads for what this thread computes.

    Threads that are started meanwhile begin with the same count and keep it: whatever is heavy says
    what it wants, from `ALL_THREADS`.
    """
    before = torch.get_num_threads()
    if before == threads:
        yield
        return
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
