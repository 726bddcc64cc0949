"""A killed run goes on, with the same result as one that was never killed.

A checkpoint holds all that the next step depends on. It is written beside the old one and renamed,
so a kill at any moment leaves one of the two, whole.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import torch

from models.errors import TrainingError

CHECKPOINT_FILE = "checkpoint.pt"
# What torch raises on a file that is none of its own.
_BROKEN = (OSError, RuntimeError, EOFError, ValueError, LookupError, TypeError, AttributeError)


def save_checkpoint(directory: Path, state: dict[str, Any]) -> None:
    """Replace the directory's checkpoint."""
    directory.mkdir(parents=True, exist_ok=True)
    partial = directory / f"{CHECKPOINT_FILE}.partial"
    with partial.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(directory / CHECKPOINT_FILE)


def load_checkpoint(directory: Path, identity: dict[str, Any]) -> dict[str, Any] | None:
    """The directory's checkpoint, or None if there is none yet.

    Raises TrainingError if it is broken, or of a run with other settings, pictures or models.
    """
    path = directory / CHECKPOINT_FILE
    if not path.exists():
        return None
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    except (*_BROKEN, pickle.UnpicklingError) as error:
        raise TrainingError(f"{path} cannot be read: {error}; start without --resume") from error
    theirs = state.get("identity", {})
    other = sorted(name for name in identity if theirs.get(name) != identity[name])
    if other:
        raise TrainingError(
            f"the run in {directory} differs in {', '.join(other)}; give the same flags and "
            "pictures, or start without --resume in another directory"
        )
    return state
