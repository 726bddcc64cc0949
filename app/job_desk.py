"""What the service knows of jobs: the job table in threads of its own, streams of events, and the
keeper of the worker process. Never indexes.
"""

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.failures import OverloadedError
from app.job_schemas import JobEventAnswer
from app.settings import Settings
from app.threads import BoundedThreads
from app.worker_keeper import WorkerKeeper
from indexer.jobs.board import JobBoard
from indexer.jobs.records import JobEvent
from indexer.jobs.schedules import Schedules

MAX_STREAMS = 32  # each asks the table a few times a second
_THREADS = 2  # apart from those of searches, which no lock on the job table may hold up
_PAGE = 100
_RETRY_AFTER_S = 10
_KEEP_ALIVE_S = 15.0  # shorter than the patience of proxies


class JobDesk:
    """Made with the service, begun and closed with it."""

    def __init__(self, settings: Settings) -> None:
        self.board = JobBoard(settings.data_dir)
        self.schedules = Schedules(settings.data_dir)
        self.threads = BoundedThreads("jobs", _THREADS, settings.queue_length)
        self.open_streams = 0
        self._poll_s = settings.poll_interval_s
        self._keeper = None if settings.worker == "off" else WorkerKeeper(settings, self.board)
        self._closing = False

    def begin(self) -> None:
        """Begin to keep a worker, if that is configured."""
        if self._keeper is not None:
            self._keeper.begin()

    def look_for_work(self) -> None:
        """There may be something to do now."""
        if self._keeper is not None:
            self._keeper.look_soon()

    def stream(self, job_id: int, after: int) -> "EventStream":
        """The events of a job after one of them, until the job has ended. Raises OverloadedError
        when too many streams are open.
        """
        if self.open_streams >= MAX_STREAMS:
            raise OverloadedError("events of jobs", _RETRY_AFTER_S)
        return EventStream(self, job_id, after)

    def end_streams(self) -> None:
        """The service ends: so do the streams, which would keep it waiting."""
        self._closing = True

    async def close(self) -> None:
        """Stop the worker at its next batch, and start nothing more."""
        self.end_streams()
        if self._keeper is not None:
            await self._keeper.close()
        self.threads.close()
        self.board.close()
        self.schedules.close()

    async def messages(self, job_id: int, after: int) -> AsyncIterator[bytes]:
        """The events as server-sent events, in order, until the job has ended."""
        yield b"retry: 2000\n\n"
        said_s = time.monotonic()
        while not self._closing:
            events = await self.threads.run(self.board.events, job_id, after, _PAGE)
            for event in events:
                yield message_of(event)
            if events:
                after = events[-1].event_id
                said_s = time.monotonic()
                if events[-1].ended:
                    return
            elif time.monotonic() - said_s >= _KEEP_ALIVE_S:
                said_s = time.monotonic()
                yield b": still here\n\n"
            if len(events) < _PAGE:
                await asyncio.sleep(self._poll_s)


class EventStream(StreamingResponse):
    """Counted as open until it is over, in whichever way: the client going away is one."""

    def __init__(self, desk: JobDesk, job_id: int, after: int) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(
            desk.messages(job_id, after), headers=headers, media_type="text/event-stream"
        )
        self._desk = desk
        desk.open_streams += 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._desk.open_streams -= 1


def message_of(event: JobEvent) -> bytes:
    """One server-sent event (HTML standard, section 9.2)."""
    data = JobEventAnswer.of(event).model_dump_json()
    return f"id: {event.event_id}\nevent: {event.kind}\ndata: {data}\n\n".encode()
