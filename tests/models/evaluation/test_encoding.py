"""Picture files → embeddings: in order, a bounded number ahead, bad files on record."""

import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.config import DecodeLimits
from models.evaluation.encoding import encode_pictures, shown_path
from models.fake_encoder import FakeEncoder
from models.images import DecodedImage, decode_image


def picture(level: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (12, 9), (level, 255 - level, 40)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"{number}.png" for number in range(23)]
    for number, path in enumerate(made):
        path.write_bytes(picture(number * 10))
    return made


@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_pictures_are_encoded_in_order_whatever_the_batch(paths: list[Path], batch_size: int):
    encoder, told = FakeEncoder(), list[int]()
    encoded = encode_pictures(
        encoder, paths, workers=3, batch_size=batch_size, on_progress=told.append
    )
    expected = encoder.encode_image([decode_image(path.read_bytes()) for path in paths])
    np.testing.assert_allclose(encoded.embeddings, expected, atol=1e-6)
    assert encoded.kept.tolist() == list(range(23))
    assert told[-1] == 23
    assert told == sorted(told)


def test_bad_files_are_left_out_with_their_reasons(paths: list[Path], tmp_path: Path):
    paths[3].write_bytes(b"no picture at all")
    paths[5].write_bytes(picture(50)[:45])
    paths[7].unlink()
    paths[9].write_bytes(b"")
    paths[11].unlink()
    os.mkfifo(paths[11])  # reading it would wait for ever
    paths[13].write_bytes(picture(0) + b" " * 5000)
    encoded = encode_pictures(
        FakeEncoder(), paths, DecodeLimits(max_bytes=4000), workers=2, batch_size=4
    )
    codes = {Path(one.name).stem: one.code for one in encoded.skipped}
    assert codes == {
        "3": "unsupported_format",
        "5": "corrupt",
        "7": "unreadable",
        "9": "empty_file",
        "11": "undecodable",
        "13": "too_many_bytes",
    }
    assert all(one.reason for one in encoded.skipped)
    assert len(encoded.embeddings) == len(encoded.kept) == 17
    assert not set(encoded.kept.tolist()) & {3, 5, 7, 9, 11, 13}


def test_decoding_runs_a_bounded_number_of_pictures_ahead(paths: list[Path]):
    encoder = SlowEncoder()
    encode_pictures(encoder, paths, workers=4, batch_size=2)
    assert encoder.most_waiting <= 6  # three batches of two: one at the model, two ahead


class SlowEncoder(FakeEncoder):
    """Counts pictures that are prepared and not yet encoded."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._waiting = self.most_waiting = 0

    def prepare_image(self, image: DecodedImage):
        with self._lock:
            self._waiting += 1
            self.most_waiting = max(self.most_waiting, self._waiting)
        return super().prepare_image(image)

    def encode_prepared(self, prepared):
        threading.Event().wait(0.01)
        with self._lock:
            self._waiting -= len(prepared)
        return super().encode_prepared(prepared)


def test_no_pictures_give_no_embeddings():
    encoded = encode_pictures(FakeEncoder(), [])
    assert encoded.embeddings.shape == (0, 32)
    assert encoded.skipped == ()


def test_any_file_name_can_be_shown():
    assert shown_path(Path(os.fsdecode(b"a\xff.png"))).encode("utf-8") == b"a?.png"
