"""The memory of embeddings: the same question is encoded once, for whoever asks and when."""

import asyncio

import numpy as np
import pytest

from app.embedding_memory import EmbeddingMemory, Key, picture_key
from app.failures import OverloadedError
from models.encoder import Embeddings
from models.recent_rows import ROW_OVERHEAD_BYTES

pytestmark = pytest.mark.anyio
DIM = 4


def _row(key: Key) -> list[float]:
    return [float(number) for number in np.frombuffer(picture_key(repr(key).encode())[:DIM], "u1")]


class Model:
    """Encodes when the gate opens, and notes what."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.asked: list[list[Key]] = []
        self.cancelled = 0
        self.error: Exception | None = None

    async def encode(self, keys: list[Key]) -> Embeddings:
        self.asked.append(keys)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        return np.array([_row(key) for key in keys], np.float32)


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_memory_encodes_only_what_it_does_not_know_and_keeps_the_order():
    memory, model = EmbeddingMemory(10_000), Model()
    model.gate.set()
    questions: list[list[Key]] = [["a", "b"], ["b", "c", "a", "c"], ["c", b"a"]]
    for keys in questions:
        rows = await memory.recall(keys, model.encode)
        np.testing.assert_array_equal(rows, [_row(key) for key in keys])
    assert model.asked == [["a", "b"], ["c"], [b"a"]]  # the bytes are another question
    assert (memory.hits, memory.misses) == (4, 4)


async def test_memory_encodes_once_for_all_who_ask_at_the_same_time():
    memory, model = EmbeddingMemory(10_000), Model()
    tasks = [
        asyncio.create_task(memory.recall(keys, model.encode))
        for keys in (["a"], ["a"], ["b", "a"], ["a", "b", "c"])
    ]
    await _settle()
    model.gate.set()
    answers = await asyncio.gather(*tasks)
    assert model.asked == [["a"], ["b"], ["c"]]
    np.testing.assert_array_equal(answers[3], [_row("a"), _row("b"), _row("c")])


async def test_memory_goes_on_for_the_others_when_the_first_who_asked_leaves():
    memory, model = EmbeddingMemory(10_000), Model()
    first, second = (asyncio.create_task(memory.recall(["a"], model.encode)) for _ in range(2))
    await _settle()
    first.cancel()
    await _settle()
    model.gate.set()
    np.testing.assert_array_equal(await second, [_row("a")])
    assert (model.asked, model.cancelled) == ([["a"]], 0)


async def test_memory_stops_encoding_when_all_have_left_and_begins_anew_for_the_next():
    memory, model = EmbeddingMemory(10_000), Model()
    tasks = [asyncio.create_task(memory.recall(["a"], model.encode)) for _ in range(2)]
    await _settle()
    for task in tasks:
        task.cancel()
    await asyncio.sleep(0)  # they leave; what they waited for is being cancelled
    after = asyncio.create_task(memory.recall(["a"], model.encode))
    await _settle()
    assert model.cancelled == 1
    model.gate.set()
    np.testing.assert_array_equal(await after, [_row("a")])


async def test_memory_gives_an_error_to_all_who_wait_for_it_and_remembers_none():
    memory, model = EmbeddingMemory(10_000), Model()
    model.error = OverloadedError("the model", 1)
    tasks = [asyncio.create_task(memory.recall(["a"], model.encode)) for _ in range(2)]
    await _settle()
    model.gate.set()
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(error) for error in errors] == [OverloadedError, OverloadedError]
    model.error = None
    np.testing.assert_array_equal(await memory.recall(["a"], model.encode), [_row("a")])


async def test_memory_is_bounded_and_without_room_still_answers():
    row_bytes = ROW_OVERHEAD_BYTES + 1 + DIM * 4
    model = Model()
    model.gate.set()
    for room, known in ((2, 2), (0, 0)):
        memory = EmbeddingMemory(room * row_bytes)
        for key in "abcd":
            np.testing.assert_array_equal(await memory.recall([key], model.encode), [_row(key)])
        assert memory.size_bytes == known * row_bytes


def test_key_of_a_picture_tells_files_and_choices_apart():
    keys = {picture_key(b"a"), picture_key(b"b"), picture_key(b"a", (0, 1)), picture_key(b"a", 1)}
    assert len(keys) == 4
    assert picture_key(b"a", (0, 1)) in keys
