"""Processes that die while pictures are put or taken in: nothing that was acknowledged is lost."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from indexer.generations import verify
from indexer.searcher import Searcher
from indexer.uploads.naming import UPLOADS
from indexer.uploads.store import UploadStore
from models.config import DecodeLimits
from tests.indexer.crashing_indexer import CRASHED
from tests.indexer.crashing_putter import ACKNOWLEDGED, POINTS, bench_at, picture
from tests.indexer.workbench import EVERYTHING, Workbench

ROOT = Path(__file__).parents[2]
# What a change that was under way when the process died may have come to, or not.
BEFORE = {"new": None, "kept": 1, "gone": 2}
AFTER = {"new": 10, "kept": 11, "gone": None}


@pytest.fixture(scope="module")
def die_at() -> Iterator[Callable[[Path, str], int]]:
    """Changes pictures in a process of its own that dies at a point; gives its exit status."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.indexer.crashing_putter"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def die(home: Path, point: str) -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{home}\t{point}\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield die


def _searched(bench: Workbench) -> dict[str, bytes]:
    with closing(Searcher.open(bench.config)) as searcher:
        return {
            item.image_id: searcher.originals.read_upload(item.content_hash, DecodeLimits()).data
            for item in searcher.sample(EVERYTHING, 0)
            if item.source == UPLOADS
        }


@pytest.mark.parametrize("point", POINTS)
def test_no_acknowledged_change_is_lost_wherever_the_process_dies(
    tmp_path: Path, die_at: Callable[[Path, str], int], point: str
):
    bench = bench_at(tmp_path)
    with closing(UploadStore(bench.config)) as store:
        for image_id, number in {"kept": 1, "gone": 2, "other": 3}.items():
            store.put(image_id, picture(tmp_path, number))
    bench.index(UPLOADS)
    assert die_at(tmp_path, point) == CRASHED
    assert {"other"} <= _searched(bench).keys()  # whatever is current is whole

    bench.index(UPLOADS)
    told = (tmp_path / ACKNOWLEDGED).read_text("utf-8").splitlines()
    acknowledged = {line.split()[0] for line in told}
    searched = _searched(bench)
    assert searched.pop("other") == picture(tmp_path, 3)
    for image_id in BEFORE:
        numbers = {AFTER[image_id], *(() if image_id in acknowledged else (BEFORE[image_id],))}
        possible = [None if number is None else picture(tmp_path, number) for number in numbers]
        assert searched.get(image_id) in possible, (image_id, acknowledged)
    assert verify(bench.config) == []
    assert bench.index(UPLOADS).published is False
