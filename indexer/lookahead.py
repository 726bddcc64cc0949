"""A function over many values in threads, a bounded number ahead, results in order.

However slow the caller is, no more than `ahead` results ever wait for it. Knows nothing of files.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

V = TypeVar("V")
R = TypeVar("R")


def map_ahead(
    function: Callable[[V], R], values: Iterable[V], *, workers: int, ahead: int
) -> Generator[R]:
    """The function's results, in order. Closing the iterator drops what is not begun yet."""
    pending: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="decode")
    try:
        for value in values:
            pending.append(pool.submit(function, value))
            if len(pending) >= ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
