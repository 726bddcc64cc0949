"""Puts and removes pictures, takes them in, and ends the process without any clean-up at one point.

    python -m tests.indexer.crashing_putter

For each line of its input, `HOME<tab>POINT`, it forks a process that writes down every change once
it is acknowledged, and dies at the point; it answers with that process's exit status.
"""

import os
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.catalog import publication
from indexer.catalog.connection import Database
from indexer.uploads import contents
from indexer.uploads.naming import UPLOADS
from indexer.uploads.store import UploadStore
from tests.indexer.crashing_indexer import around
from tests.indexer.workbench import Workbench, draw_picture

ACKNOWLEDGED = "acknowledged.txt"


def _says(beginning: str) -> Callable[..., bool]:
    return lambda _database, sql, *_: sql.strip().startswith(beginning)


def _content(_path: Path, to: Any) -> bool:
    return Path(to).parent.parent.name == "uploads"


POINTS: dict[str, Callable[[], None]] = {
    "before bytes have their name": lambda: around(Path, "replace", "before", _content),
    "after bytes have their name": lambda: around(Path, "replace", "after", _content),
    "before a change is written": lambda: around(
        Database, "execute", "before", _says("INSERT OR REPLACE INTO uploads")
    ),
    "in the middle of a change": lambda: around(
        Database, "execute", "before", _says("INSERT OR IGNORE INTO loose")
    ),
    "after the first change": lambda: around(UploadStore, "put", "after"),
    "after a removal": lambda: around(UploadStore, "remove", "after"),
    "before it is published": lambda: around(publication, "publish_staged", "before"),
    "after it is published": lambda: around(UploadStore, "took", "before"),
    "after that is written down": lambda: around(UploadStore, "took", "after"),
    "before bytes are deleted": lambda: around(contents, "forget", "before"),
    "after bytes are deleted": lambda: around(contents, "forget", "after"),
}


def picture(home: Path, number: int) -> bytes:
    """The bytes of a picture of its own number."""
    return draw_picture(home / "drawn" / f"{number}.jpg", number).read_bytes()


def bench_at(home: Path) -> Workbench:
    """A workbench that keeps one generation, so that bytes are soon deleted."""
    bench = Workbench(home)
    bench.config = replace(bench.config, thumbnails=False, kept_generations=1)
    return bench


def _change(home: Path) -> None:
    bench = bench_at(home)
    with (
        (home / ACKNOWLEDGED).open("a", encoding="utf-8") as acknowledged,
        closing(UploadStore(bench.config)) as store,
    ):

        def say(image_id: str, number: int | None) -> None:
            acknowledged.write(f"{image_id} {number}\n")
            acknowledged.flush()

        store.put("new", picture(home, 10), ["a new one"])
        say("new", 10)
        store.put("kept", picture(home, 11))
        say("kept", 11)
        store.remove("gone")
        say("gone", None)
    bench.index(UPLOADS)
    bench.index(UPLOADS, rebuild=True)


def main() -> None:
    """Change and die, once for each line."""
    for line in sys.stdin:
        home, point = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            POINTS[point]()
            _change(Path(home))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
