"""Runs that die: whatever the moment, the last generation serves and the next run goes on."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from indexer.searcher import Searcher, current_generation
from tests.indexer.crashing_indexer import CRASHED, POINTS
from tests.indexer.killed_indexer import PLAN, RANDOM_EVERY
from tests.indexer.workbench import Workbench, draw_picture

ROOT = Path(__file__).parents[2]
ROUNDS = len(PLAN) * RANDOM_EVERY // (RANDOM_EVERY - 1)  # the whole plan once
PAUSE_S = 0.002  # between two searches: the indexer needs the processor too


def _publish_three_generations(bench: Workbench) -> None:
    """So that the next one also drops an old one."""
    for names in (["a.jpg", "b.jpg"], ["c.jpg"], ["d.jpg"]):
        bench.draw(*names)
        bench.index()


@pytest.fixture(scope="module")
def die_at() -> Iterator[Callable[[Workbench, str], int]]:
    """Runs the indexer in a process of its own that dies at a point; gives its exit status."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.indexer.crashing_indexer"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def die(bench: Workbench, point: str) -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{bench.home}\t{point}\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield die


@pytest.mark.parametrize("point", POINTS)
def test_index_run_that_dies_leaves_a_whole_generation_and_is_resumed(
    bench: Workbench, die_at: Callable[[Workbench, str], int], point: str
):
    _publish_three_generations(bench)
    before = set(bench.items())
    bench.draw(*(f"new{number}.jpg" for number in range(20)))
    (bench.pictures / "a.jpg").rename(bench.pictures / "z.jpg")
    assert die_at(bench, point) == CRASHED
    published = point.startswith("after the generation") or "old rows" in point
    expected = {path.name for path in bench.pictures.iterdir()} if published else before
    assert set(bench.items()) == expected
    bench.forget_counts()
    summary = bench.index()
    bench.assert_whole()
    is_committed = "vectors" not in point and point != "before rows are committed"
    assert bench.encoder.prepared == (0 if is_committed else 20)
    assert summary.published is not published


class Reader:
    """Searches all the time in a thread, until it is stopped or something goes wrong."""

    def __init__(self, bench: Workbench) -> None:
        self._config = bench.config
        self._stop_asked = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self.searches = 0
        self.generations: set[int] = set()
        self.failures: list[str] = []
        self._running = self._pool.submit(self._run)

    def _run(self) -> None:
        searcher = Searcher.open(self._config)
        rng = np.random.default_rng(0)
        while not self._stop_asked.wait(PAUSE_S):
            if current_generation(self._config) != searcher.record.generation:
                old, searcher = searcher, Searcher.open(self._config)
                old.close()
            self._search(searcher, int(rng.integers(1 << 30)))
        searcher.close()

    def _search(self, searcher: Searcher, seed: int) -> None:
        item = searcher.sample(1, seed)[0]
        hits = searcher.search(searcher.embedding(item.image_id), 10)[0]
        self.searches += 1
        self.generations.add(searcher.record.generation)
        ids = {hit.item.image_id for hit in hits}
        if len(ids) != 10 or item.image_id not in ids or abs(hits[0].score - 1) > 1e-4:
            self.failures.append(f"{item.uri} in generation {searcher.record.generation}: {ids}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Raises whatever a search has raised."""
        self._stop_asked.set()
        self._pool.shutdown()
        self._running.result()


def _index_and_kill(bench: Workbench) -> list[list[str]]:
    """Of every run: its last step, how it ended, whether it changed the model, what was found."""
    rounds = subprocess.run(
        [sys.executable, "-m", "tests.indexer.killed_indexer", str(bench.home), "3", str(ROUNDS)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [line.split() for line in rounds.stdout.splitlines()]


@pytest.mark.timeout(120)
def test_index_runs_killed_at_random_moments_lose_nothing_while_searches_go_on(bench: Workbench):
    for number in range(30):
        draw_picture(bench.pictures / f"{number}.jpg", number)
    bench.index()
    with Reader(bench) as reader:
        outcomes = _index_and_kill(bench)
        bench.index()
    assert len(outcomes) == ROUNDS
    assert {found for *_, found in outcomes} == {"whole"}, outcomes
    killed_at = {(step, how) for step, was, how, _ in outcomes if was == "killed"}
    assert len({step for step, how in killed_at if how == "same"}) >= 5, outcomes
    assert len({step for step, how in killed_at if how == "switch"}) >= 3, outcomes
    assert reader.failures == []
    assert reader.searches > ROUNDS
    assert len(reader.generations) > 1
    bench.assert_whole()
