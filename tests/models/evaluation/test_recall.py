"""recall@k against loops written out, and against encoders that must not score."""

import numpy as np
import pytest

from models.encoder import Embeddings, unit_embeddings
from models.evaluation.recall import retrieval_recall

PICTURES, CAPTIONS_EACH, DIM = 40, 3, 8


@pytest.fixture
def owners() -> list[int]:
    return [row for row in range(PICTURES) for _ in range(CAPTIONS_EACH)]


@pytest.fixture
def embeddings(owners: list[int]) -> tuple[Embeddings, Embeddings]:
    rng = np.random.default_rng(5)
    images = unit_embeddings(rng.standard_normal((PICTURES, DIM)))
    noise = rng.standard_normal((len(owners), DIM)) * 0.4
    return images, unit_embeddings(images[owners] + noise)


def naive(images: Embeddings, texts: Embeddings, owners: list[int], k: int) -> tuple[float, float]:
    to_image = 0
    for text, owner in zip(texts, owners, strict=True):
        nearest = sorted(range(len(images)), key=lambda i: -float(images[i] @ text))[:k]
        to_image += owner in nearest
    to_text = 0
    for row, image in enumerate(images):
        closest = sorted(range(len(texts)), key=lambda j: -float(texts[j] @ image))[:k]
        to_text += any(owners[j] == row for j in closest)
    return to_image / len(texts), to_text / len(images)


@pytest.mark.parametrize("k", [1, 5, 10])
def test_recall_equals_the_naive_loops_both_ways(
    k: int, embeddings: tuple[Embeddings, Embeddings], owners: list[int]
) -> None:
    images, texts = embeddings
    result = retrieval_recall(images, texts, owners, ks=[k])
    expected = naive(images, texts, owners, k)
    assert (result.text_to_image[k], result.image_to_text[k]) == pytest.approx(expected)
    assert 0.1 < result.text_to_image[k] < 1.0 or k == 10


def test_shuffled_embeddings_score_near_chance(
    embeddings: tuple[Embeddings, Embeddings], owners: list[int]
) -> None:
    images, texts = embeddings
    shuffled = np.random.default_rng(0).permutation(images)
    assert retrieval_recall(shuffled, texts, owners).text_to_image[1] < 0.15


def test_an_encoder_that_says_the_same_of_everything_scores_nothing(owners: list[int]) -> None:
    same = np.ones((1, DIM), np.float32) / np.sqrt(DIM)
    result = retrieval_recall(
        same.repeat(PICTURES, axis=0), same.repeat(len(owners), axis=0), owners
    )
    assert result.text_to_image[10] == 0
    assert result.image_to_text[10] == 0
    assert result.median_rank == PICTURES
