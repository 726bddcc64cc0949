"""Indexes on a disk that is full, makes room, and goes on. Writes what happened as JSON.

    python -m tests.indexer.full_disk HOME LIMIT

LIMIT is how the disk comes to be full: `file_system` (HOME lies on a small file system; a ballast
file takes what is free), `file_size` (no file may grow beyond a size) or `refused` (the system
refuses every write after some). What happens after the first full disk is the same for all: another
run fails too, what was published is whole, then there is room.
"""

import errno
import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer import pipeline
from indexer.errors import DiskFullError
from indexer.generations import verify
from tests.indexer.workbench import Workbench

FIRST, MORE = 20, 60
BALLAST_LEFT_BYTES = 48 * 1024
FILE_BYTES = 64 * 1024  # twice what SQLite needs beside its log; less than its log will want
ALLOWED_WRITES = 2


def main(home: Path, limit: str) -> None:
    """Index, fill, fail twice, look, make room, go on."""
    pipeline._COMMIT_INTERVAL_S = 0.0
    bench = Workbench(home)
    bench.config = replace(bench.config, thumbnails=False)  # nor the time of importing torch
    bench.draw(*(f"first{number}.jpg" for number in range(FIRST)))
    bench.index()
    before = sorted(bench.items())
    bench.draw(*(f"more{number}.jpg" for number in range(MORE)))
    make_room = LIMITS[limit](home)
    errors = [_index(bench), _index(bench)]
    at_full = sorted(bench.items()) == before
    make_room()
    whole = verify(bench.config) == []
    bench.index()
    bench.assert_whole()
    told = {"errors": errors, "served": at_full, "whole": whole, "count": len(bench.items())}
    sys.stdout.write(json.dumps(told))


def _index(bench: Workbench) -> str:
    try:
        bench.index()
    except DiskFullError as error:
        return str(error)
    return "nothing"


def _fill_file_system(home: Path) -> Callable[[], None]:
    ballast = home / "ballast"
    with ballast.open("wb") as file:
        file.write(bytes(max(0, shutil.disk_usage(home).free - BALLAST_LEFT_BYTES)))
    return ballast.unlink


def _limit_file_size(_home: Path) -> Callable[[], None]:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, hard))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def _refuse_writes(_home: Path) -> Callable[[], None]:
    real, count = os.pwrite, 0

    def refusing(descriptor: int, data: Any, position: int) -> int:
        nonlocal count
        count += 1
        if count > ALLOWED_WRITES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, data, position)

    os.pwrite = refusing

    def make_room() -> None:
        os.pwrite = real

    return make_room


LIMITS: dict[str, Callable[[Path], Callable[[], None]]] = {
    "file_system": _fill_file_system,
    "file_size": _limit_file_size,
    "refused": _refuse_writes,
}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
