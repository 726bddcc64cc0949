"""Exact search in half precision by torch: matrix products and top-k, block by block.

Scores of float16 embeddings put neighbours in nearly the right order; whoever asks takes some more
and compares those exactly. The only importer of torch in `indexer`; the same code runs on the
processor, where tests compare it with slow search.
"""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray

from indexer.vector_index.card import Device
from indexer.vector_index.neighbours import NOBODY
from indexer.vector_index.rows import Selection
from models.encoder import Embeddings

# Scores in memory at once: 64 MiB as float32.
_QUERIES_AT_ONCE = 128
_ROWS_AT_ONCE = 131_072


def device() -> Device | None:
    """The CUDA device that torch would use, None if there is none."""
    if not torch.cuda.is_available():
        return None
    free_bytes, _ = torch.cuda.mem_get_info()
    return Device("cuda", torch.cuda.get_device_name(), free_bytes)


class TorchEngine:
    """Embeddings on one device, as float16."""

    def __init__(
        self,
        device: Device,
        dim: int,
        blocks: Iterable[Embeddings],
        rows_at_once: int = _ROWS_AT_ONCE,
    ) -> None:
        self._device = torch.device(device.torch_name)
        halves = [torch.from_numpy(block.astype(np.float16)) for block in blocks]
        moved = [half.to(self._device) for half in halves] or [
            torch.empty((0, dim), dtype=torch.float16, device=self._device)
        ]
        self._blocks = [
            block[first : first + rows_at_once]
            for block in moved
            for first in range(0, len(block), rows_at_once)
        ]

    def nearest(
        self, queries: Embeddings, wanted: int, allowed: Selection | None
    ) -> NDArray[np.int64] | None:
        """The rows (n, wanted) nearest by half-precision scores, -1 where there are too few."""
        mask = None if allowed is None else torch.from_numpy(allowed.mask).to(self._device)
        answers = [
            self._nearest(queries[start : start + _QUERIES_AT_ONCE], wanted, mask)
            for start in range(0, len(queries), _QUERIES_AT_ONCE)
        ]
        return np.concatenate(answers)

    @torch.inference_mode()
    def _nearest(
        self, queries: Embeddings, wanted: int, mask: torch.Tensor | None
    ) -> NDArray[np.int64]:
        asked = torch.from_numpy(queries.astype(np.float16)).to(self._device)  # (n, dim)
        best = torch.full((len(asked), wanted), -torch.inf, device=self._device)
        rows = torch.full((len(asked), wanted), NOBODY, dtype=torch.int64, device=self._device)
        first = 0
        for block in self._blocks:
            scores = (asked @ block.T).float()  # (n, rows of the block)
            if mask is not None:
                scores.masked_fill_(~mask[first : first + len(block)], -torch.inf)
            found = scores.topk(min(wanted, len(block)), dim=1)
            both = torch.cat((best, found.values), dim=1)
            best, places = both.topk(wanted, dim=1)
            rows = torch.cat((rows, found.indices + first), dim=1).gather(1, places)
            first += len(block)
        rows[best == -torch.inf] = NOBODY
        result: NDArray[np.int64] = rows.cpu().numpy()
        return result
