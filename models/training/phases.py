"""Results of a recipe's phases: kept in the work directory, and taken from there by a later run."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn


def phase(result: Path, module: nn.Module, train: Callable[[], object]) -> None:
    """Train `module` unless an earlier run left its weights."""
    if not result.exists():
        train()
        unfinished = result.with_suffix(".partial")
        torch.save(module.state_dict(), unfinished)
        unfinished.rename(result)
    module.load_state_dict(torch.load(result, weights_only=True))
    module.eval()
