"""Requests → batches → the encoder: one thread, bounded queues, no request waits for a timer.

Whatever has queued up while the model was busy goes in together as the next batch, so batches
grow with load and a lone request is never delayed. Texts and pictures take turns. A full queue
refuses (OverloadedError). A batch that fails fails its own callers, and the loop goes on. Never
decodes and never searches.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.failures import OverloadedError
from models.encoder import Embeddings, Encoder

T = TypeVar("T")
Prepared = NDArray[np.uint8]  # (3, S, S)

_SMOOTHING = 0.2  # weight of the newest batch in the running mean of a batch's seconds
_FIRST_GUESS_S = 0.05  # of a batch, before any was seen
_MAX_RETRY_AFTER_S = 30


@dataclass(frozen=True, slots=True, eq=False)
class _Job(Generic[T]):
    """Inputs that wait for the model, at most one batch of them, and where the answer goes."""

    inputs: list[T]
    answer: asyncio.Future[Embeddings]


class _Lane(Generic[T]):
    """The waiting jobs of one kind of input."""

    def __init__(self, encode: Callable[[list[T]], Embeddings], max_batch: int) -> None:
        self._encode = encode
        self._max_batch = max_batch
        self.jobs: deque[_Job[T]] = deque()

    async def run_batch(self, executor: ThreadPoolExecutor) -> None:
        """Encode the oldest jobs that fit into one batch, and answer each."""
        batch = self._take_batch()
        if not batch:
            return
        inputs = [value for job in batch for value in job.inputs]
        loop = asyncio.get_running_loop()
        try:
            embeddings = await loop.run_in_executor(executor, self._encode, inputs)
        except Exception as error:  # noqa: BLE001  the worker loop: fail the callers, go on
            for job in batch:
                if not job.answer.done():
                    job.answer.set_exception(error)
        else:
            start = 0
            for job in batch:
                end = start + len(job.inputs)
                if not job.answer.done():
                    job.answer.set_result(embeddings[start:end])
                start = end
        finally:
            for job in batch:
                job.answer.cancel()  # nothing, unless we are being closed

    def _take_batch(self) -> list[_Job[T]]:
        batch: list[_Job[T]] = []
        size = 0
        while self.jobs and (not batch or size + len(self.jobs[0].inputs) <= self._max_batch):
            job = self.jobs.popleft()
            if not job.answer.done():  # else its caller has gone
                batch.append(job)
                size += len(job.inputs)
        return batch


class EncodeBatcher:
    """The only way to the encoder in the service."""

    def __init__(self, encoder: Encoder, *, waiting: int, max_batch: int) -> None:
        self.encoder = encoder
        self._max_waiting = waiting
        self._max_batch = max_batch
        self._texts: _Lane[str] = _Lane(encoder.encode_text, max_batch)
        self._pictures: _Lane[Prepared] = _Lane(
            lambda prepared: encoder.encode_prepared(np.stack(prepared)), max_batch
        )
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._turns: asyncio.Task[None] | None = None
        self._batch_s = _FIRST_GUESS_S

    async def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts. Returns (len(texts), dim) float32, unit length.

        Raises OverloadedError when too many requests wait, EncodeError if the model fails.
        """
        return await self._encode(self._texts, texts)

    async def encode_prepared(self, prepared: Sequence[Prepared]) -> Embeddings:
        """Encode prepared pictures. Returns (len(prepared), dim) float32, unit length.

        Raises OverloadedError when too many requests wait, EncodeError if the model fails.
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
        waiting = len(self._texts.jobs) + len(self._pictures.jobs)
        if waiting >= self._max_waiting:
            seconds = math.ceil(self._batch_s * waiting / self._max_batch)
            raise OverloadedError("the model", min(max(seconds, 1), _MAX_RETRY_AFTER_S))
        loop = asyncio.get_running_loop()
        job = _Job(list(inputs), loop.create_future())
        lane.jobs.append(job)
        if self._turns is None or self._turns.done():
            self._turns = loop.create_task(self._take_turns())
        return await job.answer

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
        for answer in [job.answer for job in self._texts.jobs] + [
            job.answer for job in self._pictures.jobs
        ]:
            answer.cancel()
        self._executor.shutdown(wait=False, cancel_futures=True)
