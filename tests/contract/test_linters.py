"""What `make lint` finds, as tests: form, types, and who may import whom."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def _commands() -> list[list[str]]:
    """The linters of the Makefile, in its order."""
    rule = re.search(r"^lint:.*\n((?:\t.*\n)+)", MAKEFILE.read_text("utf-8"), re.M)
    assert rule
    return [line.split() for line in rule[1].replace("$(BIN)/", "").splitlines()]


@pytest.mark.parametrize("command", _commands(), ids=" ".join)
def test_linter_finds_nothing(command: list[str], root: Path):
    program = str(Path(sys.executable).parent / command[0])
    run = subprocess.run([program, *command[1:]], cwd=root, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
