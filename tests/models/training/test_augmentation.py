"""Worn copies of pictures, and captions that are no longer true."""

import io
import random

import numpy as np
import pytest
from PIL import Image

from models.images import DecodedImage
from models.training.augmentation import augmented, worn_copy
from models.training.swaps import swapped
from models.training.teachers import IMAGE_SIDE


def encoded_picture(colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (80, 60), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def striped(width: int, height: int) -> DecodedImage:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2] = (250, 0, 0)  # red on the left
    return DecodedImage(pixels, width, height, "PNG")


@pytest.mark.parametrize("size", [(200, 120), (33, 40), (1, 1), (2, 300)])
def test_worn_copies_are_pictures_of_whatever_size(size: tuple[int, int]):
    for seed in range(30):
        worn = worn_copy(striped(*size), True, random.Random(seed))
        height, width, channels = worn.pixels.shape
        assert channels == 3
        assert 1 <= width <= size[0]
        assert 1 <= height <= size[1]


def test_a_picture_whose_text_says_left_is_never_mirrored():
    for seed in range(40):
        worn = worn_copy(striped(200, 100), False, random.Random(seed)).pixels
        assert worn[:, 0, 0].mean() > 200
        assert worn[:, -1, 0].mean() < 60


def test_batches_of_worn_copies_repeat_by_seed_and_keep_their_order():
    pictures = [encoded_picture(colour) for colour in ((250, 0, 0), (0, 250, 0), (0, 0, 250))]
    batches = [np.array([0, 2]), np.array([1, 0]), np.array([2, 2])]

    def run(seed: int) -> list[np.ndarray]:
        found = augmented(iter(batches), pictures, np.ones(3, dtype=bool), seed, with_whole=False)
        return [worn.numpy() for _, worn, whole in found if whole is None]

    first = run(1)
    assert [batch.shape for batch in first] == [(2, 3, IMAGE_SIDE, IMAGE_SIDE)] * 3
    brightest = [[int(p.mean(axis=(1, 2)).argmax()) for p in batch] for batch in first]
    assert brightest == [[0, 2], [1, 0], [2, 2]]
    assert all(np.array_equal(a, b) for a, b in zip(first, run(1), strict=True))


@pytest.mark.parametrize(
    "caption", ["A red boat on the sea.", "Two dogs run.", "a man and a Woman in snow"]
)
def test_a_swapped_caption_differs_in_one_word(caption: str):
    for seed in range(10):
        other = swapped(caption, random.Random(seed))
        assert other is not None
        assert other != caption
        kept = sum(a == b for a, b in zip(caption.split(), other.split(), strict=False))
        assert kept >= len(caption.split()) - 1


def test_a_caption_without_such_a_word_has_no_swap():
    assert swapped("A tall building", random.Random(0)) is None
