"""Bounded threads: where everything that blocks runs, so that the event loop never does.

A group has so many threads and so many places to wait; when both are full, a request is refused
at once (OverloadedError) instead of joining a queue that nobody will ever see the end of, and so
is one that has waited for too long. What waits for a caller that has left is not begun. Knows
nothing about what it runs.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from app.failures import OverloadedError

P = ParamSpec("P")
T = TypeVar("T")

RETRY_AFTER_S = 1  # the work in these threads takes milliseconds
DEFAULT_MAX_WAIT_S = 10.0


class BoundedThreads:
    """So many threads, so many places to wait."""

    def __init__(
        self, name: str, threads: int, waiting: int, max_wait_s: float = DEFAULT_MAX_WAIT_S
    ) -> None:
        self.name = name
        self._max_wait_s = max_wait_s
        self.room = threads + waiting
        self._busy = 0
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)

    @property
    def busy(self) -> int:
        """How many pieces of work run or wait."""
        return self._busy

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in a thread and wait for it.

        Raises OverloadedError when there is no room, or no thread got to it in time.
        """
        if self._busy >= self.room:
            raise self.refusal()
        self._busy += 1
        loop = asyncio.get_running_loop()
        future = self._executor.submit(work, *args, **kwargs)
        # Counted until the thread is done, not until the caller has gone: a caller that gives up
        # leaves its work running.
        future.add_done_callback(lambda _: _on_loop(loop, self._leave))
        expired: list[bool] = []
        # Cancelling does nothing to work that has begun.
        deadline = loop.call_later(self._max_wait_s, lambda: expired.append(future.cancel()))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if any(expired):
                raise self.refusal() from None
            raise
        finally:
            deadline.cancel()

    def refusal(self) -> OverloadedError:
        """What is said where there is no room."""
        return OverloadedError(self.name, RETRY_AFTER_S)

    def _leave(self) -> None:
        self._busy -= 1

    def close(self) -> None:
        """Start nothing more; what runs, runs out."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def _on_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    """Call on the loop's thread; a loop that is closed has nobody left to tell."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(call)


async def run_in_daemon_thread(name: str, work: Callable[[], T]) -> T:
    """Run long work that must not hold up the end of the process, such as loading a model."""
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()  # a caller that gives up leaves the thread to itself

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  handed to the waiting caller
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await asyncio.wrap_future(future)
