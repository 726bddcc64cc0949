"""What does each kind of index cost, and what does it find? At equal recall, in one run.

    python -m benchmarks.index_kinds PHOTOS TEXTS.txt [--count 200000] [--embeddings KEPT.npz]

PHOTOS is a folder or a tar of pictures, TEXTS one text a line; both are embedded by the built-in
model, and `--count` embeddings are made that are spread like the pictures'. Each kind is built,
saved, mapped again and asked with raised effort, one query at a time on one thread, until recall@10
and recall@100 reach 0.99 for texts and for pictures. Beside our kinds stands one that we do not
offer: the same codes without lists, all of them scanned for every query. Times are processor time,
which neighbours on the machine disturb less, as ratios to flat search in the same run.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.likely_vectors import likely_pictures, real_embeddings
from indexer.vector_index.index import VectorIndex
from indexer.vector_index.neighbours import Neighbours
from models.encoder import Embeddings

OURS = "ivf_rabitq"
WITHOUT_LISTS = "codes without lists"
EFFORTS = (125, 250, 500, 1_000, 2_000, 4_000, 8_000)
KS = (10, 100)
WANTED = 0.99
QUERIES = 200
_TIMED = 50
_REPEATED = 3


class Asking(Protocol):
    """A search of some kind of index."""

    def __call__(self, queries: Embeddings, top_k: int, *, effort: int) -> Neighbours:
        """The nearest ids."""
        ...


def main() -> None:
    """Make embeddings, then build and ask each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--embeddings", type=Path)
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        real = real_embeddings(options.photos, options.texts, options.embeddings, Path(scratch))
        stored, _ = likely_pictures(real.pictures, options.count, seed=1)
        asked = {
            "texts": np.random.default_rng(2).permutation(real.texts)[:QUERIES],
            "pictures": likely_pictures(real.pictures, QUERIES, seed=3)[0],
        }
        print(f"{options.count:,} embeddings of {stored.shape[1]} numbers")
        measure(stored, asked, Path(scratch))


def measure(stored: Embeddings, asked: dict[str, Embeddings], scratch: Path) -> None:
    """Print a line for every kind and effort."""
    flat, built_s = build(stored, "exact", scratch)
    truth = {name: flat.search(queries, max(KS)).ids for name, queries in asked.items()}
    flat_s = {k: asking_s(flat.search, asked["texts"], k, 0) for k in KS}
    print(f"exact: {flat_s[10] * 1e3:.1f} ms a query, built in {built_s:.1f} s")
    columns = [f"{name}@{k}" for name in asked for k in KS] + [f"time@{k}" for k in KS]
    print("kind | effort | " + " | ".join(columns))
    for kind in (WITHOUT_LISTS, OURS):
        if kind == OURS:
            index, built_s = build(stored, kind, scratch)
            ask: Asking = index.search
        else:
            ask, built_s = without_lists(stored)
        print(f"{kind}: built in {built_s:.1f} s")
        report(kind, ask, asked, truth, flat_s)


def report(
    kind: str,
    ask: Asking,
    asked: dict[str, Embeddings],
    truth: dict[str, NDArray[np.int64]],
    flat_s: dict[int, float],
) -> None:
    """Print a line for every effort, up to the one that finds enough."""
    for effort in EFFORTS:
        found = {
            (name, k): recall(ask(queries, k, effort=effort).ids, truth[name][:, :k])
            for name, queries in asked.items()
            for k in KS
        }
        took = [asking_s(ask, asked["texts"], k, effort) / flat_s[k] for k in KS]
        cells = [f"{value:.4f}" for value in found.values()] + [f"{t:.3f}" for t in took]
        print(f"{kind} | {effort} | " + " | ".join(cells), flush=True)
        if min(found.values()) >= WANTED:
            break


def without_lists(stored: Embeddings) -> tuple[Asking, float]:
    """Codes of one bit a number, all scanned; the candidates are compared as ours are."""
    started_s = time.process_time()
    index = faiss.IndexRefineFlat(
        faiss.IndexRaBitQFastScan(stored.shape[1], faiss.METRIC_INNER_PRODUCT)
    )
    index.train(stored[: len(stored) // 10])
    index.add(stored)

    def ask(queries: Embeddings, top_k: int, *, effort: int) -> Neighbours:
        parameters: Any = faiss.IndexRefineSearchParameters
        chosen = parameters(k_factor=(effort + 10 * top_k) / top_k)
        scores, ids = index.search(queries, top_k, params=chosen)
        return Neighbours(ids, scores)

    return ask, time.process_time() - started_s


def build(stored: Embeddings, kind: str, scratch: Path) -> tuple[VectorIndex, float]:
    """An index as a search opens it, and the seconds that building it took."""
    started_s = time.process_time()
    size = min(len(stored), int(40 * len(stored) ** 0.5))
    sample = stored[np.random.default_rng(4).choice(len(stored), size, replace=False)]
    blocks = ((np.arange(s, min(s + 8_192, len(stored))), stored[s : s + 8_192])
              for s in range(0, len(stored), 8_192))  # fmt: skip
    index = VectorIndex.build(stored.shape[1], blocks, kind, sample=sample)
    built_s = time.process_time() - started_s
    index.save(scratch / kind)
    return VectorIndex.load(scratch / kind), built_s


def asking_s(ask: Asking, queries: Embeddings, k: int, effort: int) -> float:
    """Processor seconds a query, asked one by one; the best of some rounds."""
    rounds = []
    for _ in range(_REPEATED):
        started_s = time.process_time()
        for place in range(_TIMED):
            ask(queries[place : place + 1], k, effort=effort)
        rounds.append((time.process_time() - started_s) / _TIMED)
    return min(rounds)


def recall(found: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    """The share of the true neighbours (n, k) that were found."""
    return float(np.mean([np.isin(t, f).mean() for t, f in zip(truth, found, strict=True)]))


if __name__ == "__main__":
    main()
