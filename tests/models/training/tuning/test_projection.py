"""Folding a map into a tower's last layer gives the mapped embeddings, in every kind of tower."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from models.errors import TrainingError
from models.training.tuning.networks import Base
from models.training.tuning.projection import ResidualMap, fold, foldable_sides


@pytest.mark.parametrize("kind", ["clip", "mlp", "resnet", "siglip"])
def test_folded_map_is_the_map_behind_the_tower(base_of: Callable[[str], Base], kind: str) -> None:
    base = base_of(kind)
    network = base.network
    assert list(foldable_sides(network)) == ["image", "text"]
    torch.manual_seed(2)
    change = torch.randn(32, 32) * 0.2
    pixels, tokens = torch.rand(3, 3, 32, 32), base.tokens(["a boat", "the sea"])
    with torch.no_grad():
        images, texts = network.encode_image(pixels), network.encode_text(tokens)
        for side in ("image", "text"):
            fold(network, side, change)
        folded = network.encode_image(pixels), network.encode_text(tokens)
    for before, after in zip((images, texts), folded, strict=True):
        assert torch.allclose(after, before + before @ change.T, atol=1e-5)


def test_map_that_has_learnt_nothing_changes_nothing() -> None:
    features = torch.randn(4, 8)
    assert torch.equal(ResidualMap(8)(features), features)
    assert ResidualMap(8).distance().item() == 0


def test_architecture_without_a_last_linear_layer_is_refused_in_words() -> None:
    network = nn.Module()
    network.visual = nn.Conv2d(3, 4, 1)
    with pytest.raises(TrainingError, match=r"ends in a linear layer.*--mode lora"):
        foldable_sides(network)
