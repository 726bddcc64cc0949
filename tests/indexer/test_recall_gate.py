"""The recall gate: what it lets through, what it stops, and what it says."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer import recall_gate
from indexer.gate_queries import CAPTIONS, COMMON, QUERY_COUNT, GateQueries, gate_texts
from indexer.gate_result import Figure, GateResult
from indexer.recall_gate import Base, build_base
from indexer.searcher import Searcher
from indexer.vector_index.choice import Budget, IndexPlan, choose_kind
from indexer.vector_index.index import VectorIndex
from models.encoder import Embeddings, unit_embeddings
from tests.indexer.workbench import Workbench

COUNT, DIM, QUERIES = 8_000, 128, 60
IDS = np.random.default_rng(0).permutation(COUNT) + 500


CENTRES = np.random.default_rng(1).standard_normal((40, DIM))


def _around_centres(count: int, seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return CENTRES[rng.integers(0, len(CENTRES), count)] + rng.standard_normal((count, DIM))


@pytest.fixture(scope="module")
def stored() -> Embeddings:
    return unit_embeddings(_around_centres(COUNT, seed=2))


@pytest.fixture(scope="module")
def queries(stored: Embeddings) -> GateQueries:
    """Texts lie beside the pictures, as they do with real models."""
    gap = np.random.default_rng(4).standard_normal(DIM)
    texts = unit_embeddings(_around_centres(QUERIES, seed=3) + 2.5 * gap)
    return GateQueries(texts, CAPTIONS, IDS[:QUERIES], stored[:QUERIES])


def _build(
    stored: Embeddings, queries: GateQueries, kind: str, build: Any = VectorIndex.build
) -> Base:
    def blocks() -> Iterator[tuple[NDArray[np.int64], Embeddings]]:
        for start in range(0, len(stored), 1_000):
            yield IDS[start : start + 1_000], stored[start : start + 1_000]

    plan = IndexPlan(kind, "because the test says so", 0.99)
    return build_base(plan, len(stored), DIM, blocks, lambda: queries, build)


def test_gate_lets_an_index_through_whose_recall_a_search_written_out_confirms(
    stored: Embeddings, queries: GateQueries
):
    base = _build(stored, queries, "ivf_rabitq")
    assert (base.index.kind, base.gate.kind) == ("ivf_rabitq", "ivf_rabitq")
    asked = {(f.queries, f.k): (f.recall, f.asked) for f in base.gate.figures}
    assert set(asked) == {(q, k) for q in ("texts", "images") for k in (10, 100)}
    for name, embeddings in (("texts", queries.texts), ("images", queries.images)):
        scores = embeddings @ stored.T  # (q, n)
        if name == "images":
            scores[np.arange(QUERIES), np.arange(QUERIES)] = -2.0  # no picture finds itself
        found = base.index.search(embeddings, 11, effort=base.gate.effort).ids
        shares = []
        for row in range(QUERIES):
            truth = IDS[np.argsort(-scores[row])[:10]]
            answers = [i for i in found[row] if name == "texts" or i != IDS[row]][:10]
            shares.append(np.isin(truth, answers).mean())
        recall, count = asked[name, 10]
        assert count == QUERIES
        assert recall == pytest.approx(np.mean(shares), abs=1e-4)
        assert recall >= 0.99


class _Shuffled(VectorIndex):
    """The planted fault: right scores under wrong ids."""

    def ids_to_answer(self) -> None:
        self._table.ids[:] = np.random.default_rng(3).permutation(self._table.ids)


def _shuffling(dim: int, blocks: Any, kind: str, **options: Any) -> VectorIndex:
    built = _Shuffled.build(dim, blocks, kind, **options)
    if kind != "exact" and isinstance(built, _Shuffled):
        built.ids_to_answer()
    return built


def test_gate_stops_an_index_whose_ids_are_shuffled_and_says_what_it_found(
    stored: Embeddings, queries: GateQueries
):
    base = _build(stored, queries, "ivf_rabitq", _shuffling)
    assert (base.index.kind, base.gate.kind, base.gate.figures) == ("exact", "exact", ())
    first, second = base.gate.reasons
    assert first == "because the test says so"
    assert second.startswith("ivf_rabitq was refused: with the most effort recall@10 0.0")
    assert "for texts" in second
    assert "for images" in second
    assert second.endswith("where 0.99 is wanted; exact instead")


def test_gate_stops_an_index_that_finds_pictures_but_misses_for_texts(
    stored: Embeddings, queries: GateQueries, monkeypatch: pytest.MonkeyPatch
):
    """Effort far too low for texts, which are harder than pictures: both figures are given."""
    monkeypatch.setattr(recall_gate, "EFFORTS", (0,))
    base = _build(stored, queries, "ivf_rabitq")
    assert base.gate.kind == "exact"
    found = re.findall(r"recall@(\d+) ([\d.]+) for (\w+)", base.gate.reasons[1])
    recall = {(kind, k): float(value) for k, value, kind in found}
    assert recall["images", "10"] >= 0.99 > recall["texts", "10"]
    assert len(recall) == 4


def test_gate_raises_effort_no_further_than_is_needed(stored: Embeddings, queries: GateQueries):
    efforts = [_build(stored, queries, "ivf_rabitq").gate.effort]
    assert efforts[0] in recall_gate.EFFORTS
    index = _build(stored, queries, "ivf_rabitq").index
    exam = recall_gate.Exam(
        "texts",
        queries.texts,
        np.full(QUERIES, -1),
        VectorIndex.build(DIM, [(IDS, stored)]).search(queries.texts, 132),
    )
    lower = [effort for effort in recall_gate.EFFORTS if effort < efforts[0]]
    for effort in lower:
        assert min(f.recall for f in recall_gate.examine(index, exam, effort)) < 0.99


def test_gate_asks_nothing_for_an_exact_index(stored: Embeddings):
    def ask() -> GateQueries:
        raise AssertionError("no model should be loaded")

    plan = IndexPlan("exact", "few", 0.99)
    base = build_base(plan, 10, DIM, lambda: [(IDS[:10], stored[:10])], ask)
    assert base.gate == GateResult("exact", 0, 0.99, (), ("few",))


@pytest.mark.parametrize("count", [1, 5, 300])
def test_gate_judges_small_collections_and_equal_pictures(count: int):
    """Exact search has no favourite among equal pictures, so none of them is a miss."""
    rng = np.random.default_rng(4)
    some = unit_embeddings(rng.standard_normal((max(1, count // 5), DIM)))
    embeddings = some[rng.integers(0, len(some), count)]
    texts = unit_embeddings(rng.standard_normal((20, DIM)))
    ids = np.arange(count)
    plan = IndexPlan("ivf_rabitq", "small", 0.99)
    asked = GateQueries(texts, COMMON, ids, embeddings)
    base = build_base(plan, count, DIM, lambda: [(ids, embeddings)], lambda: asked)
    assert base.gate.kind == ("ivf_rabitq" if count > 1 else "exact")


def test_gate_result_survives_a_manifest():
    result = GateResult(
        "ivf_rabitq", 500, 0.99, (Figure("texts", 10, 0.9912, 256),), ("many",), CAPTIONS
    )
    assert GateResult.from_json(json.loads(json.dumps(result.to_json()))) == result
    with pytest.raises(TypeError):
        GateResult.from_json({**result.to_json(), "effort": "much"})


def test_a_run_publishes_the_kind_that_was_asked_for_with_what_the_gate_found(bench: Workbench):
    bench.config = replace(bench.config, index_kind="ivf_rabitq", wanted_recall=0.95)
    bench.draw(*(f"{number}.jpg" for number in range(12)))
    bench.index()
    searcher = Searcher.open(bench.config)
    layout = searcher.record.layout
    assert (layout.base.kind, layout.reason) == ("ivf_rabitq", "this kind was asked for")
    assert layout.gate is not None
    gate = GateResult.from_json(layout.gate)
    assert (gate.kind, gate.effort, gate.text_source) == ("ivf_rabitq", layout.effort, COMMON)
    assert {(f.queries, f.k) for f in gate.figures} == {
        (queries, k) for queries in ("texts", "images") for k in (10, 100)
    }
    assert min(f.recall for f in gate.figures) >= 0.95
    for item in searcher.sample(12, seed=0):
        (hits,) = searcher.search(searcher.embedding(item.image_id), 1)
        assert hits[0].item == item
    searcher.close()


def test_texts_are_captions_filled_up_with_common_words():
    many = [f"a picture of {number}" for number in range(400)]
    texts, source = gate_texts(many)
    assert (len(set(texts)), source) == (QUERY_COUNT, CAPTIONS)
    assert set(texts) < set(many)
    texts, source = gate_texts(["a dog", "a dog", " "])
    assert (len(set(texts)), texts[0]) == (QUERY_COUNT, "a dog")
    assert source == f"{CAPTIONS} and {COMMON}"
    texts, source = gate_texts([])
    assert (len(set(texts)), source) == (QUERY_COUNT, COMMON)


@pytest.mark.parametrize(
    ("count", "forced", "budget", "kind"),
    [
        (0, "ivf_rabitq", Budget(), "exact"),
        (10, "ivf_rabitq", Budget(), "ivf_rabitq"),
        (10, "auto", Budget(), "exact"),
        (10, "auto", Budget(memory_bytes=10), "ivf_rabitq"),
        (100_000, "auto", Budget(memory_bytes=2**40), "ivf_rabitq"),
        (100_000, "auto", Budget(latency_ms=50.0, memory_bytes=2**40), "exact"),
        (100_000, "auto", Budget(wanted_recall=1.0), "exact"),
        (10_000_000, "auto", Budget(), "ivf_rabitq"),
    ],
)
def test_kind_is_chosen_by_size_and_budget_unless_it_is_forced(
    count: int, forced: str, budget: Budget, kind: str
):
    plan = choose_kind(count, 512, forced, budget)
    assert plan.kind == kind
    assert plan.reason
    assert plan.wanted_recall == budget.wanted_recall
