"""What new pictures are placed by, as a file that generations share until the map is made anew.

softness     1 little-endian float32
anchors      cells × 2: where on the lattice the pictures of a cell lie, in the mean
prototypes   cells × dim
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.records import IndexFile
from indexer.index_files import check_file
from indexer.picture_map.organising import Grid, Numbers
from indexer.vector_index.index import IndexUnusableError
from models.encoder import Embeddings

AXES_FILE = "map-axes.f32"
AXES_KIND = "map-axes"


@dataclass(frozen=True, slots=True)
class Axes:
    """A grid, and where on the lattice its cells have come to lie: anchors (cells, 2)."""

    grid: Grid
    anchors: Numbers

    def wanted(self, embeddings: Embeddings) -> tuple[Numbers, Numbers]:
        """Where on the lattice (n, dim) embeddings belong, (n, 2), and their cosines (n,)."""
        located = self.grid.locate(embeddings)
        return located.mean_of(self.anchors), located.cosines


def anchors_of(grid: Grid, cells: NDArray[np.int64], places: NDArray[np.int32]) -> Numbers:
    """The mean places of the cells; a cell without pictures has that of the nearest one with some.

    `cells` (n,) are those of pictures, `places` (n, 2) where these lie; n is at least 1.
    """
    counts = np.bincount(cells, minlength=grid.side**2)
    sums = np.stack([np.bincount(cells, along, grid.side**2) for along in places.T], axis=1)
    held = np.flatnonzero(counts)
    means = sums[held] / counts[held][:, None] + 0.5  # the middle of a place
    apart = np.square(grid.centres[:, None] - grid.centres[held][None]).sum(axis=2)
    anchors: Numbers = means[apart.argmin(axis=1)].astype(np.float32)
    return anchors


def write_axes(path: Path, axes: Axes) -> None:
    """Write the file; the caller makes it durable."""
    parts = (np.float32(axes.grid.softness), axes.anchors, axes.grid.prototypes)
    path.write_bytes(b"".join(np.asarray(part, "<f4").tobytes() for part in parts))


def read_axes(directory: Path, file: IndexFile, dim: int) -> Axes:
    """Read the file. Raises IndexUnusableError if it is not as it was published."""
    check_file(directory, file, completely=True)
    numbers = np.fromfile(directory / file.name, "<f4").astype(np.float32)
    cells = file.count
    side = round(cells**0.5)
    if numbers.size != 1 + cells * (2 + dim) or side**2 != cells:
        raise IndexUnusableError(f"{file.name} holds other axes than it should")
    anchors, prototypes = numbers[1 : 1 + 2 * cells], numbers[1 + 2 * cells :]
    grid = Grid(side, prototypes.reshape(cells, dim), float(numbers[0]))
    return Axes(grid, anchors.reshape(cells, 2))
