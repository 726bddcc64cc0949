"""What does looking for near duplicates cost at a million pictures, and how does it grow?

    python -m benchmarks.duplicate_scale [--rows 1000000] [--dim 256]

Synthetic: random hashes and embeddings, of which a tenth are copies with up to four bits flipped;
then as many with one hash in common and nothing else (a form that was filled in again and again), a
tenth of the rows. Embeddings lie in a file, as they do in a collection. The comparison of every
pair, hashes only, is timed on a part and grows with the square.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from numpy.typing import NDArray

from indexer.duplicates.grouping import Grouping, NearLimits, group_near

_BLOCK_ROWS = 65_536
_COMPARED_ROWS = 20_000


def main() -> None:
    """Print a line a size, and the ratio to comparing every pair."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=256)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as scratch:
        for rows in (options.rows // 10, options.rows):
            hashes, path = _collection(rng, rows, options.dim, Path(scratch))
            seconds, found = _timed(hashes, path)
            every_pair = _every_pair_seconds(hashes) * (rows / _COMPARED_ROWS) ** 2
            grouped = int(np.count_nonzero(found.leader != np.arange(rows)))
            print(
                f"{rows:>9,} rows: {seconds:6.1f} s CPU, {grouped:,} grouped, hashes of every pair "
                f"{every_pair / seconds:5.1f} x as long, at most {_memory_mib():,} MiB in all"
            )
        hashes, path = _collection(rng, options.rows // 10, options.dim, Path(scratch), copies=0)
        hashes[:] = 12_345
        seconds, found = _timed(hashes, path)
        print(
            f"{len(hashes):>9,} rows of one hash, no two alike: {seconds:6.1f} s CPU, "
            f"{found.crowded:,} crowded"
        )


def _collection(
    rng: np.random.Generator, rows: int, dim: int, folder: Path, copies: int = 10
) -> tuple[NDArray[np.uint64], Path]:
    """Hashes in memory, unit embeddings in a file; every tenth row is a copy of the one before."""
    hashes = rng.integers(0, 2**63, rows, dtype=np.uint64)
    path = folder / f"{rows}.npy"
    stored = np.lib.format.open_memmap(path, "w+", np.float32, (rows, dim))
    for start in range(0, rows, _BLOCK_ROWS):
        block = rng.standard_normal((min(_BLOCK_ROWS, rows - start), dim), dtype=np.float32)
        if copies:
            block[1::copies] = block[: len(block[1::copies]) * copies : copies] + (
                0.1 * block[1::copies]
            )
        stored[start : start + len(block)] = block / np.linalg.norm(block, axis=1, keepdims=True)
    stored.flush()
    if copies:
        for start in range(0, rows, _BLOCK_ROWS):
            part = hashes[start : start + _BLOCK_ROWS]
            part[1::copies] = part[: len(part[1::copies]) * copies : copies]
            for _ in range(4):
                flips = rng.integers(0, 63, len(part[1::copies])).astype(np.uint64)
                part[1::copies] ^= np.uint64(1) << flips
    return hashes, path


def _timed(hashes: NDArray[np.uint64], path: Path) -> tuple[float, Grouping]:
    stored = np.load(path, mmap_mode="r")
    started_s = time.process_time()
    found = group_near(hashes, lambda rows: np.asarray(stored[rows]), NearLimits())
    return time.process_time() - started_s, found


def _every_pair_seconds(hashes: NDArray[np.uint64]) -> float:
    """CPU seconds of comparing the hashes of the first rows with each other, once a pair."""
    part = hashes[:_COMPARED_ROWS]
    started_s = time.process_time()
    found = 0
    for row in range(len(part)):
        distances = np.bitwise_count(part[row + 1 :] ^ part[row])
        found += int(np.count_nonzero(distances <= NearLimits().max_distance))
    return (time.process_time() - started_s) * (_COMPARED_ROWS / len(part)) ** 2


def _memory_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
