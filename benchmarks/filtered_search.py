"""What does a filtered search find, and what does it cost?

    python -m benchmarks.filtered_search PHOTOS TEXTS.txt [--count 200000] [--kind ivf_rabitq]
                                         [--embeddings KEPT.npz]

PHOTOS is a folder or a tar of pictures, TEXTS one text a line; both are embedded by the built-in
model, and `--count` embeddings are made that are spread like the pictures'. The index is built as
one is published, through the recall gate. A filter keeps 50, 10, 1 or 0.1 % of all: by chance, or
by content (what is most like one text, so that it keeps much of what some queries look for and
nothing of what others do). Queries are texts. Prints recall@10 against exact search under the same
filter, the fewest answers that any query got, and processor time as a ratio to unfiltered flat
search in the same run.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.likely_vectors import likely_pictures, real_embeddings
from indexer.gate_queries import QUERY_COUNT, GateQueries
from indexer.recall_gate import Base, build_base
from indexer.vector_index.choice import IndexPlan
from indexer.vector_index.index import VectorIndex
from indexer.vector_index.kinds import KINDS
from models.encoder import Embeddings

SHARES = (0.5, 0.1, 0.01, 0.001)
QUERIES = 100
TOP_K = 10
_TIMED = 50
_REPEATED = 2
_BLOCK = 8_192


def main() -> None:
    """Make embeddings, build the index, filter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--kind", choices=KINDS, default="ivf_rabitq")
    parser.add_argument("--embeddings", type=Path)
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        real = real_embeddings(options.photos, options.texts, options.embeddings, Path(scratch))
        stored, _ = likely_pictures(real.pictures, options.count, seed=1)
        texts = np.random.default_rng(2).permutation(real.texts)
        base = published(stored, texts[QUERIES + 1 : QUERIES + 1 + QUERY_COUNT], options.kind)
        print(f"{options.count:,} embeddings of {stored.shape[1]} numbers")
        print("the gate let through:", base.gate)
        table(base, stored, texts[:QUERIES], texts[QUERIES])


def published(stored: Embeddings, texts: Embeddings, kind: str) -> Base:
    """The index as the gate lets it through; it has never seen the texts that are asked later."""

    def blocks() -> Iterator[tuple[NDArray[np.int64], Embeddings]]:
        for start in range(0, len(stored), _BLOCK):
            block = stored[start : start + _BLOCK]
            yield np.arange(start, start + len(block)), block

    chosen = np.random.default_rng(5).permutation(len(stored))[: len(texts)]
    asked = GateQueries(texts, "texts", chosen, stored[chosen])
    plan = IndexPlan(kind, "asked for", 0.99)
    return build_base(plan, len(stored), stored.shape[1], blocks, lambda: asked)


def table(base: Base, stored: Embeddings, queries: Embeddings, topic: Embeddings) -> None:
    """Print a line for every filter."""
    everything = [(np.arange(len(stored)), stored)]
    flat = VectorIndex.build(stored.shape[1], everything)
    flat_s = asking_s(flat, queries, 0, None)
    print(f"flat search: {flat_s * 1e3:.1f} ms of one core a query")
    print("kept | by | recall@10 | fewest answers | time, ratio to flat search")
    likeness = stored @ topic  # (n,)
    for share in (1.0, *SHARES):
        kept = round(share * len(stored))
        filters: dict[str, NDArray[np.int64] | None] = {"no filter": None}
        if share < 1:
            drawn = np.random.default_rng(6).permutation(len(stored))[:kept]
            most_like = np.argpartition(-likeness, kept)[:kept]
            filters = {"by chance": np.sort(drawn), "by content": np.sort(most_like)}
        for name, among in filters.items():
            truth = flat.search(queries, TOP_K, among=among).ids
            found = base.index.search(queries, TOP_K, effort=base.gate.effort, among=among).ids
            recall = np.mean([np.isin(t, f).mean() for t, f in zip(truth, found, strict=True)])
            ratio = asking_s(base.index, queries, base.gate.effort, among) / flat_s
            fewest = min(len(set(row)) for row in found.tolist())
            print(f"{share:.1%} | {name} | {recall:.4f} | {fewest} | {ratio:.3f}", flush=True)


def asking_s(
    index: VectorIndex, queries: Embeddings, effort: int, among: NDArray[np.int64] | None
) -> float:
    """Processor seconds a query, asked one by one; the best of some rounds."""
    rounds = []
    for _ in range(_REPEATED):
        started_s = time.process_time()
        for place in range(_TIMED):
            index.search(queries[place : place + 1], TOP_K, effort=effort, among=among)
        rounds.append((time.process_time() - started_s) / _TIMED)
    return min(rounds)


if __name__ == "__main__":
    main()
