"""A linear map behind a fixed tower, folded into the tower's last layer.

The map is the identity plus what is learnt. Because the last layer is linear too, the product of
the two is again a layer that the architecture has: the result is an ordinary model, no slower than
before. (A deeper map could not be folded, so there is none.) Never trains a tower.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from models.errors import TrainingError


class ResidualMap(nn.Module):
    """features → features + features @ change.T; the identity before it has learnt anything."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.change = nn.Parameter(torch.zeros(dim, dim))

    def forward(self, features: Tensor) -> Tensor:
        """(n, dim) → (n, dim), not normalised."""
        return features + features @ self.change.T

    def distance(self) -> Tensor:
        """How far it is from the identity: the sum of squared changes."""
        return self.change.square().sum()


class LastLayer:
    """The linear layer that a tower ends in: a weight (out, in), or transposed, perhaps a bias."""

    def __init__(self, weight: Tensor, bias: Tensor | None, *, transposed: bool) -> None:
        self._weight = weight
        self._bias = bias
        self._transposed = transposed

    def fold(self, change: Tensor) -> None:
        """Put identity + `change` (dim, dim) behind the layer, in place."""
        with torch.no_grad():
            weight = self._weight.data.T if self._transposed else self._weight.data  # (out, in)
            moved = weight + change.to(weight) @ weight
            self._weight.data.copy_(moved.T if self._transposed else moved)
            if self._bias is not None:
                self._bias.add_(change.to(self._bias) @ self._bias)


def last_image_layer(network: Any) -> LastLayer | None:
    """The image tower's last linear layer, or None if it ends in something else."""
    visual = network.visual
    if isinstance(getattr(visual, "proj", None), nn.Parameter):  # open_clip's transformer
        return LastLayer(visual.proj, None, transposed=True)
    pool = getattr(visual, "attnpool", None)
    if pool is not None:  # open_clip's ResNet
        return _of_linear(getattr(pool, "c_proj", None))
    if hasattr(visual, "trunk"):  # timm
        head = getattr(visual, "head", None)
        layer = getattr(head, "proj", None)
        if layer is None:
            layer = getattr(getattr(head, "mlp", None), "fc2", None)
        if layer is None and head is not None and len(head) == 0:
            layer = visual.trunk.get_classifier()
        return _of_linear(layer)
    return None


def last_text_layer(network: Any) -> LastLayer | None:
    """The text tower's last linear layer, or None if it ends in something else."""
    tower = getattr(network, "text", network)
    layer = getattr(tower, "text_projection", None)
    if isinstance(layer, nn.Parameter):
        return LastLayer(layer, None, transposed=True)
    layer = layer if layer is not None else getattr(tower, "proj", None)
    if isinstance(layer, nn.Sequential):
        layer = layer[-1]
    return _of_linear(layer)


def _of_linear(layer: object) -> LastLayer | None:
    if not isinstance(layer, nn.Linear):
        return None
    bias: Tensor | None = layer.bias
    return LastLayer(layer.weight, None if bias is None else bias.data, transposed=False)


def foldable_sides(network: Any) -> Sequence[str]:
    """Which of "image" and "text" end in a linear layer. Raises TrainingError for neither."""
    found = {"image": last_image_layer(network), "text": last_text_layer(network)}
    sides = [side for side, layer in found.items() if layer is not None]
    if not sides:
        raise TrainingError(
            "neither tower of this architecture ends in a linear layer, so a projection cannot "
            "become part of it; use --mode lora or --mode full"
        )
    return sides


def fold(network: Any, side: str, change: Tensor) -> None:
    """Put identity + `change` behind a tower that `foldable_sides` names, in place."""
    layer = last_image_layer(network) if side == "image" else last_text_layer(network)
    if layer is None:
        raise TrainingError(f"the {side} tower ends in no linear layer")
    layer.fold(change)
