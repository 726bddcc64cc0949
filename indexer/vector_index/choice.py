"""Which kind of index a collection gets, and why, in words that a manifest can carry.

Decides by arithmetic alone: builds nothing, measures nothing.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

from indexer.vector_index.card import CardReport, find_card
from indexer.vector_index.kinds import AUTO, EXACT, GPU_EXACT, IVF_RABITQ

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
    count: int,
    dim: int,
    forced: str = AUTO,
    budget: Budget | None = None,
    card: Callable[[], CardReport] = find_card,
) -> IndexPlan:
    """The kind of index for `count` embeddings of `dim` numbers; `forced` names one instead.

    A card is looked for only where it would be used.
    """
    budget = budget or Budget()
    kind, reason = _chosen(count, dim, forced, budget, card)
    return IndexPlan(kind, reason, budget.wanted_recall)


def _chosen(
    count: int, dim: int, forced: str, budget: Budget, card: Callable[[], CardReport]
) -> tuple[str, str]:
    if count == 0:
        return EXACT, "there is nothing that another kind could learn from"
    if forced == GPU_EXACT:
        return _forced_on_card(count, dim, budget, card())
    if forced != AUTO:
        return forced, "this kind was asked for"
    if budget.wanted_recall >= 1:
        return EXACT, "only exact search finds all neighbours"
    size_bytes = count * dim * _BYTES_PER_NUMBER
    what = f"{count:,} embeddings of {dim} numbers"
    memory_bytes = budget.memory_bytes or _half_of_memory_bytes()
    if size_bytes <= budget.latency_ms * _BYTES_PER_MS and size_bytes <= memory_bytes:
        return EXACT, f"{what} are compared one by one within {budget.latency_ms:g} ms"
    report = card()
    if report.fits(count, dim):
        return GPU_EXACT, f"{what} are compared one by one {report.words}"
    on_card = f"do not fit on {report.device.name}" if report.device else report.words
    return IVF_RABITQ, f"{what} are too many to compare one by one; {on_card}"


def _forced_on_card(count: int, dim: int, budget: Budget, report: CardReport) -> tuple[str, str]:
    """The card if it can be used, else what would be chosen without one."""
    if report.fits(count, dim):
        return GPU_EXACT, f"this kind was asked for, {report.words}"
    refusal = f"too much for {report.device.name}" if report.device else report.words
    without = CardReport("no card is used")
    kind, reason = _chosen(count, dim, AUTO, budget, lambda: without)
    return kind, f"{GPU_EXACT} was asked for, but cannot be used: {refusal}; {reason}"


def _half_of_memory_bytes() -> int:
    """What embeddings may take, so that other things keep room."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
