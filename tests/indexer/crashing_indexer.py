"""Runs the indexer and ends the process, without any clean-up, at one named point.

    python -m tests.indexer.crashing_indexer

For each line of its input, `HOME<tab>POINT`, it forks a process that indexes and dies there, and
answers with that process's exit status. The points are wrapped around the indexer's own functions
from outside; it knows nothing of them.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.catalog import connection, files, publication, retention
from indexer.merge_policy import MergePolicy
from indexer.vector_store import VectorStore
from models import thumbnails
from tests.indexer.workbench import Workbench

CRASHED = 9
# Imported before the runs are forked: each would otherwise spend seconds on importing torch.
IMPORTED_ONCE = (thumbnails,)


def _crash() -> None:
    os._exit(CRASHED)


def around(owner: Any, name: str, when: str, is_it: Callable[..., bool] | None = None) -> None:
    """End the process before or after a function of `owner`, if the call is the one meant."""
    real = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        meant = is_it is None or is_it(*arguments, **named)
        if meant and when == "before":
            _crash()
        result = real(*arguments, **named)
        if meant:
            _crash()
        return result

    setattr(owner, name, wrapped)


def _tear_the_tail() -> None:
    """Write half of the vectors, and no more."""
    real = os.pwrite

    def tearing(descriptor: int, data: Any, position: int) -> int:
        written = real(descriptor, data[: len(data) // 2 + 1], position)
        _crash()
        return written

    os.pwrite = tearing


def _names(target: str) -> Callable[..., bool]:
    return lambda _path, to: Path(to).name == target


def _says(beginning: str) -> Callable[..., bool]:
    return lambda _database, sql, *_: sql.strip().startswith(beginning)


POINTS: dict[str, Callable[[], None]] = {
    "before vectors are appended": lambda: around(VectorStore, "append", "before"),
    "in the middle of appending vectors": _tear_the_tail,
    "after vectors are appended": lambda: around(VectorStore, "append", "after"),
    "before rows are committed": lambda: around(files.FileTable, "record", "before"),
    "after rows are committed": lambda: around(files.FileTable, "record", "after"),
    "before the index is renamed": lambda: around(Path, "replace", "before", _names("index.faiss")),
    "after the index is renamed": lambda: around(Path, "replace", "after", _names("index.faiss")),
    "before a delta part is renamed": lambda: around(
        Path, "replace", "before", _names("delta-000004.faiss")
    ),
    "after dead items are listed": lambda: around(Path, "replace", "after", _names("dead.ids")),
    "after the base is linked": lambda: around(os, "link", "after"),
    "after the manifest is renamed": lambda: around(
        Path, "replace", "after", _names("manifest.json")
    ),
    "before the generation is committed": lambda: around(publication, "publish_staged", "before"),
    "in the middle of publishing": lambda: around(
        connection.Database, "execute", "before", _says("INSERT OR REPLACE INTO current")
    ),
    "after the generation is committed": lambda: around(publication, "publish_staged", "after"),
    "before old rows are dropped": lambda: around(retention, "drop_generations", "before"),
    "after old rows are dropped": lambda: around(retention, "drop_generations", "after"),
}
# These happen only where changes are put in front of a base.
IN_FRONT = (
    "before a delta part is renamed",
    "after dead items are listed",
    "after the base is linked",
)


def _index(home: Path, point: str) -> None:
    POINTS[point]()
    bench = Workbench(home)
    if point in IN_FRONT:
        bench.config = replace(bench.config, merge_policy=MergePolicy(0, 100.0))
    bench.index()


def main() -> None:
    """Index and die, once for each line."""
    for line in sys.stdin:
        home, point = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            _index(Path(home), point)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
