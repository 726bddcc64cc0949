"""Bounded threads: work off the loop, and a clear no when there is no room."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from app.failures import OverloadedError
from app.threads import BoundedThreads, run_in_daemon_thread

pytestmark = pytest.mark.anyio


@pytest.fixture
def threads() -> Iterator[BoundedThreads]:
    """Two threads, one place to wait."""
    group = BoundedThreads("testing", threads=2, waiting=1)
    yield group
    group.close()


async def test_work_runs_in_another_thread_and_gives_its_result_back(threads: BoundedThreads):
    assert await threads.run(threading.get_ident) != threading.get_ident()
    assert await threads.run(divmod, 7, 2) == (3, 1)


async def test_work_raises_what_it_raised_in_the_thread(threads: BoundedThreads):
    with pytest.raises(ZeroDivisionError):
        await threads.run(divmod, 1, 0)
    assert await threads.run(divmod, 4, 2) == (2, 0)


async def test_work_is_refused_when_threads_and_queue_are_full(threads: BoundedThreads):
    release = threading.Event()
    running = [asyncio.create_task(threads.run(release.wait)) for _ in range(3)]
    await asyncio.sleep(0.01)
    with pytest.raises(OverloadedError) as refusal:
        await threads.run(divmod, 4, 2)
    assert refusal.value.retry_after_s >= 1
    release.set()
    assert await asyncio.gather(*running) == [True, True, True]
    assert await threads.run(divmod, 4, 2) == (2, 0)


async def test_work_of_a_caller_that_left_still_counts_until_it_is_done(threads: BoundedThreads):
    release = threading.Event()
    running = [asyncio.create_task(threads.run(release.wait)) for _ in range(3)]
    await asyncio.sleep(0.01)
    for task in running[:1]:
        task.cancel()
    await asyncio.sleep(0.01)
    with pytest.raises(OverloadedError):
        await threads.run(divmod, 4, 2)
    release.set()
    await asyncio.gather(*running, return_exceptions=True)


async def test_work_that_no_thread_got_to_in_time_is_refused_and_never_done():
    group = BoundedThreads("testing", threads=1, waiting=2, max_wait_s=0.05)
    release, done = threading.Event(), list[int]()
    running = asyncio.create_task(group.run(release.wait))
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError):
        await group.run(done.append, 1)
    release.set()
    assert await running  # what has begun is not cut short
    await group.run(done.append, 2)
    group.close()
    assert done == [2]


async def test_work_that_waits_for_a_caller_that_left_is_never_done(threads: BoundedThreads):
    release, done = threading.Event(), list[int]()
    running = [asyncio.create_task(threads.run(release.wait)) for _ in range(2)]
    left = asyncio.create_task(threads.run(done.append, 1))
    await asyncio.sleep(0)
    left.cancel()
    await asyncio.sleep(0)
    after = asyncio.create_task(threads.run(done.append, 2))  # in the place that was left
    await asyncio.sleep(0)
    release.set()
    await asyncio.gather(*running, after)
    assert done == [2]


async def test_long_work_leaves_the_event_loop_free(threads: BoundedThreads):
    working = asyncio.create_task(threads.run(time.sleep, 0.3))
    ticks = 0
    while not working.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks > 10


async def test_daemon_thread_hands_over_results_and_errors():
    assert await run_in_daemon_thread("test", lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        await run_in_daemon_thread("test", lambda: divmod(1, 0))
