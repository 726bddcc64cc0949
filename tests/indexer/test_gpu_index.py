"""The index for a graphics card: its arithmetic on the processor, and when a card is believed.

No test here needs a card: torch runs the same code on the processor, and what looks for a device is
handed in.
"""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer import base_part
from indexer.gate_result import GateResult
from indexer.generations import list_generations, verify
from indexer.vector_index import gpu_exact
from indexer.vector_index.card import CardReport, Device, find_card, self_test
from indexer.vector_index.choice import Budget, choose_kind
from indexer.vector_index.exact import ExactScanner
from indexer.vector_index.faiss_card import FaissEngine
from indexer.vector_index.gpu_exact import GpuExactScanner
from indexer.vector_index.index import VectorIndex
from indexer.vector_index.kinds import AUTO, EXACT, GPU_EXACT, IVF_RABITQ
from indexer.vector_index.parted import PartedIndex
from indexer.vector_index.rows import Selection
from indexer.vector_index.torch_card import TorchEngine
from models.encoder import Embeddings, unit_embeddings
from tests.indexer.workbench import Workbench

PROCESSOR = Device("cpu", "the processor", None)
SMALL = Device("cpu", "a small card", 600 * 2**20)
COUNT, DIM = 3_000, 48


class _Library:
    """As much of faiss for cards as is used, computed by faiss on the processor."""

    StandardGpuResources = SimpleNamespace
    GpuIndexFlatConfig = SimpleNamespace

    @staticmethod
    def GpuIndexFlatIP(resources: Any, dim: int, settings: Any) -> Any:  # noqa: N802 - faiss's
        assert resources is not None
        assert settings.useFloat16
        return faiss.IndexScalarQuantizer(
            dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )


def _torch(device: Device, dim: int, blocks: Iterable[Embeddings]) -> TorchEngine:
    return TorchEngine(device, dim, blocks, rows_at_once=700)  # several blocks, the last one short


def _faiss(device: Device, dim: int, blocks: Iterable[Embeddings]) -> FaissEngine:
    return FaissEngine(device, dim, blocks, _Library)


class _Wrong:
    """A card whose kernels compute something else."""

    def __init__(self, device: Device, dim: int, blocks: Iterable[Embeddings]) -> None:
        pass

    def nearest(
        self, queries: Embeddings, wanted: int, allowed: Selection | None
    ) -> NDArray[np.int64]:
        return np.tile(np.arange(wanted), (len(queries), 1))


def _without_kernels(device: Device, dim: int, blocks: Iterable[Embeddings]) -> _Wrong:
    raise RuntimeError("CUDA error: no kernel image is available for execution on the device")


@pytest.fixture(scope="module")
def stored() -> Embeddings:
    return unit_embeddings(np.random.default_rng(0).standard_normal((COUNT, DIM)))


def _report(make: Any, device: Device = PROCESSOR) -> Callable[[], CardReport]:
    return lambda: CardReport("as wanted", device, make)


@pytest.mark.parametrize("make", [_torch, _faiss])
@pytest.mark.parametrize("share", [1.0, 0.97, 0.5, 0.03, 0.005])
def test_search_on_a_card_is_search_the_slow_way(stored: Embeddings, make: Any, share: float):
    index = faiss.IndexFlatIP(DIM)
    index.add(stored)
    scanner = GpuExactScanner(index, _report(make))
    rng = np.random.default_rng(1)
    queries = unit_embeddings(rng.standard_normal((150, DIM)))  # more than go in at once
    rows = np.sort(rng.permutation(COUNT)[: int(COUNT * share)])
    allowed = None if share == 1 else Selection(rows, COUNT)
    found = scanner.best(queries, 10, 125, allowed)
    scores = queries @ stored.T
    scores[:, np.setdiff1d(np.arange(COUNT), rows)] = -np.inf
    expected = np.argsort(-scores, axis=1)[:, :10]
    np.testing.assert_array_equal(found.rows, expected)
    np.testing.assert_allclose(found.scores, np.take_along_axis(scores, expected, 1), atol=1e-6)


@pytest.mark.parametrize("make", [_torch, _faiss])
def test_more_neighbours_than_there_are_are_all_of_them(stored: Embeddings, make: Any):
    index = faiss.IndexFlatIP(DIM)
    index.add(stored[:40])
    scanner = GpuExactScanner(index, _report(make))
    allowed = Selection(np.arange(0, 40, 2), 40)
    assert sorted(scanner.best(stored[:1], 20, 125, allowed).rows[0]) == allowed.rows.tolist()
    assert sorted(scanner.best(stored[:1], 40, 125, None).rows[0]) == list(range(40))


def test_deleted_and_filtered_ids_are_honoured_in_parts(
    stored: Embeddings, monkeypatch: pytest.MonkeyPatch
):
    real = GpuExactScanner.__init__
    monkeypatch.setattr(
        GpuExactScanner, "__init__", lambda self, index: real(self, index, _report(_torch))
    )
    ids = np.arange(COUNT) + 7
    base = VectorIndex.build(DIM, [(ids, stored)], GPU_EXACT)
    assert base.kind == GPU_EXACT
    dead = ids[::3]
    among = ids[: COUNT // 2]
    parted = PartedIndex([base], dead, effort=125)
    slow = PartedIndex([VectorIndex.build(DIM, [(ids, stored)])], dead)
    for chosen in (None, among):
        found = parted.search(stored[:9], 25, among=chosen)
        expected = slow.search(stored[:9], 25, among=chosen)
        np.testing.assert_array_equal(found.ids, expected.ids)


def test_card_without_kernels_is_not_believed_and_the_next_engine_is():
    report = find_card(lambda: PROCESSOR, {"one": _without_kernels, "two": _Wrong, "three": _torch})
    assert report.make is _torch
    assert report.words == (
        "on the processor, computed by three; one failed its self-test: CUDA error: no kernel "
        "image is available for execution on the device; two failed its self-test: it found other "
        "neighbours than there are"
    )
    assert self_test(_faiss, PROCESSOR) is None
    assert self_test(FaissEngine, PROCESSOR) is not None  # this library knows no card
    nothing = find_card(lambda: PROCESSOR, {"one": _Wrong})
    assert (nothing.make, nothing.fits(1, 1)) == (None, False)
    assert find_card(lambda: None).words == "no CUDA device answers"


def test_kind_is_chosen_by_card_and_by_what_fits_on_it():
    tight = Budget(latency_ms=0.001)
    ready = CardReport("on it, computed by torch", PROCESSOR, _torch)
    small = CardReport("on it", SMALL, _torch)
    none = CardReport("no CUDA device answers")

    def plan(report: CardReport, forced: str = AUTO, budget: Budget = tight) -> tuple[str, str]:
        chosen = choose_kind(200_000, 512, forced, budget, lambda: report)
        return chosen.kind, chosen.reason

    many = "200,000 embeddings of 512 numbers"
    assert plan(ready) == (GPU_EXACT, f"{many} are compared one by one on it, computed by torch")
    assert plan(none) == (
        IVF_RABITQ,
        f"{many} are too many to compare one by one; no CUDA device answers",
    )
    assert plan(small)[0] == IVF_RABITQ
    assert plan(small)[1].endswith("do not fit on a small card")
    assert plan(ready, budget=Budget(latency_ms=100))[0] == EXACT  # quick enough without
    assert plan(ready, IVF_RABITQ) == (IVF_RABITQ, "this kind was asked for")
    assert plan(ready, GPU_EXACT) == (
        GPU_EXACT,
        "this kind was asked for, on it, computed by torch",
    )
    kind, reason = plan(none, GPU_EXACT)
    assert kind == IVF_RABITQ
    assert reason.startswith("gpu_exact was asked for, but cannot be used: no CUDA device answers")


@pytest.mark.parametrize("failing", ["absent", "full", "lost"])
def test_index_for_a_card_is_searched_without_one_and_says_so(
    stored: Embeddings, caplog: pytest.LogCaptureFixture, failing: str
):
    class Lost(TorchEngine):
        def nearest(self, *arguments: Any) -> NDArray[np.int64]:
            raise RuntimeError("CUDA error: device lost")

    report = {
        "absent": CardReport("no CUDA device answers"),
        "full": CardReport("", Device("cpu", "a full card", 0), _torch),
        "lost": CardReport("", PROCESSOR, Lost),
    }[failing]
    words = {"absent": "no CUDA", "full": "do not fit on a full card", "lost": "device lost"}
    index = faiss.IndexFlatIP(DIM)
    index.add(stored)
    scanner = GpuExactScanner(index, lambda: report)
    with caplog.at_level(logging.WARNING, logger="sightline"):
        for _ in range(2):
            found = scanner.best(stored[:2], 5, 125, None)
    np.testing.assert_array_equal(found.rows, ExactScanner(index).best(stored[:2], 5, 0, None).rows)
    (said,) = caplog.messages
    assert words[failing] in said


def test_collection_is_published_for_a_card_with_recall_measured_and_served_without_one(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    bench.draw(*[f"{number}.jpg" for number in range(12)])
    bench.config = type(bench.config)(
        bench.config.data_dir, index_kind=GPU_EXACT, batch_size=8, decode_workers=2
    )
    with monkeypatch.context() as with_card:
        with_card.setattr(base_part, "choose_kind", partial(choose_kind, card=_report(_torch)))
        bench.index()
    (kept,) = list_generations(bench.config)
    gate = kept.record.layout.gate
    assert kept.record.index_kind == GPU_EXACT
    assert gate is not None
    assert gate["reasons"] == ["this kind was asked for, as wanted"]
    assert len(GateResult.from_json(gate).figures) == 4  # texts and images, at two depths
    assert verify(bench.config) == []
    bench.assert_whole()


def test_opening_an_index_for_a_card_looks_for_none(
    stored: Embeddings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def never() -> CardReport:
        raise AssertionError("looked for a card")

    VectorIndex.build(DIM, [(np.arange(COUNT), stored)]).save(tmp_path / "index")
    monkeypatch.setattr(gpu_exact, "find_card", never)
    assert VectorIndex.load(tmp_path / "index", GPU_EXACT).kind == GPU_EXACT
