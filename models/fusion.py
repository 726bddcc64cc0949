"""Fold batch norms into the convolutions before them: the same numbers in fewer steps.

In evaluation a batch norm multiplies and adds constants, which the convolution can do by itself.
Never touches weights that anybody else holds: it works on a copy.
"""

import copy
import itertools
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import BatchNorm2d
from torch.nn.utils.fusion import fuse_conv_bn_weights

_LARGEST_DIFFERENCE = 1e-3  # relative to the largest feature: rounding, and no more


def without_batch_norms(tower: nn.Module, sample: Tensor) -> nn.Module:
    """A copy of an image tower with its batch norms folded in, in evaluation mode.

    The copy has to say the same of `sample`, (n, 3, S, S); where it does not, because layers are
    not connected in the order they are listed in, the tower itself is returned.
    """
    folded = copy.deepcopy(tower).eval()
    pairs = list(_pairs(folded))
    if not pairs:
        return tower
    for parent, convolution, name in pairs:
        _fold(parent, convolution, name)
    with torch.inference_mode():
        expected, actual = tower(sample), folded(sample)
    bound = _LARGEST_DIFFERENCE * expected.abs().max()
    return folded if bool((expected - actual).abs().max() <= bound) else tower


def _pairs(tower: nn.Module) -> Iterator[tuple[nn.Module, nn.Conv2d, str]]:
    """Convolutions that a batch norm follows: the parent of both, and the batch norm's name."""
    for parent in tower.modules():
        layers = [
            (name, child)
            for name, child in parent.named_children()
            if not isinstance(child, nn.Identity)
        ]
        for (_, first), (name, second) in itertools.pairwise(layers):
            if isinstance(first, nn.Conv2d) and isinstance(second, BatchNorm2d):
                yield parent, first, name


def _fold(parent: nn.Module, convolution: nn.Conv2d, name: str) -> None:
    norm: BatchNorm2d = getattr(parent, name)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    convolution.weight, convolution.bias = fuse_conv_bn_weights(
        convolution.weight,
        convolution.bias,
        norm.running_mean,
        norm.running_var,
        norm.eps,
        norm.weight,
        norm.bias,
    )
    setattr(parent, name, _what_follows(norm))


def _what_follows(norm: BatchNorm2d) -> nn.Module:
    """Timm's batch norms carry their activation; plain ones carry none."""
    activation = getattr(norm, "act", None)
    return activation if isinstance(activation, nn.Module) else nn.Identity()
