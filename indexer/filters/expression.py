"""A filter as a tree of conditions, and how large it may be. Knows neither form and no SQL.

A condition on a field with several values (a list) holds if it holds for one of them. `ne` is
exactly `not eq`, and a picture without the field meets no other condition.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from indexer.catalog.metadata import Scalar
from indexer.errors import FilterSyntaxError, FilterTooLargeError

# Far beyond what people write, and small enough that no filter is a burden.
MAX_DEPTH = 16
MAX_CONDITIONS = 100
MAX_IN_VALUES = 1_000
MAX_VALUE_CHARS = 1_000
MAX_TEXT_CHARS = 20_000


class Operator(StrEnum):
    """How a field is compared, as both forms call it."""

    EQ = "eq"
    NE = "ne"
    IN = "in"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    EXISTS = "exists"
    CONTAINS = "contains"


@dataclass(frozen=True, slots=True)
class Operand:
    """A value to compare with.

    `spelling` is set for a word without quotes in the text form: what it is, its field decides.
    """

    value: Scalar
    spelling: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One field compared; `position` says where it stands in what was written."""

    field: str
    operator: Operator
    operands: tuple[Operand, ...]
    position: str


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; with no parts, always."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Expression"


Expression = Condition | And | Or | Not


class Budget:
    """What is left of the conditions that one filter may have."""

    def __init__(self) -> None:
        self._left = MAX_CONDITIONS

    def take(self, position: str) -> None:
        """One more condition. Raises FilterTooLargeError."""
        self._left -= 1
        if self._left < 0:
            raise FilterTooLargeError(position, f"more than {MAX_CONDITIONS} conditions")


def check_depth(depth: int, position: str) -> None:
    """Raises FilterTooLargeError where brackets stand too deep in one another."""
    if depth > MAX_DEPTH:
        raise FilterTooLargeError(position, f"more than {MAX_DEPTH} levels in one another")


def check_count(count: int, position: str) -> None:
    """Raises FilterSyntaxError or FilterTooLargeError for a list of so many values."""
    if count == 0:
        raise FilterSyntaxError(position, "the list is empty")
    if count > MAX_IN_VALUES:
        raise FilterTooLargeError(position, f"more than {MAX_IN_VALUES} values")


def checked_value(value: Scalar, position: str) -> Scalar:
    """A value that SQL can take. Raises FilterSyntaxError or FilterTooLargeError."""
    if isinstance(value, str):
        if len(value) > MAX_VALUE_CHARS:
            raise FilterTooLargeError(position, f"more than {MAX_VALUE_CHARS} characters")
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float) and not math.isfinite(value):
        raise FilterSyntaxError(position, "not a finite number")
    return value
