"""How a command of the command line ended, for the tests that run some."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str


Sightline = Callable[..., Outcome]


def one_line_error(outcome: Outcome) -> str:
    """What a command that failed said, which must be one line and no traceback."""
    assert outcome.code != 0
    assert "Traceback" not in outcome.err
    lines = outcome.err.strip().splitlines()
    assert len(lines) == 1, outcome.err
    return lines[0]
