"""What is found: one sentence, how bad it is, and a remedy if it is not well. Looks at nothing."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; whatever is not ok has a remedy."""

    topic: str
    level: Level
    message: str
    remedy: str | None = None


def ok(topic: str, message: str) -> Finding:
    """All is well."""
    return Finding(topic, Level.OK, message)


def warn(topic: str, message: str, remedy: str) -> Finding:
    """It works, and may not be what was meant."""
    return Finding(topic, Level.WARN, message, remedy)


def fail(topic: str, message: str, remedy: str) -> Finding:
    """It does not work, or nobody can have meant it."""
    return Finding(topic, Level.FAIL, message, remedy)
