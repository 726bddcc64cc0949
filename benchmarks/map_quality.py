"""How well the map keeps neighbours together, against plain PCA, and what it costs.

    python -m benchmarks.map_quality --data-dir DIR [--collection NAME]
    python -m benchmarks.map_quality --count 200000

The first reads the embeddings of an indexed collection; the share is that of the 10 nearest
pictures by cosine that are among the 100 (and the 10) nearest on the map. The second places so many
made-up embeddings; seconds are of the processor, on one thread if OMP_NUM_THREADS=1.
"""

import argparse
import time
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.config import IndexConfig
from indexer.generation import open_generation, open_reader
from indexer.picture_map.organising import SAMPLE, organise
from indexer.picture_map.spreading import lattice_side, spread
from models.encoder import Embeddings

_NEAREST = 10
_AMONG = (100, 10)
_BLOCK = 8_192
_DIM = 384
_CLUSTERS = 500


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--collection", default="default")
    parser.add_argument("--count", type=int)
    given = parser.parse_args()
    if given.count is not None:
        _cost(given.count)
        return
    embeddings = _stored(IndexConfig(given.data_dir, given.collection))
    side = lattice_side(len(embeddings))
    flat = _pca(embeddings)
    grid = organise(embeddings)
    points = grid.locate(embeddings).mean_of(grid.centres)
    print(f"{len(embeddings)} pictures; of the {_NEAREST} nearest by cosine are on the map")
    for name, places in (
        ("PCA", flat),
        ("PCA, spread evenly", spread(flat, side)),
        ("self-organising map", points),
        ("self-organising map, spread evenly (what is published)", spread(points, side)),
    ):
        shares = ", ".join(
            f"{_kept(embeddings, places.astype(np.float32), among):.3f} among {among}"
            for among in _AMONG
        )
        print(f"  {shares}  {name}")


def _stored(config: IndexConfig) -> Embeddings:
    with closing(open_reader(config)) as reader, closing(open_generation(config, reader)) as held:
        items = reader.items(held.index.ids().tolist()).values()
        return held.store.read(np.array(sorted({item.vector_row for item in items})))


def _pca(embeddings: Embeddings) -> NDArray[np.float32]:
    spread_out = embeddings - embeddings.mean(axis=0)
    axes = np.linalg.svd(spread_out, full_matrices=False)[2][:2]
    flat: NDArray[np.float32] = (spread_out @ axes.T).astype(np.float32)
    return flat


def _kept(embeddings: Embeddings, places: NDArray[np.float32], among: int) -> float:
    alike = embeddings @ embeddings.T
    far = np.square(places[:, None] - places[None]).sum(axis=2)
    np.fill_diagonal(alike, -np.inf)
    np.fill_diagonal(far, np.inf)
    nearest = np.argsort(-alike, axis=1)[:, :_NEAREST]
    shown = np.argsort(far, axis=1)[:, :among]
    shares = [
        len(set(a) & set(b)) / _NEAREST
        for a, b in zip(nearest.tolist(), shown.tolist(), strict=True)
    ]
    return float(np.mean(shares))


def _cost(count: int) -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(_CLUSTERS, _DIM)).astype(np.float32)

    def made_up(number: int) -> Embeddings:
        rows = centres[rng.integers(_CLUSTERS, size=number)]
        rows = rows + rng.normal(size=rows.shape).astype(np.float32)
        made: Embeddings = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return made

    sample = made_up(min(count, SAMPLE))
    started_s = time.process_time()
    grid = organise(sample)
    fitted_s = time.process_time() - started_s
    print(f"{fitted_s:8.2f} s  {grid.side} × {grid.side} cells, fitted to {len(sample)} pictures")
    points, located_s = [], 0.0
    for start in range(0, count, _BLOCK):
        block = made_up(min(_BLOCK, count - start))
        started_s = time.process_time()
        points.append(grid.locate(block).mean_of(grid.centres))
        located_s += time.process_time() - started_s
    print(f"{located_s:8.2f} s  {count} pictures located")
    started_s = time.process_time()
    spread(np.concatenate(points), lattice_side(count))
    print(f"{time.process_time() - started_s:8.2f} s  {count} pictures spread")


if __name__ == "__main__":
    main()
