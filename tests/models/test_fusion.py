"""Folding batch norms into convolutions changes the steps, not the result."""

from collections import OrderedDict

import pytest
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from models.fusion import without_batch_norms
from models.lean_imports import timm


def with_lively_statistics(network: nn.Module) -> nn.Module:
    """Fresh batch norms change nothing; give them something to do."""
    torch.manual_seed(0)
    for module in network.modules():
        if isinstance(module, _BatchNorm):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(module.weight, 0.8, 1.2)
            nn.init.normal_(module.bias, 0, 0.1)
    return network.eval()


@pytest.mark.parametrize("name", ["tf_efficientnet_lite0", "mobilenetv2_050", "resnet18"])
def test_folded_tower_says_the_same_with_fewer_layers(name: str):
    tower = with_lively_statistics(timm.create_model(name, pretrained=False, num_classes=16))
    pictures = torch.randn(2, 3, 64, 64)
    folded = without_batch_norms(tower, pictures)
    assert not any(isinstance(module, _BatchNorm) for module in folded.modules())
    assert any(isinstance(module, _BatchNorm) for module in tower.modules())
    other = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(folded(other), tower(other), rtol=1e-3, atol=1e-4)


def test_tower_whose_layers_are_listed_in_another_order_is_left_alone():
    class Crossed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(3, 3, 1)
            self.norm = nn.BatchNorm2d(3)
            self.last = nn.Conv2d(3, 3, 1)

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = self.norm(self.last(torch.relu(self.first(pixels))))
            return result

    tower = with_lively_statistics(Crossed())
    assert without_batch_norms(tower, torch.randn(1, 3, 8, 8)) is tower


def test_tower_without_batch_norms_is_returned_as_it_is():
    tower = nn.Sequential(OrderedDict(layer=nn.Conv2d(3, 4, 1)))
    assert without_batch_norms(tower, torch.randn(1, 3, 8, 8)) is tower
