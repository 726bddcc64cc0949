"""Features of many pictures or texts through a tower that is not trained: computed once.

Never trains, never stores.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from models.training.tuning.networks import Base
from models.training.tuning.pictures import Picture
from models.training.tuning.progress import Progress
from models.training.tuning.towers import Pixels

_BATCH = 64
_READERS = 2


def whole_features(
    base: Base, pictures: Sequence[Picture], device: torch.device, progress: Progress
) -> Tensor:
    """(n, dim) unit features of the pictures as they are, on the device."""
    return changed_features(base, pictures, 1, 0, device, progress)[0]


def changed_features(
    base: Base,
    pictures: Sequence[Picture],
    views: int,
    seed: int,
    device: torch.device,
    progress: Progress,
) -> Tensor:
    """(views, n, dim) unit features, on the device: the pictures as they are, then gently changed
    copies of them.
    """
    encoder = base.encoder(base.network, device, _BATCH)
    pixels = Pixels(pictures, base.preparer, augment=True)
    rng = np.random.default_rng((seed, 3))
    progress.start("encoding pictures", views * len(pictures))
    found = []
    with ThreadPoolExecutor(_READERS) as pool:
        for view in range(views):
            drawn = rng.integers(2**31 - 1, size=len(pictures))
            seeds = [None if view == 0 else int(value) for value in drawn]
            for start in range(0, len(pictures), _BATCH):
                rows = range(start, min(start + _BATCH, len(pictures)))
                prepared = list(pool.map(pixels.read, rows, seeds[start : start + _BATCH]))
                found.append(encoder.encode_prepared(np.stack(prepared)))
                progress.advance(len(prepared))
    dim = found[0].shape[1]
    rows_of_views = np.concatenate(found).reshape(views, len(pictures), dim)
    return torch.from_numpy(rows_of_views).to(device)


def written_features(
    base: Base, texts: Sequence[str], device: torch.device, progress: Progress
) -> Tensor:
    """(m, dim) unit features of the texts, on the device."""
    encoder = base.encoder(base.network, device, _BATCH)
    progress.start("encoding captions", len(texts))
    found = []
    for start in range(0, len(texts), _BATCH):
        found.append(encoder.encode_text(texts[start : start + _BATCH]))
        progress.advance(len(found[-1]))
    return torch.from_numpy(np.concatenate(found)).to(device)
