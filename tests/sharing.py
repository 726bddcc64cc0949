"""What takes long to make is made once a run, also where test files run in several processes.

Never shares anything that a test changes: who wants to write takes a copy.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(
    factory: pytest.TempPathFactory, worker_id: str, name: str, make: Callable[[Path], None]
) -> Path:
    """The folder that `make` has filled, in this process or in the one that came first."""
    if worker_id == "master":  # the only process
        folder = factory.mktemp(name)
        make(folder)
        return folder
    shared = factory.getbasetemp().parent / name
    with FileLock(f"{shared}.lock"):
        done = shared / ".made"
        if not done.exists():
            shared.mkdir(exist_ok=True)
            make(shared)
            done.touch()
    return shared
