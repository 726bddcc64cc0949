"""The batcher: answers to the right callers, batches under load, back-pressure, failures."""

import asyncio
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from app.batching import EncodeBatcher
from app.failures import OverloadedError
from models.encoder import Embeddings
from models.errors import EncodeError
from models.fake_encoder import FakeEncoder

pytestmark = pytest.mark.anyio


class GatedEncoder(FakeEncoder):
    """Waits at a gate before each batch, and notes how large the batches were."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.batches: list[int] = []

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        self.gate.wait(10)
        self.batches.append(len(texts))
        if "poison" in texts:
            raise EncodeError("poisoned")
        return super().encode_text(texts)


@pytest.fixture
def encoder() -> GatedEncoder:
    """An encoder whose gate is closed."""
    return GatedEncoder()


def _batcher(
    encoder: FakeEncoder, waiting: int = 8, max_batch: int = 4, max_wait_s: float = 60
) -> EncodeBatcher:
    return EncodeBatcher(encoder, waiting=waiting, max_batch=max_batch, max_wait_s=max_wait_s)


async def _ask(batcher: EncodeBatcher, *texts: str) -> list[asyncio.Task[Embeddings]]:
    """Ask one after the other, so that the first is being encoded when the others come."""
    tasks = []
    for text in texts:
        tasks.append(asyncio.create_task(batcher.encode_texts([text])))
        await asyncio.sleep(0.01)
    return tasks


async def test_answers_of_a_batch_come_in_different_turns_of_the_loop(encoder: GatedEncoder):
    batcher = _batcher(encoder)
    turn, came = 0, dict[str, int]()

    async def ask(text: str) -> None:
        await batcher.encode_texts([text])
        came[text] = turn

    asking = [asyncio.create_task(ask(text)) for text in ("red", "green", "blue")]
    encoder.gate.set()
    while not all(task.done() for task in asking):
        turn += 1
        await asyncio.sleep(0)
    assert encoder.batches == [3]
    assert came["red"] < came["green"] < came["blue"]
    batcher.close()


async def test_batcher_answers_each_caller_with_its_own_embeddings(encoder: GatedEncoder):
    encoder.gate.set()
    batcher = _batcher(encoder)
    texts = [f"text {number}" for number in range(7)]
    answers = await asyncio.gather(*(batcher.encode_texts([text]) for text in texts))
    np.testing.assert_array_equal(np.concatenate(answers), FakeEncoder().encode_text(texts))


async def test_batcher_puts_what_waits_into_one_batch_of_limited_size(encoder: GatedEncoder):
    batcher = _batcher(encoder)
    tasks = await _ask(batcher, *"abcdefg")
    encoder.gate.set()
    await asyncio.gather(*tasks)
    assert encoder.batches == [1, 4, 2]


async def test_batcher_refuses_at_once_when_its_queue_is_full(encoder: GatedEncoder):
    batcher = _batcher(encoder, waiting=3)
    tasks = await _ask(batcher, *"abcd")  # one is being encoded, three wait
    with pytest.raises(OverloadedError) as refusal:
        await batcher.encode_texts(["e"])
    assert 1 <= refusal.value.retry_after_s <= 30
    encoder.gate.set()
    await asyncio.gather(*tasks)
    assert (await batcher.encode_texts(["e"])).shape == (1, encoder.info.dim)


async def test_batcher_fails_only_the_caller_whose_input_fails_the_batch(encoder: GatedEncoder):
    batcher = _batcher(encoder)
    tasks = await _ask(batcher, "first", "a", "poison", "b")
    encoder.gate.set()
    _, a, poisoned, b = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(poisoned, EncodeError)
    np.testing.assert_array_equal(a, FakeEncoder().encode_text(["a"]))
    np.testing.assert_array_equal(b, FakeEncoder().encode_text(["b"]))
    assert encoder.batches == [1, 3, 1, 1, 1]  # together, and then once more each


async def test_batcher_fails_every_caller_of_a_model_that_fails_and_goes_on(encoder: GatedEncoder):
    batcher = _batcher(encoder)
    tasks = await _ask(batcher, "first", "poison", "poison")
    encoder.gate.set()
    _, *failed = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in failed] == [EncodeError, EncodeError]
    assert (await batcher.encode_texts(["after"])).shape == (1, encoder.info.dim)


async def test_batcher_refuses_who_has_waited_too_long_and_encodes_nothing_for_it(
    encoder: GatedEncoder,
):
    batcher = _batcher(encoder, max_wait_s=0.05)
    running, late = await _ask(batcher, "a", "late")
    with pytest.raises(OverloadedError) as refusal:
        await late  # while the model is still busy
    assert refusal.value.retry_after_s >= 1
    assert not running.done()
    encoder.gate.set()
    await running
    await batcher.encode_texts(["b"])
    assert encoder.batches == [1, 1]


async def test_batcher_gives_the_place_of_a_caller_that_has_left_to_the_next(
    encoder: GatedEncoder,
):
    batcher = _batcher(encoder, waiting=2)
    running, left, waiting = await _ask(batcher, "a", "left", "b")
    left.cancel()
    await asyncio.sleep(0)
    (instead,) = await _ask(batcher, "c")
    encoder.gate.set()
    await asyncio.gather(running, waiting, instead)
    assert encoder.batches == [1, 2]


async def test_batcher_skips_a_caller_that_has_left(encoder: GatedEncoder):
    batcher = _batcher(encoder, max_batch=1)
    first, left, last = await _ask(batcher, "a", "left", "b")
    left.cancel()
    encoder.gate.set()
    await asyncio.gather(first, last)
    assert encoder.batches == [1, 1]


async def test_batcher_lets_others_in_between_the_parts_of_a_long_request(encoder: GatedEncoder):
    batcher = _batcher(encoder)
    long = asyncio.create_task(batcher.encode_texts([f"class {n}" for n in range(40)]))
    await asyncio.sleep(0.02)
    (short,) = await _ask(batcher, "short")
    encoder.gate.set()
    await short
    assert not long.done()
    np.testing.assert_array_equal(
        await long, FakeEncoder().encode_text([f"class {n}" for n in range(40)])
    )


async def test_batcher_serves_texts_and_pictures_in_turn(encoder: GatedEncoder):
    batcher = _batcher(encoder)
    picture = np.full((3, 8, 8), 200, np.uint8)
    texts = await _ask(batcher, *"abcdef")
    image = asyncio.create_task(batcher.encode_prepared([picture]))
    await asyncio.sleep(0.02)
    encoder.gate.set()
    np.testing.assert_array_equal(await image, encoder.encode_prepared(picture[None]))
    assert len(encoder.batches) <= 2
    await asyncio.gather(*texts)


async def test_batcher_cancels_whoever_waits_when_it_closes(encoder: GatedEncoder):
    batcher = _batcher(encoder)
    tasks = await _ask(batcher, "a", "b")
    batcher.close()
    encoder.gate.set()
    await asyncio.sleep(0.02)
    assert [task.cancelled() for task in tasks] == [True, True]
