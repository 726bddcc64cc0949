"""The whole image tower learns from a few pictures, and what is frozen stays."""

import io
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from models.training.concepts import ConceptSet, Opinions
from models.training.design import build_network
from models.training.image_task import ImageTask
from models.training.image_tower import ImagePlan, encode, train_tower
from models.training.teachers import IMAGE_SIDE, squash


def picture(row: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (40 * row, 250 - 40 * row, 90)).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def task() -> ImageTask:
    rng = np.random.default_rng(0)
    probabilities = np.zeros((6, 1000), np.float16)
    probabilities[np.arange(3), np.arange(3)] = 1
    texts = functional.normalize(torch.randn(1000, 384), dim=-1)
    return ImageTask(
        pictures=[picture(row) for row in range(6)],
        features=rng.standard_normal((6, 1280)).astype(np.float16),
        opinions=Opinions(ConceptSet(np.arange(1000)[:, None], 1.0), (), (), probabilities),
        texts_of=[np.array([row] if row > 2 else [], dtype=np.int64) for row in range(6)],
        groups=np.arange(6),
        weights=np.ones(6),
        mirrorable=np.ones(6, dtype=bool),
        text_embeddings=texts,
        held_out=np.arange(0),
    )


@pytest.mark.parametrize("lesson", [{"keep": 2.0}, {"steady": 10.0}])
def test_tower_learns_but_for_its_first_stages_and_statistics(
    task: ImageTask, lesson: dict[str, Any]
):
    network = build_network()
    before = {name: value.clone() for name, value in network.visual.state_dict().items()}
    plan = ImagePlan(steps=2, batch=4, foreign_texts=8, concepts=20, **lesson)
    lines: list[str] = []
    targets = functional.normalize(torch.randn(6, 384), dim=-1) if "keep" in lesson else None
    train_tower(network, task, plan, lines.append, targets)
    after = network.visual.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert not any(name.startswith(("trunk.conv_stem", "trunk.blocks.1.")) for name in changed)
    assert not any("running_" in name for name in changed)
    assert any(name.startswith("trunk.blocks.6.") for name in changed)
    assert "head.mlp.fc2.weight" in changed
    assert lines[0].startswith("image tower: step 0/2 loss ")
    assert not network.visual.training


def test_encoding_gives_unit_features_that_can_be_learnt_from(task: ImageTask):
    visual = build_network().visual.eval()
    features = encode(visual, torch.zeros(2, 3, 192, 192, dtype=torch.uint8))
    assert features.shape == (2, 384)
    torch.testing.assert_close(features.norm(dim=1), torch.ones(2))
    assert not features.is_inference()


def test_tower_goes_where_pictures_should_be(task: ImageTask):
    network = build_network()
    pixels = torch.stack([squash(data, IMAGE_SIDE) for data in task.pictures])
    targets = functional.normalize(torch.randn(6, 384), dim=-1)
    before = (encode(network.visual.eval(), pixels) * targets).sum()
    plan = ImagePlan(
        steps=12,
        batch=6,
        foreign_texts=8,
        concepts=20,
        rate=2e-3,
        keep=10.0,
    )
    train_tower(network, task, plan, lambda _: None, targets)
    assert (encode(network.visual, pixels) * targets).sum() > before + 0.2
