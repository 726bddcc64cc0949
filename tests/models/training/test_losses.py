"""The training losses against their definitions written out."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from models.training.losses import (
    MAX_LOGIT_SCALE,
    contrastive_loss,
    cosine_distance,
    similarity_distance,
)


def unit(rows: int, seed: int, dim: int = 6) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return functional.normalize(torch.randn(rows, dim, generator=generator), dim=-1)


def test_with_one_text_a_picture_the_loss_is_clips() -> None:
    images, texts, groups = unit(5, 0), unit(5, 1), torch.arange(5)
    logits = 12.0 * images @ texts.T
    expected = functional.cross_entropy(logits, groups) + functional.cross_entropy(logits.T, groups)
    loss = contrastive_loss(images, texts, torch.tensor(12.0), groups, groups)
    assert loss.item() == pytest.approx(expected.item() / 2, rel=1e-5)


def test_texts_of_one_group_are_no_negatives_of_each_other() -> None:
    images, texts = unit(4, 2), unit(4, 3)
    groups = torch.tensor([7, 7, 8, 9])
    scores = (5.0 * images @ texts.T).numpy().astype(float)

    def direction(matrix: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
        total = 0.0
        for row in range(4):
            exponentials = np.exp(matrix[row])
            own = [column for column in range(4) if groups[column] == groups[row]]
            shares = [np.log(exponentials[c] / exponentials.sum()) for c in own]
            total -= float(np.mean(shares))
        return total / 4

    loss = contrastive_loss(images, texts, torch.tensor(5.0), groups, groups)
    assert loss.item() == pytest.approx((direction(scores) + direction(scores.T)) / 2, rel=1e-5)


def test_extra_texts_count_as_negatives_of_pictures_only() -> None:
    images, texts, groups = unit(3, 4), unit(3, 5), torch.arange(3)
    extra = torch.cat([texts, unit(4, 6)])
    labels = torch.cat([groups, torch.full((4,), -1)])
    logits = 3.0 * images @ extra.T
    expected = functional.cross_entropy(logits, groups)
    expected = (expected + functional.cross_entropy(logits.T[:3], groups)) / 2
    loss = contrastive_loss(images, extra, torch.tensor(3.0), groups, labels)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)


def test_the_scale_is_capped() -> None:
    images, texts, groups = unit(4, 7), unit(4, 8), torch.arange(4)
    huge, cap = torch.tensor(1e6), torch.tensor(MAX_LOGIT_SCALE)
    left = contrastive_loss(images, texts, huge, groups, groups)
    assert left.item() == contrastive_loss(images, texts, cap, groups, groups).item()


def test_distillation_losses_vanish_for_the_teachers_own_features() -> None:
    features = unit(6, 9)
    assert cosine_distance(features * 3, features).item() == pytest.approx(0, abs=1e-6)
    assert similarity_distance(features * 3, features).item() == pytest.approx(0, abs=1e-6)
    assert cosine_distance(features, -features).item() == pytest.approx(2, abs=1e-5)
