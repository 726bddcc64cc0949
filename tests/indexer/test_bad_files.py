"""Files that want to stop an indexer: all end up on record with their reason, and nothing waits."""

import os
from pathlib import Path
from typing import Any

import pytest

from indexer.reading import UnreadableFileError, read_file
from indexer.searcher import Searcher
from models.config import DecodeLimits
from tests.indexer.bad_files import BAD, GOOD, fill_with_bad_files
from tests.indexer.workbench import Workbench


@pytest.mark.timeout(60)
def test_bad_files_are_each_on_record_with_their_reason(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    fill_with_bad_files(bench.pictures, monkeypatch)
    assert len(list(bench.pictures.iterdir())) == len(BAD) + len(GOOD) == 40
    summary = bench.index()
    skipped = bench.skipped()
    assert {name: file.code for name, file in skipped.items()} == BAD
    assert all(len(file.reason) > 10 for file in skipped.values())
    assert set(bench.items()) == set(GOOD)
    assert bench.items()["png_named.jpg"].format == "PNG"
    assert (summary.scanned, summary.skipped, summary.new) == (40, len(BAD), len(GOOD))
    assert sum(summary.skipped_by_code.values()) == len(BAD)


@pytest.mark.timeout(60)
def test_bad_files_are_not_read_again_until_they_change(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    fill_with_bad_files(bench.pictures, monkeypatch)
    bench.index()
    record = bench.skipped()
    bench.forget_counts()
    second = bench.index()
    assert (second.published, bench.loads) == (False, 0)
    assert bench.skipped() == record
    monkeypatch.undo()
    (bench.pictures / "unreadable.jpg").chmod(0o600)
    good = (bench.pictures / "good.jpg").read_bytes()
    (bench.pictures / "truncated_half.jpg").write_bytes(good)
    third = bench.index()
    assert (third.new, third.skipped) == (2, len(BAD) - 2)


def test_skipped_files_are_retried_when_that_is_asked(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    bench.draw("a.jpg")
    broken = bench.pictures / "b.jpg"
    broken.write_bytes(b"no picture")
    bench.index()
    limits = bench.config.limits
    opened: list[str] = []
    real_open = os.open

    def noting_open(path: Path, *arguments: Any) -> int:
        opened.append(Path(path).name)
        return real_open(path, *arguments)

    monkeypatch.setattr(os, "open", noting_open)
    bench.index()
    assert "b.jpg" not in opened
    bench.index(retry_skipped=True)
    assert "b.jpg" in opened
    assert read_file(broken, limits).data == b"no picture"


def test_skipped_files_are_given_out_in_pages(bench: Workbench):
    bench.draw("good.jpg")
    for number in range(7):
        (bench.pictures / f"{number}.txt").write_text("no")
    bench.index()
    searcher = Searcher.open(bench.config)
    pages = [searcher.skipped(3, offset) for offset in (0, 3, 6)]
    assert searcher.skipped_count() == 7
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({file.uri for page in pages for file in page}) == 7


@pytest.mark.timeout(20)
def test_file_that_became_a_pipe_since_it_was_listed_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "late.jpg")
    with pytest.raises(UnreadableFileError) as caught:
        read_file(tmp_path / "late.jpg", DecodeLimits())
    assert caught.value.code == "not_a_file"


@pytest.mark.timeout(20)
def test_pipe_that_somebody_feeds_is_not_read(tmp_path: Path):
    os.mkfifo(tmp_path / "fed.jpg")
    feeder = os.open(tmp_path / "fed.jpg", os.O_RDWR | os.O_NONBLOCK)
    os.write(feeder, b"what a pipe holds")
    with pytest.raises(UnreadableFileError) as caught:
        read_file(tmp_path / "fed.jpg", DecodeLimits())
    assert caught.value.code == "not_a_file"
    assert os.read(feeder, 100) == b"what a pipe holds"
    os.close(feeder)


def test_file_that_grows_past_the_limit_while_it_is_read_is_refused(tmp_path: Path):
    path = tmp_path / "growing.jpg"
    path.write_bytes(bytes(101))
    with pytest.raises(UnreadableFileError) as caught:
        read_file(path, DecodeLimits(max_bytes=100))
    assert caught.value.code == "too_many_bytes"


def test_file_that_vanished_since_it_was_listed_is_on_record(tmp_path: Path):
    with pytest.raises(UnreadableFileError) as caught:
        read_file(tmp_path / "gone.jpg", DecodeLimits())
    assert caught.value.code == "not_found"
