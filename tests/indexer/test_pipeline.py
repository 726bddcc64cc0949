"""The pipeline: what a failing model costs, how far it reads ahead, what is committed when."""

import shutil
import threading
import time
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.encoding import HOPELESS_PICTURES, encode_each
from indexer.lookahead import map_ahead
from indexer.progress import IndexSummary
from models.encoder import Embeddings
from models.errors import EncodeError
from models.images import DecodedImage, decode_image
from tests.indexer.workbench import CountingEncoder, Workbench


class PickyEncoder(CountingEncoder):
    """Fails on every batch that holds a picture with one of these first pixels."""

    def __init__(self, poison: set[int]) -> None:
        super().__init__()
        self.poison = poison
        self.calls = 0

    def encode_prepared(self, prepared: NDArray[np.uint8]) -> Embeddings:
        self.calls += 1
        if self.poison & {int(picture[0, 0, 0]) for picture in prepared}:
            raise EncodeError("out of memory")
        return super().encode_prepared(prepared)


@dataclass
class NotingProgress:
    """Keeps what it is told."""

    totals: list[int] = field(default_factory=list)
    done: int = 0
    skipped: int = 0
    summaries: list[IndexSummary] = field(default_factory=list)

    def start(self, total: int) -> None:
        self.totals.append(total)

    def advance(self, count: int, skipped: int) -> None:
        self.done += count
        self.skipped += skipped

    def note(self, message: str) -> None:
        assert message

    def finish(self, summary: IndexSummary) -> None:
        self.summaries.append(summary)


def _prepared(count: int) -> list[NDArray[np.uint8]]:
    """Pictures whose first pixel is their number."""
    pictures = [
        np.random.default_rng(n).integers(0, 255, (3, 8, 8), np.uint8) for n in range(count)
    ]
    for number, picture in enumerate(pictures):
        picture[0, 0, 0] = number
    return pictures


@pytest.mark.parametrize("poison", [set(), {0}, {63}, {5, 6}, {0, 17, 31, 63}])
def test_failing_picture_loses_no_other_of_its_batch(poison: set[int]):
    encoder = PickyEncoder(poison)
    pictures = _prepared(64)
    results = encode_each(encoder, pictures)
    failed = {row for row, result in enumerate(results) if isinstance(result, EncodeError)}
    assert failed == poison
    alone = CountingEncoder().encode_prepared(np.stack(pictures))
    for row in set(range(64)) - poison:
        np.testing.assert_array_equal(results[row], alone[row])
    assert encoder.calls <= 1 + 2 * 6 * max(1, len(poison))


def test_model_that_fails_on_everything_stops_the_run():
    everything = set(range(HOPELESS_PICTURES))
    with pytest.raises(EncodeError, match="out of memory"):
        encode_each(PickyEncoder(everything), _prepared(HOPELESS_PICTURES))
    few = encode_each(PickyEncoder(everything), _prepared(HOPELESS_PICTURES - 1))
    assert all(isinstance(result, EncodeError) for result in few)


def test_picture_that_the_model_refuses_is_on_record_and_tried_again(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    bench.draw(*(f"{number}.jpg" for number in range(20)))
    shutil.copy(bench.pictures / "7.jpg", bench.pictures / "twin.jpg")
    victim = bench.encoder.encode_image([_decoded(bench, "7.jpg")])[0]
    real_encode = CountingEncoder.encode_prepared

    def refusing(encoder: CountingEncoder, prepared: NDArray[np.uint8]) -> Embeddings:
        embeddings = real_encode(encoder, prepared)
        if any(np.allclose(row, victim) for row in embeddings):
            raise EncodeError("the picture makes the model stumble")
        return embeddings

    monkeypatch.setattr(CountingEncoder, "encode_prepared", refusing)
    summary = bench.index()
    assert {name: file.code for name, file in bench.skipped().items()} == {
        "7.jpg": "encode_failed",
        "twin.jpg": "encode_failed",
    }
    assert (summary.new, summary.skipped) == (19, 2)
    monkeypatch.undo()
    assert bench.index().new == 2
    bench.assert_whole()


def test_failing_model_publishes_nothing_and_the_next_run_goes_on(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    bench.draw("a.jpg")
    bench.index()
    bench.draw(*(f"{number}.jpg" for number in range(30)))

    def broken(_encoder: CountingEncoder, _prepared: NDArray[np.uint8]) -> Embeddings:
        raise EncodeError("the device is gone")

    monkeypatch.setattr(CountingEncoder, "encode_prepared", broken)
    with pytest.raises(EncodeError, match="the device is gone"):
        bench.index()
    assert list(bench.items()) == ["a.jpg"]
    monkeypatch.undo()
    assert bench.index().new == 30
    bench.assert_whole()


def test_interrupted_run_resumes_behind_its_last_commit(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("indexer.pipeline._COMMIT_INTERVAL_S", 0.0)
    bench.draw(*(f"{number}.jpg" for number in range(64)))
    real_encode = CountingEncoder.encode_prepared

    def interrupted(encoder: CountingEncoder, prepared: NDArray[np.uint8]) -> Embeddings:
        if encoder.encoded >= 40:
            raise KeyboardInterrupt
        return real_encode(encoder, prepared)

    monkeypatch.setattr(CountingEncoder, "encode_prepared", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.index()
    monkeypatch.undo()
    bench.forget_counts()
    assert bench.index().new == 64
    assert bench.encoder.prepared == bench.encoder.encoded == 24
    bench.assert_whole()


def test_progress_adds_up_to_what_was_announced(bench: Workbench):
    bench.draw(*(f"{number}.jpg" for number in range(25)))
    (bench.pictures / "bad.jpg").write_bytes(b"bad")
    (bench.pictures / "notes.txt").write_text("x")
    progress = NotingProgress()
    summary = bench.index(progress=progress)
    assert progress.totals == [26]
    assert (progress.done, progress.skipped) == (26, 1)
    assert progress.summaries == [summary]
    assert summary.skipped_by_code == {"not_a_picture": 1, "unsupported_format": 1}
    again = NotingProgress()
    bench.index(progress=again)
    assert (again.totals, again.done) == ([0], 0)


def test_lookahead_is_bounded_and_keeps_the_order():
    lock = threading.Lock()
    begun = 0

    def work(value: int) -> int:
        nonlocal begun
        with lock:
            begun += 1
        return value * value

    results = map_ahead(work, iter(range(200)), workers=4, ahead=10)
    taken = []
    for result in results:
        taken.append(result)
        time.sleep(0.001)
        assert begun <= len(taken) + 10
    assert taken == [value * value for value in range(200)]


def test_lookahead_stops_working_when_it_is_closed():
    begun: list[int] = []
    results = map_ahead(lambda value: begun.append(value), range(10_000), workers=2, ahead=8)
    next(results)
    results.close()
    assert len(begun) <= 8


def test_unknown_error_of_a_worker_ends_the_run_without_hanging(bench: Workbench):
    bench.draw(*(f"{number}.jpg" for number in range(40)))

    class BrokenEncoder(CountingEncoder):
        def prepare_image(self, image: DecodedImage) -> NDArray[np.uint8]:
            raise RuntimeError("a fault in the code")

    bench.encoder = BrokenEncoder()
    with pytest.raises(RuntimeError, match="a fault in the code"):
        bench.index()


def _decoded(bench: Workbench, name: str) -> DecodedImage:
    return decode_image((bench.pictures / name).read_bytes())
