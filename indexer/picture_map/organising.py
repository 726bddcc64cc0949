"""A self-organising map: a square grid of prototypes, so that near cells stand for near embeddings.

Trained in batches on a sample, from the plane of the sample's largest spread. Unlike t-SNE and UMAP
it says where a picture lies that it was not made from, by looking at that picture alone, and it
gives room to where pictures are. Source: T. Kohonen, "Self-Organizing Maps", 3rd edition (2001),
§3.6. Knows no picture.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings

Numbers = NDArray[np.float32]

EPOCHS = 24
# Pictures for each cell, below the largest map: fewer, and cells stay empty.
_PICTURES_A_CELL = 3
MOST_CELLS = 40  # a side: 1,600 prototypes, found for a picture with one small product
SAMPLE = 10 * MOST_CELLS**2
# How far a picture draws prototypes along, in cells: in the last epoch.
_LAST_REACH = 0.8
# Distances in memory at once: 26 MiB at the largest map.
_ROWS = 4_096
_NEAR = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0), (0, 1), (1, -1), (1, 0), (1, 1))


@dataclass(frozen=True, slots=True)
class Located:
    """Where on the grid embeddings lie: cells (n, 9) around the best one, their weights (n, 9),
    which sum to 1, and cosines (n,) to the prototype of the best cell.
    """

    cells: NDArray[np.int64]
    weights: Numbers
    cosines: Numbers

    @property
    def best(self) -> NDArray[np.int64]:
        """The best cell of each."""
        return self.cells[:, len(_NEAR) // 2]

    def mean_of(self, table: Numbers) -> Numbers:
        """Values (cells, 2) → the weighted mean of each row's cells, (n, 2)."""
        mean: Numbers = np.einsum("nc,ncd->nd", self.weights, table[self.cells])
        return mean


@dataclass(frozen=True, slots=True)
class Grid:
    """Prototypes (side², dim), row by row; `softness` is the difference of squared distances that
    counts as small.
    """

    side: int
    prototypes: Numbers
    softness: float

    @property
    def centres(self) -> Numbers:
        """The middle of every cell, (side², 2), in [0, 1]: x, then y."""
        y, x = np.divmod(np.arange(self.side**2), self.side)
        return ((np.stack([x, y], axis=1) + 0.5) / self.side).astype(np.float32)

    def locate(self, embeddings: Embeddings) -> Located:
        """Where (n, dim) unit embeddings lie; memory is bounded by the caller's blocks."""
        distances = _distances(embeddings, self.prototypes)  # (n, cells), less a number a row
        y, x = np.divmod(distances.argmin(axis=1), self.side)
        near = [self._cell(y + down, x + right) for down, right in _NEAR]
        cells = np.stack(near, axis=1)  # (n, 9)
        farther = np.take_along_axis(distances, cells, axis=1)
        farther -= farther[:, [len(_NEAR) // 2]]
        weights = np.exp(-farther / self.softness)
        weights /= weights.sum(axis=1, keepdims=True)
        best = self.prototypes[cells[:, len(_NEAR) // 2]]
        lengths = np.maximum(np.linalg.norm(best, axis=1), 1e-12)
        cosines = np.einsum("nd,nd->n", embeddings, best) / lengths
        return Located(cells, weights.astype(np.float32), cosines.astype(np.float32))

    def _cell(self, y: NDArray[np.int64], x: NDArray[np.int64]) -> NDArray[np.int64]:
        """The cells there; at the edge, the nearest ones."""
        last = self.side - 1
        cells: NDArray[np.int64] = y.clip(0, last) * self.side + x.clip(0, last)
        return cells


def organise(sample: Embeddings) -> Grid:
    """Fit a grid to (n, dim) embeddings, n at least 1. The same sample gives the same grid."""
    side = int(np.clip(np.ceil(np.sqrt(len(sample) / _PICTURES_A_CELL)), 2, MOST_CELLS))
    prototypes = _plane(sample, side)
    steps = np.arange(side)
    squares = np.square(steps[:, None] - steps[None, :])
    for epoch in range(EPOCHS):
        done = epoch / (EPOCHS - 1)
        reach = max(side / 4, _LAST_REACH) ** (1 - done) * _LAST_REACH**done
        pull = np.exp(-squares / (2 * reach**2)).astype(np.float32)  # (side, side)
        prototypes = _drawn(prototypes, sample, side, pull)
    return Grid(side, prototypes, _softness(prototypes, sample, side))


def _plane(sample: Embeddings, side: int) -> Numbers:
    """Prototypes on the plane of the largest spread, as dense as the sample is."""
    middle = sample.mean(axis=0)
    spread = sample - middle
    _, vectors = np.linalg.eigh(spread.T @ spread)  # ascending
    axes = vectors[:, -1:-3:-1].T  # (2, dim)
    largest = np.abs(axes).argmax(axis=1)
    axes *= np.sign(axes[np.arange(2), largest])[:, None]  # else the sign is chance
    along = spread @ axes.T
    shares = (np.arange(side) + 0.5) / side
    x, y = np.quantile(along[:, 0], shares), np.quantile(along[:, 1], shares)
    plane = middle + y[:, None, None] * axes[1] + x[None, :, None] * axes[0]
    prototypes: Numbers = plane.reshape(side**2, -1).astype(np.float32)
    return prototypes


def _drawn(prototypes: Numbers, sample: Embeddings, side: int, pull: Numbers) -> Numbers:
    """The prototypes after one epoch: means of the sample, weighted by how near its cells are."""
    best = _best_cells(prototypes, sample)
    order = np.argsort(best, kind="stable")
    cells, starts = np.unique(best[order], return_index=True)
    sums = np.zeros_like(prototypes)
    sums[cells] = np.add.reduceat(sample[order], starts, axis=0)
    counts = np.bincount(best, minlength=side**2).astype(np.float32).reshape(side, side)
    around = np.tensordot(pull, sums.reshape(side, side, -1), axes=(1, 0))  # (side, side, dim)
    around = np.matmul(pull, around)
    weights = pull @ counts @ pull
    drawn: Numbers = around / np.maximum(weights, 1e-12)[..., None]
    return drawn.reshape(side**2, -1)


def _best_cells(prototypes: Numbers, sample: Embeddings) -> NDArray[np.int64]:
    blocks = (sample[start : start + _ROWS] for start in range(0, len(sample), _ROWS))
    return np.concatenate([_distances(block, prototypes).argmin(axis=1) for block in blocks])


def _softness(prototypes: Numbers, sample: Embeddings, side: int) -> float:
    """Half of how much farther the cells around the best one are, in the mean."""
    drawn = sample[:_ROWS]
    located = Grid(side, prototypes, 1.0).locate(drawn)
    farther = -np.log(np.maximum(located.weights, 1e-12) / located.weights.max(axis=1)[:, None])
    return max(float(farther.mean()) / 2, 1e-6)


def _distances(embeddings: Embeddings, prototypes: Numbers) -> Numbers:
    """Squared distances (n, cells), less each embedding's own square."""
    squares = np.einsum("cd,cd->c", prototypes, prototypes)
    distances: Numbers = squares - 2 * (embeddings @ prototypes.T)
    return distances
