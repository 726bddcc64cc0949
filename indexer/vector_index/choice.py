"""Which kind of index a collection gets, and why, in words that a manifest can carry.

Decides by arithmetic alone: builds nothing, measures nothing.
"""

import os
from dataclasses import dataclass

from indexer.vector_index.kinds import AUTO, EXACT, IVF_RABITQ

_BYTES_PER_NUMBER = 4
# Flat search is bound by memory: one core reads so much in a millisecond (measured: 100,000 x 512
# in 10.4 ms).
_BYTES_PER_MS = 20_000_000


@dataclass(frozen=True, slots=True)
class Budget:
    """What a search may cost and must find.

    An exact search takes at most `latency_ms` of one core, its embeddings at most `memory_bytes`,
    and `wanted_recall` of the true neighbours must be found.
    """

    wanted_recall: float = 0.99
    latency_ms: float = 5.0
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """The kind to build, the reason for it, and the recall that it must reach."""

    kind: str
    reason: str
    wanted_recall: float


def choose_kind(
    count: int, dim: int, forced: str = AUTO, budget: Budget | None = None
) -> IndexPlan:
    """The kind of index for `count` embeddings of `dim` numbers; `forced` names one instead."""
    budget = budget or Budget()
    kind, reason = _chosen(count, dim, forced, budget)
    return IndexPlan(kind, reason, budget.wanted_recall)


def _chosen(count: int, dim: int, forced: str, budget: Budget) -> tuple[str, str]:
    if count == 0:
        return EXACT, "there is nothing that another kind could learn from"
    if forced != AUTO:
        return forced, "this kind was asked for"
    if budget.wanted_recall >= 1:
        return EXACT, "only exact search finds all neighbours"
    size_bytes = count * dim * _BYTES_PER_NUMBER
    what = f"{count:,} embeddings of {dim} numbers"
    memory_bytes = budget.memory_bytes or _half_of_memory_bytes()
    if size_bytes <= budget.latency_ms * _BYTES_PER_MS and size_bytes <= memory_bytes:
        return EXACT, f"{what} are compared one by one within {budget.latency_ms:g} ms"
    return IVF_RABITQ, f"{what} are too many to compare one by one"


def _half_of_memory_bytes() -> int:
    """What embeddings may take, so that other things keep room."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
