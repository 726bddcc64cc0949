"""Learning rate, seeds, and averaging of weights. Never sees data."""

import math
import random
from collections.abc import Callable

import numpy as np
import torch
from torch import nn


def seed_everything(seed: int) -> None:
    """Make a run repeatable on the same machine and versions."""
    random.seed(seed)
    np.random.default_rng(seed)
    torch.manual_seed(seed)


def warmup_cosine(step: int, steps: int, warmup: int, floor: float = 0.02) -> float:
    """The factor on the peak learning rate at `step`: linear warm-up, then a cosine to `floor`."""
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


Report = Callable[[str], None]


class AveragedWeights:
    """An exponential moving average of a network's floating-point weights."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        self._average = {
            name: tensor.detach().clone() for name, tensor in network.state_dict().items()
        }

    def update(self, network: nn.Module) -> None:
        """Move the average a little towards the network's present weights."""
        for name, tensor in network.state_dict().items():
            if tensor.is_floating_point():
                self._average[name].lerp_(tensor.detach(), 1 - self._decay)
            else:
                self._average[name].copy_(tensor)

    def copy_to(self, network: nn.Module) -> None:
        """Give the network the averaged weights."""
        network.load_state_dict(self._average)
