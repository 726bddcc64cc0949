"""Watched sources: looking only where something happened equals looking everywhere."""

import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer.errors import SourceError
from indexer.locations import path_to_uri
from indexer.sources.folder import FolderSource
from indexer.sources.opening import open_source
from indexer.sources.touched import Touched
from indexer.watching import Watching
from tests.indexer.workbench import Workbench, draw_picture

PATIENCE_S = 60.0  # nothing here needs a second; a machine in trouble may


def _touch(bench: Workbench, *paths: Path):
    touched = {path_to_uri(bench.pictures): frozenset(str(path) for path in paths)}
    return bench.index(bench.pictures, touched=touched)


@pytest.mark.parametrize("seed", range(4))
def test_looking_at_touched_paths_gives_what_a_whole_look_gives(bench: Workbench, seed: int):
    rng = random.Random(seed)
    folders = [bench.pictures, bench.pictures / "a", bench.pictures / "a/b", bench.pictures / "c"]
    bench.draw("keep.jpg", "a/1.jpg", "a/b/2.jpg", "c/3.jpg")
    (bench.pictures / "a/notes.txt").write_text("x")
    bench.index()
    for step in range(6):
        there = sorted(path for path in bench.pictures.rglob("*") if path.name != "keep.jpg")
        choice, victim = rng.randrange(5), rng.choice(there)
        new = rng.choice(folders) / rng.choice(
            [f"n{step}.jpg", f"n{step}.jpg", ".h/x.jpg", "y.gif"]
        )
        changed = [new]
        if choice == 0:
            draw_picture(new, step)
        elif choice == 1 and victim.is_file():
            victim.unlink()
            changed = [victim]
        elif choice == 2 and victim.is_dir():
            shutil.rmtree(victim)
            changed = [victim]
        elif choice == 3:
            draw_picture(bench.home / "in/sub/x.jpg", 100 + step)
            new = bench.pictures / f"moved{step}"
            (bench.home / "in").rename(new)
            changed = [new, new / "sub"]
        else:
            new.parent.mkdir(parents=True, exist_ok=True)
            victim.rename(new) if victim.is_file() and new.parent.is_dir() else None
            changed = [victim, new]
        _touch(bench, *changed)
        by_parts, skipped = set(bench.by_uri()), set(bench.skipped())
        assert bench.index().published is False
        assert (set(bench.by_uri()), set(bench.skipped())) == (by_parts, skipped)


def test_touched_path_behind_a_link_has_the_whole_folder_looked_at(bench: Workbench):
    bench.draw("real/a.jpg")
    (bench.pictures / "link").symlink_to(bench.pictures / "real")
    source = open_source(bench.config, bench.pictures)
    assert isinstance(source, FolderSource)
    assert source.parts([str(bench.pictures / "link/a.jpg")]) is None
    bench.index()
    bench.draw("real/b.jpg")
    _touch(bench, bench.pictures / "link/b.jpg")
    assert sorted(bench.by_uri()) == [path_to_uri(bench.pictures / f"real/{n}.jpg") for n in "ab"]


def test_last_pictures_of_a_folder_do_not_leave_by_accident(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    bench.index()
    for name in ("a.jpg", "b.jpg"):
        (bench.pictures / name).unlink()
    paths = [bench.pictures / "a.jpg", bench.pictures / "b.jpg"]
    with pytest.raises(SourceError, match="all its pictures are gone"):
        _touch(bench, *paths)
    assert sorted(bench.items()) == ["a.jpg", "b.jpg"]


def test_work_is_that_of_what_was_touched(bench: Workbench, monkeypatch: pytest.MonkeyPatch):
    bench.draw(*[f"{n}.jpg" for n in range(12)])
    bench.index()
    bench.forget_counts()
    bench.draw("new.jpg")
    monkeypatch.setattr(FolderSource, "files", lambda _: pytest.fail("walked"))
    summary = _touch(bench, bench.pictures / "new.jpg")
    assert (summary.scanned, summary.new, bench.encoder.encoded) == (1, 1, 1)


@contextmanager
def _watching(bench: Workbench, *sources: Path) -> Iterator[Callable[..., None]]:
    """A watch in a thread; gives what waits until the collection holds these names."""
    stop, happened = threading.Event(), threading.Condition()
    opened = [open_source(bench.config, source) for source in sources]

    def run(touched: Touched) -> bool:
        try:
            bench.index(*touched, touched=touched)
        except SourceError:
            return True
        finally:
            with happened:
                happened.notify_all()
        return True

    def wait_for(*names: str) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while sorted(bench.items()) != sorted(names):
            assert time.monotonic() < deadline_s, sorted(bench.items())
            with happened:
                happened.wait(0.1)

    watching = Watching(opened, bench.config.data_dir, stop, check_roots_s=0.1)
    thread = threading.Thread(target=watching.follow, args=(run,))
    thread.start()
    try:
        yield wait_for
    finally:
        stop.set()
        thread.join()


def test_files_and_folders_that_come_change_and_go_are_followed(bench: Workbench):
    bench.draw("a.jpg")
    bench.index()
    with _watching(bench, bench.pictures) as wait_for:
        bench.draw("b.jpg", "new/c.jpg", "new/deep/d.jpg")
        wait_for("a.jpg", "b.jpg", "c.jpg", "d.jpg")
        shutil.rmtree(bench.pictures / "new")
        wait_for("a.jpg", "b.jpg")
        away = bench.home / "away"
        bench.pictures.rename(away)
        draw_picture(away / "e.jpg", 5)
        away.rename(bench.pictures)
        wait_for("a.jpg", "b.jpg", "e.jpg")
        bench.draw(*[f"many/{n}.jpg" for n in range(60)])
        wait_for("a.jpg", "b.jpg", "e.jpg", *[f"{n}.jpg" for n in range(60)])


def test_half_written_file_is_read_again_when_it_is_whole(bench: Workbench):
    bench.draw("a.jpg")
    bench.index()
    whole = draw_picture(bench.home / "whole.jpg", 7, (400, 300)).read_bytes()
    with _watching(bench, bench.pictures) as wait_for:
        path = bench.pictures / "b.jpg"
        path.write_bytes(whole[: len(whole) // 2])
        deadline_s = time.monotonic() + PATIENCE_S
        while "b.jpg" not in bench.skipped():
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        with path.open("ab") as file:
            file.write(whole[len(whole) // 2 :])
        wait_for("a.jpg", "b.jpg")
        assert bench.skipped() == {}


def test_manifest_that_is_replaced_is_listed_again(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    manifest = bench.home / "m.csv"
    manifest.write_text("file,caption\npictures/a.jpg,one\n")
    bench.index(manifest)
    with _watching(bench, manifest) as wait_for:
        other = bench.home / "m.new"
        other.write_text("file,caption\npictures/a.jpg,one\npictures/b.jpg,two\n")
        os.replace(other, manifest)  # noqa: PTH105 (as editors do)
        wait_for("a.jpg", "b.jpg")
