"""Builds the base of a generation, and lets only an index through that finds what it should.

Before an approximate index is published it is asked texts and pictures, and its answers are held
against exact search. Effort is raised until both kinds of query find the wanted share at every k;
where no effort does, the next better kind is built instead, and the reasons say so. Publishes
nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.gate_queries import GateQueries
from indexer.gate_result import Figure, GateResult
from indexer.vector_index.choice import IndexPlan
from indexer.vector_index.index import VectorIndex
from indexer.vector_index.kinds import EXACT, next_better
from indexer.vector_index.neighbours import Neighbours, merged, nobody
from models.encoder import Embeddings

KS = (10, 100)
EFFORTS = (125, 175, 250, 350, 500, 700, 1000, 1400, 2000, 2800, 4000, 5600, 8000)
# Beyond this share of all embeddings, comparing candidates is no cheaper than exact search.
_MOST_COMPARED = 0.1
# Exact search goes deeper than the largest k, to know which answers are as good as the k-th, as
# equal pictures are.
_DEPTH = max(KS) + 32
# Scores closer than this are a tie: float32 sums of equal products differ by rounding.
_TIE = 1e-6
# An index learns from so many embeddings at the square root of their number: a list for 40 of
# them makes as many lists as the square root.
_SAMPLE_FACTOR = 40
_SEED = 11

Blocks = Callable[[], Iterable[tuple[NDArray[np.int64], Embeddings]]]


@dataclass(frozen=True, slots=True)
class Base:
    """An index that may be published, and what the gate found."""

    index: VectorIndex
    gate: GateResult


@dataclass(frozen=True, slots=True)
class Exam:
    """Queries (q, dim) of one kind, and the true neighbours of each, a little deeper than needed.

    `own_ids` (q,) are the queries' own ids, which are no answers; -1 where there is none.
    """

    name: str
    queries: Embeddings
    own_ids: NDArray[np.int64]
    truth: Neighbours


def build_base(
    plan: IndexPlan,
    count: int,
    dim: int,
    blocks: Blocks,
    ask: Callable[[], GateQueries],
    build: Callable[..., VectorIndex] = VectorIndex.build,
) -> Base:
    """Build what was planned, or the next better kind that finds enough.

    `blocks` gives all `count` ids and embeddings each time it is called. `ask` is called only for
    an approximate kind.
    """
    reasons = [plan.reason]
    kind = plan.kind
    if kind != EXACT:
        queries = ask()
        sample, exams = _prepare(count, dim, blocks(), queries)
    while kind != EXACT:
        index = build(dim, blocks(), kind, sample=sample)
        effort, figures = raise_effort(index, exams, plan.wanted_recall)
        if effort is not None:
            found = GateResult(kind, effort, plan.wanted_recall, figures, tuple(reasons))
            return Base(index, found.with_text_source(queries.text_source))
        better = next_better(kind) or EXACT
        reasons.append(_refused(kind, figures, plan.wanted_recall, better))
        kind = better
    index = build(dim, blocks(), EXACT)
    return Base(index, GateResult(EXACT, 0, plan.wanted_recall, (), tuple(reasons)))


def raise_effort(
    index: VectorIndex, exams: Iterable[Exam], wanted: float
) -> tuple[int | None, tuple[Figure, ...]]:
    """The least effort at which every exam is passed at every k, and the figures there.

    None if there is no such effort, with the figures of the last one that was tried.
    """
    exams = tuple(exams)
    figures: tuple[Figure, ...] = ()
    for effort in EFFORTS:
        if effort > EFFORTS[0] and effort > index.count * _MOST_COMPARED:
            break
        figures = tuple(figure for exam in exams for figure in examine(index, exam, effort))
        if all(figure.recall >= wanted for figure in figures):
            return effort, figures
    return None, figures


def examine(index: VectorIndex, exam: Exam, effort: int) -> list[Figure]:
    """recall@k of an index with this effort, for every k."""
    return [_figure(index, exam, k, effort) for k in KS]


def true_neighbours(
    dim: int,
    blocks: Iterable[tuple[NDArray[np.int64], Embeddings]],
    queries: Embeddings,
    depth: int,
) -> Neighbours:
    """The (q, depth) neighbours that exact search finds, without keeping the blocks."""
    best = nobody(len(queries))
    for ids, embeddings in blocks:
        found = VectorIndex.build(dim, [(ids, embeddings)]).search(queries, depth)
        best = merged([best, found], depth)
    return best


def _figure(index: VectorIndex, exam: Exam, k: int, effort: int) -> Figure:
    found = index.search(exam.queries, k + 1, effort=effort).ids
    shares = [
        share
        for row, own_id in enumerate(exam.own_ids.tolist())
        if (share := _share(exam, row, own_id, found[row], k)) is not None
    ]
    # Where every neighbour is as good as the next, nothing tells a good index from a bad one.
    recall = float(np.mean(shares)) if shares else 0.0
    return Figure(exam.name, k, round(recall, 4), len(shares))


def _share(exam: Exam, row: int, own_id: int, found: NDArray[np.int64], k: int) -> float | None:
    """The share of one query's k neighbours that was found, None if too many are equally good."""
    others = exam.truth.ids[row] != own_id
    ids, scores = exam.truth.ids[row][others], exam.truth.scores[row][others]
    k = min(k, len(ids))
    if k == 0:
        return None
    good = scores >= scores[k - 1] - _TIE
    if good.all() and len(exam.truth.ids[row]) == _DEPTH:
        return None
    answers = found[found != own_id][:k]
    return min(k, len(np.intersect1d(answers, ids[good]))) / k


def _prepare(
    count: int,
    dim: int,
    blocks: Iterable[tuple[NDArray[np.int64], Embeddings]],
    queries: GateQueries,
) -> tuple[Embeddings, tuple[Exam, ...]]:
    """A sample to learn from, drawn evenly, and the exams; looks at every embedding once."""
    drawn: list[Embeddings] = []
    asked = np.concatenate([queries.texts, queries.images])  # (t + p, dim)
    truth = true_neighbours(dim, _sampled(blocks, count, drawn), asked, _DEPTH)
    texts = len(queries.texts)
    nobody_itself = np.full(texts, -1, np.int64)
    exams = (
        Exam("texts", queries.texts, nobody_itself, _rows(truth, slice(0, texts))),
        Exam("images", queries.images, queries.image_ids, _rows(truth, slice(texts, None))),
    )
    return np.concatenate(drawn), exams


def _rows(neighbours: Neighbours, rows: slice) -> Neighbours:
    return Neighbours(neighbours.ids[rows], neighbours.scores[rows])


def _sampled(
    blocks: Iterable[tuple[NDArray[np.int64], Embeddings]], count: int, drawn: list[Embeddings]
) -> Iterator[tuple[NDArray[np.int64], Embeddings]]:
    """The blocks as they are; an even share of their embeddings is kept in `drawn`."""
    share = min(1.0, _SAMPLE_FACTOR * count**0.5 / count)
    chance = np.random.default_rng(_SEED)
    for ids, embeddings in blocks:
        chosen = chance.random(len(ids)) < share
        if not drawn:
            chosen[0] = True  # so that something is drawn from the smallest collection
        drawn.append(embeddings[chosen])
        yield ids, embeddings


def _refused(kind: str, figures: tuple[Figure, ...], wanted: float, better: str) -> str:
    found = ", ".join(f"recall@{f.k} {f.recall:.4f} for {f.queries}" for f in figures)
    return (
        f"{kind} was refused: with the most effort {found}, where {wanted:g} is wanted; "
        f"{better} instead"
    )
