"""The whole image tower learns from a few pictures, and what is frozen stays."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from models.training.concepts import ConceptSet, Opinions
from models.training.design import build_network
from models.training.image_tower import ImagePlan, ImageTask, encode, new_head, train_tower


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


@pytest.mark.parametrize(("keep", "steady"), [(2.0, 0.0), (0.0, 10.0)])
def test_tower_learns_but_for_its_first_stages_and_statistics(
    task: ImageTask, keep: float, steady: float
):
    network = build_network()
    before = {name: value.clone() for name, value in network.visual.state_dict().items()}
    plan = ImagePlan(
        tower_steps=2, tower_batch=4, extra_texts=8, concepts=20, keep=keep, steady=steady
    )
    lines: list[str] = []
    train_tower(network, new_head().eval(), task, plan, lines.append)
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
