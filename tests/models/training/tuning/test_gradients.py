"""Gradient caching against the whole batch at once, and the losses against naive versions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from open_clip.loss import SigLipLoss
from torch import Tensor
from torch.nn import functional

from models.training.losses import contrastive_loss, contrastive_loss_of, sigmoid_loss
from models.training.tuning.gradients import Pass, backward, precision_context
from models.training.tuning.learners import pair_objective
from models.training.tuning.networks import Base, freeze_batch_norm, text_features
from models.training.tuning.towers import unit

FP32 = precision_context("fp32", torch.device("cpu"))


class Tower:
    """A side over a plain function."""

    learns = True

    def __init__(self, compute: Callable[[Tensor], Tensor]) -> None:
        self._compute = compute

    def features(self, inputs: Tensor) -> Tensor:
        return unit(self._compute(inputs))


def gradients(base: Base, loss: str, chunk: int | None, *, dropout: bool = False) -> dict[str, Any]:
    network = base.network
    network.train()
    freeze_batch_norm(network)
    network.zero_grad()
    drop = torch.nn.Dropout(0.3 if dropout else 0.0)
    torch.manual_seed(5)
    images = torch.rand(7, 3, 32, 32)
    tokens = base.tokens([f"a picture of {word}" for word in "abcdefghij"])
    objective = pair_objective(network, loss)
    positives = torch.zeros(7, 10, dtype=torch.bool)
    positives[torch.arange(7), torch.arange(7)] = positives[1, 8] = positives[2, 9] = True
    drawn: Any = type("Drawn", (), {"positives": positives})
    sides: Any = (
        Tower(lambda x: drop(network.encode_image(x))),
        Tower(lambda x: drop(text_features(network, x))),
    )
    value = backward(
        sides, [images, tokens], lambda i, t: objective(i, t, drawn), Pass(chunk, FP32, 11)
    )
    found = {n: p.grad.clone() for n, p in network.named_parameters() if p.grad is not None}
    return {"loss": torch.tensor(value), **found}


@pytest.mark.parametrize(("kind", "loss"), [("clip", "contrastive"), ("siglip", "sigmoid")])
def test_cached_gradients_are_those_of_the_whole_batch(
    base_of: Callable[[str], Base], kind: str, loss: str
) -> None:
    whole, cached = (gradients(base_of(kind), loss, chunk) for chunk in (None, 3))
    assert whole.keys() == cached.keys()
    assert {"logit_scale", "loss"} <= whole.keys()
    for name, expected in whole.items():
        error = (cached[name] - expected).norm() / expected.norm().clamp(min=1e-6)
        assert error < 1e-4, (name, error)


def test_dropout_is_drawn_alike_in_both_passes(base_of: Callable[[str], Base]) -> None:
    first, second = (gradients(base_of("clip"), "contrastive", 3, dropout=True) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    scale = first["logit_scale"]
    plain = gradients(base_of("clip"), "contrastive", 3)["logit_scale"]
    assert not torch.equal(scale, plain)


def rows(count: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return functional.normalize(torch.randn(count, 6, generator=generator), dim=-1)


def test_sigmoid_loss_is_open_clips_with_one_text_a_picture() -> None:
    images, texts, scale, bias = rows(5, 0), rows(5, 1), torch.tensor(9.0), torch.tensor(-4.0)
    expected = SigLipLoss()(images, texts, scale, bias)
    loss = sigmoid_loss(images, texts, scale, bias, torch.eye(5, dtype=torch.bool))
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)


def test_sigmoid_loss_judges_each_pair_by_itself() -> None:
    images, texts = rows(3, 2), rows(4, 3)
    truth = np.array([[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], dtype=bool)
    total = 0.0
    for i in range(3):
        for j in range(4):
            logit = 7.0 * float(images[i] @ texts[j]) - 2.0
            total += float(np.log1p(np.exp(-logit if truth[i, j] else logit)))
    scale, bias = torch.tensor(7.0), torch.tensor(-2.0)
    loss = sigmoid_loss(images, texts, scale, bias, torch.from_numpy(truth))
    assert loss.item() == pytest.approx(total / 3, rel=1e-5)


def test_a_truth_table_of_groups_is_the_loss_with_groups() -> None:
    images, texts, scale = rows(4, 4), rows(6, 5), torch.tensor(5.0)
    own, theirs = torch.tensor([0, 1, 1, 2]), torch.tensor([0, 1, 1, 2, -1, 0])
    truth = own[:, None] == theirs[None, :]
    expected = contrastive_loss(images, texts, scale, own, theirs)
    loss = contrastive_loss_of(images, texts, scale, truth)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-6)
