"""What does relevance cost a search? The step by itself, in processor time of one thread.

    OMP_NUM_THREADS=1 python -m benchmarks.relevance_cost [--rounds 500]

However large the collection is, a question is held against 2,000 of its embeddings (all of them, if
there are fewer) and against the everyday names: a million pictures cost what ten thousand do. So
the sample is made up, of random unit vectors; nothing about the time depends on what they are.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from app.bounds import DEFAULT_TOP_K
from models.classifier import background
from models.encoder import Embeddings
from models.relevance import (
    HIT_FEATURES,
    QUESTION_FEATURES,
    Logistic,
    Modality,
    ModalityFit,
    RelevanceFit,
    judge,
)

SAMPLE = 2000


def main() -> None:
    """Judge made-up questions, for several sizes of embedding and of answer."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=500)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    for dim in (384, 512, 768):
        sample, names = _unit(rng, SAMPLE, dim), _unit(rng, len(background().names), dim)
        fit = RelevanceFit("made-up numbers", {Modality.TEXT: _fit(rng)}, names)
        for hits in (DEFAULT_TOP_K, 1000):
            spent_ms = []
            for _ in range(options.rounds):
                query, cosines = _unit(rng, 1, dim), rng.uniform(-1, 1, hits)
                started_s = time.thread_time()
                judge(fit, Modality.TEXT, query, cosines, sample)
                spent_ms.append((time.thread_time() - started_s) * 1000)
            median, late = np.percentile(spent_ms, [50, 99])
            print(f"{dim} numbers, {hits:4} hits: median {median:.2f} ms, p99 {late:.2f} ms")


def _unit(rng: np.random.Generator, count: int, dim: int) -> Embeddings:
    values = rng.standard_normal((count, dim)).astype(np.float32)
    unit: Embeddings = values / np.linalg.norm(values, axis=1, keepdims=True)
    return unit


def _fit(rng: np.random.Generator) -> ModalityFit:
    return ModalityFit(
        _logistic(rng, len(QUESTION_FEATURES)), _logistic(rng, len(HIT_FEATURES)), 0.5
    )


def _logistic(rng: np.random.Generator, count: int) -> Logistic:
    weights = rng.standard_normal(count + count * (count + 1) // 2 + 1)
    return Logistic((0.0,) * count, (1.0,) * count, tuple(weights.tolist()))


if __name__ == "__main__":
    main()
