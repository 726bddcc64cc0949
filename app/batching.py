"""Requests → batches → the encoder: one thread, bounded queues, no request waits for a timer.

Whatever has queued up while the model was busy goes in together as the next batch, so batches
grow with load and a lone request is never delayed. Texts and pictures take turns. A full queue
refuses (OverloadedError), and so does one that kept a request waiting for too long: nothing is
encoded for nobody. A batch that fails is tried once more request by request, so that a bad input
fails its own caller only, and the loop goes on. Never decodes and never searches.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.failures import OverloadedError
from models.encoder import Embeddings, Encoder

T = TypeVar("T")
Prepared = NDArray[np.uint8]  # (3, S, S)
TellBatch = Callable[[int, float], None]  # inputs, seconds

DEFAULT_MAX_WAIT_S = 10.0
_SMOOTHING = 0.2  # weight of the newest batch in the running mean of a batch's seconds
_FIRST_GUESS_S = 0.05  # of a batch, before any was seen
_MAX_RETRY_AFTER_S = 30


@dataclass(frozen=True, slots=True, eq=False)
class _Job(Generic[T]):
    """Inputs that wait for the model, at most one batch of them, and where the answer goes."""

    inputs: list[T]
    answer: asyncio.Future[Embeddings]
    deadline: asyncio.TimerHandle

    def answer_with(self, embeddings: Embeddings) -> None:
        if not self.answer.done():  # else its caller has gone
            self.answer.set_result(embeddings)

    def refuse(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class _Lane(Generic[T]):
    """The waiting jobs of one kind of input."""

    def __init__(
        self, encode: Callable[[list[T]], Embeddings], max_batch: int, tell: TellBatch
    ) -> None:
        self._encode = encode
        self._max_batch = max_batch
        self._tell = tell
        self._handing_out: set[asyncio.Task[None]] = set()
        self.jobs: deque[_Job[T]] = deque()

    async def run_batch(self, executor: ThreadPoolExecutor) -> None:
        """Encode the oldest jobs that fit into one batch, and answer each."""
        batch = self._take_batch()
        try:
            if not await self._run(batch, executor, alone=len(batch) == 1):
                for job in batch:
                    await self._run([job], executor, alone=True)
        except BaseException:  # we are being closed
            for job in batch:
                job.answer.cancel()
            raise

    async def _run(
        self, batch: list[_Job[T]], executor: ThreadPoolExecutor, *, alone: bool
    ) -> bool:
        """Encode and answer; False if that failed, and each is to be tried alone."""
        batch = [job for job in batch if not job.answer.done()]
        if not batch:
            return True
        inputs = [value for job in batch for value in job.inputs]
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        try:
            embeddings = await loop.run_in_executor(executor, self._encode, inputs)
        except Exception as error:  # noqa: BLE001  the worker loop: fail the callers, go on
            if alone:
                batch[0].refuse(error)
            return alone
        self._tell(len(inputs), time.perf_counter() - began)
        handing_out = loop.create_task(_hand_out(batch, embeddings))  # the next batch may begin
        self._handing_out.add(handing_out)
        handing_out.add_done_callback(self._handing_out.discard)
        return True

    def _take_batch(self) -> list[_Job[T]]:
        batch: list[_Job[T]] = []
        size = 0
        while self.jobs and (not batch or size + len(self.jobs[0].inputs) <= self._max_batch):
            job = self.jobs.popleft()
            job.deadline.cancel()
            if not job.answer.done():  # else its caller has gone
                batch.append(job)
                size += len(job.inputs)
        return batch

    def cancel_all(self) -> None:
        """Answer nobody any more."""
        for handing_out in self._handing_out:
            handing_out.cancel()
        for job in self.jobs:
            job.deadline.cancel()
            job.answer.cancel()

    def forget_the_gone(self) -> None:
        """Give the places of callers that have left, or were refused, to others."""
        self.jobs = deque(job for job in self.jobs if not job.answer.done())


async def _hand_out(batch: Sequence[_Job[T]], embeddings: Embeddings) -> None:
    """Answer the jobs of a batch, one in each turn of the loop: if all went on at once, who comes
    meanwhile, perhaps only to be refused, would wait for all of them.
    """
    try:
        start = 0
        for job in batch:
            end = start + len(job.inputs)
            job.answer_with(embeddings[start:end])
            start = end
            await asyncio.sleep(0)
    finally:
        for job in batch:
            job.answer.cancel()  # nothing, unless we are being closed


class EncodeBatcher:
    """The only way to the encoder in the service."""

    def __init__(
        self,
        encoder: Encoder,
        *,
        waiting: int,
        max_batch: int,
        max_wait_s: float = DEFAULT_MAX_WAIT_S,
        tell: Callable[[str, int, float], None] = lambda *_: None,
    ) -> None:
        """`tell` hears of every batch: its kind, how many inputs, how many seconds."""
        self.encoder = encoder
        self._max_waiting = waiting
        self._max_wait_s = max_wait_s
        self._max_batch = max_batch
        self._texts: _Lane[str] = _Lane(encoder.encode_text, max_batch, partial(tell, "texts"))
        self._pictures: _Lane[Prepared] = _Lane(
            lambda prepared: encoder.encode_prepared(np.stack(prepared)),
            max_batch,
            partial(tell, "pictures"),
        )
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._turns: asyncio.Task[None] | None = None
        self._batch_s = _FIRST_GUESS_S

    @property
    def waiting(self) -> int:
        """How many jobs wait for the model."""
        return len(self._texts.jobs) + len(self._pictures.jobs)

    async def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts. Returns (len(texts), dim) float32, unit length.

        Raises OverloadedError when too many wait, or this one has for too long; EncodeError if the
        model fails.
        """
        return await self._encode(self._texts, texts)

    async def encode_prepared(self, prepared: Sequence[Prepared]) -> Embeddings:
        """Encode prepared pictures. Returns (len(prepared), dim) float32, unit length.

        Raises OverloadedError when too many wait, or this one has for too long; EncodeError if the
        model fails.
        """
        return await self._encode(self._pictures, prepared)

    async def count_tokens(self, texts: Sequence[str]) -> int:
        """How many tokens of these texts the model reads; counted between the batches."""
        loop = asyncio.get_running_loop()
        counts = [
            await loop.run_in_executor(
                self._executor, self.encoder.count_tokens, texts[start : start + self._max_batch]
            )
            for start in range(0, len(texts), self._max_batch)
        ]
        return sum(counts)

    async def _encode(self, lane: _Lane[T], inputs: Sequence[T]) -> Embeddings:
        # Long inputs go batch by batch, each behind whoever has come meanwhile.
        if len(inputs) <= self._max_batch:
            return await self._submit(lane, inputs)
        parts = [
            await self._submit(lane, inputs[start : start + self._max_batch])
            for start in range(0, len(inputs), self._max_batch)
        ]
        return np.concatenate(parts)  # (len(inputs), dim)

    async def _submit(self, lane: _Lane[T], inputs: Sequence[T]) -> Embeddings:
        refusal = self.refusal()
        if refusal is not None:
            raise refusal
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Embeddings] = loop.create_future()
        deadline = loop.call_later(self._max_wait_s, self._expire, answer)
        lane.jobs.append(_Job(list(inputs), answer, deadline))
        if self._turns is None or self._turns.done():
            self._turns = loop.create_task(self._take_turns())
        return await answer

    def refusal(self) -> OverloadedError | None:
        """Why nobody else may wait for the model; None while there is room."""
        if self.waiting >= self._max_waiting:
            self._texts.forget_the_gone()
            self._pictures.forget_the_gone()
        return self._refusal() if self.waiting >= self._max_waiting else None

    def _expire(self, answer: asyncio.Future[Embeddings]) -> None:
        if not answer.done():
            answer.set_exception(self._refusal())

    def _refusal(self) -> OverloadedError:
        seconds = math.ceil(self._batch_s * self.waiting / self._max_batch)
        return OverloadedError("the model", min(max(seconds, 1), _MAX_RETRY_AFTER_S))

    async def _take_turns(self) -> None:
        while self._texts.jobs or self._pictures.jobs:
            for lane in (self._texts, self._pictures):
                if lane.jobs:
                    began = time.perf_counter()
                    await lane.run_batch(self._executor)
                    self._batch_s += _SMOOTHING * (time.perf_counter() - began - self._batch_s)

    def close(self) -> None:
        """Encode nothing more; whoever still waits is cancelled."""
        if self._turns is not None:
            self._turns.cancel()
        self._texts.cancel_all()
        self._pictures.cancel_all()
        self._executor.shutdown(wait=False, cancel_futures=True)
