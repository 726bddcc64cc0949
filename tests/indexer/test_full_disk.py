"""A full disk: a clear error, the last generation serves, the run goes on when there is room."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from indexer.vector_index.index import VectorIndex
from tests.indexer.full_disk import FIRST, MORE

ROOT = Path(__file__).parents[2]
# In a name space of its own anybody may mount a file system; some containers forbid even that.
OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")
FILE_SYSTEM = "size=1500k"


def _command(home: Path, limit: str) -> list[str]:
    return [sys.executable, "-m", "tests.indexer.full_disk", str(home), limit]


def _can_mount(home: Path) -> bool:
    mount = ["mount", "-t", "tmpfs", "-o", FILE_SYSTEM, "none", str(home)]
    try:
        return (
            subprocess.run([*OWN_MOUNTS, *mount], capture_output=True, check=False).returncode == 0
        )
    except FileNotFoundError:
        return False


def _on_small_file_system(home: Path) -> list[str]:
    inner = shlex.join(_command(home, "file_system"))
    script = f"mount -t tmpfs -o {FILE_SYSTEM} none {shlex.quote(str(home))} && exec {inner}"
    return [*OWN_MOUNTS, "sh", "-c", script]


@pytest.mark.parametrize("limit", ["file_system", "file_size", "refused"])
def test_full_disk_is_named_and_the_run_goes_on_when_there_is_room(tmp_path: Path, limit: str):
    home = tmp_path / "home"
    home.mkdir()
    command = _command(home, limit)
    if limit == "file_system":
        # Where nobody may mount, the second limit once more is all that can be had.
        command = _on_small_file_system(home) if _can_mount(home) else _command(home, "file_size")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for error in told["errors"]:
        assert "the disk is full" in error
        assert "goes on where it stopped" in error
    assert (told["served"], told["whole"], told["count"]) == (True, True, FIRST + MORE)


def test_index_that_does_not_fit_is_an_error_and_no_shorter_file():
    ids = np.arange(3, dtype=np.int64)
    index = VectorIndex.build(4, [(ids, np.eye(3, 4, dtype=np.float32))])
    with pytest.raises(OSError, match="No space left"):
        index.save(Path("/dev/full"))
