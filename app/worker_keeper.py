"""Keeps a worker process, while there are jobs or at all times: started again with growing delays
when it dies, stopped with the service. Runs no job and imports no worker.
"""

import asyncio
import contextlib
import logging
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from app.settings import Settings, environment_for_child
from indexer.jobs.board import JobBoard

logger = logging.getLogger("sightline")

_LOOK_S = 1.0
_IDLE_EXIT_S = 60.0  # a loaded model is worth keeping for the next job, not for ever
_LONGEST_DELAY_S = 60.0
_STEADY_S = 60.0  # a worker that lived so long did not die of its start
_STOP_GRACE_S = 8.0


def worker_command(*, warm: bool = False) -> list[str]:
    """The command line of a worker; its settings come in its environment."""
    how = "--warm" if warm else f"--idle-exit-s={_IDLE_EXIT_S:g}"
    return [sys.executable, "-m", "app.cli.main", "worker", how]


class WorkerKeeper:
    """All methods belong to the event loop's thread; what blocks runs in a thread of its own."""

    def __init__(self, settings: Settings, board: JobBoard) -> None:
        self._environment = environment_for_child(settings)
        self._is_warm = settings.worker == "warm"
        self._board = board
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="keeper")
        self._soon = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._started_s = 0.0
        self._failures = 0
        self._not_before_s = 0.0

    def begin(self) -> None:
        """Begin to look for work."""
        self._task = asyncio.get_running_loop().create_task(self._keep())

    def look_soon(self) -> None:
        """There may be something to do."""
        self._soon.set()

    async def close(self) -> None:
        """Let the worker stop at its next batch; end it if that takes too long."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await asyncio.wrap_future(self._thread.submit(self._end))
        self._thread.shutdown(wait=False)

    async def _keep(self) -> None:
        while True:
            await asyncio.wrap_future(self._thread.submit(self._look))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._soon.wait(), _LOOK_S)
            self._soon.clear()

    def _look(self) -> None:
        try:
            self._bury()
            is_free = self._process is None and time.monotonic() >= self._not_before_s
            if is_free and (self._is_warm or self._board.has_work()):
                self._start()
        except Exception as error:
            logger.error("cannot keep a worker: %s", error, exc_info=error)
            self._delay()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            worker_command(warm=self._is_warm),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        self._started_s = time.monotonic()

    def _bury(self) -> None:
        """See whether the worker has ended, and how."""
        if self._process is None or self._process.poll() is None:
            return
        ended, self._process = self._process, None
        if ended.returncode == 0:
            self._failures = 0
            return
        logger.warning("the worker ended with %d; its job is taken up again", ended.returncode)
        if time.monotonic() - self._started_s >= _STEADY_S:
            self._failures = 0
        self._delay()
        self._board.release(ended.pid)

    def _delay(self) -> None:
        delay_s = min(2.0**self._failures, _LONGEST_DELAY_S)
        self._failures += 1
        self._not_before_s = time.monotonic() + delay_s

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.returncode != 0:
            self._board.release(self._process.pid, was_stopped=True)
