"""The JSON form of a filter → expression.

    {"colour": "red", "year": {"gte": 2020, "lt": 2025}}          all of them
    {"or": [{"place": {"in": ["beach", "sea"]}}, {"not": {"tags": {"contains": "snow"}}}]}

Knows no field.
"""

from collections.abc import Mapping, Sequence

from indexer.catalog.metadata import Scalar
from indexer.catalog.records import Json
from indexer.errors import FilterSyntaxError
from indexer.filters.expression import (
    And,
    Budget,
    Condition,
    Expression,
    Not,
    Operand,
    Operator,
    Or,
    check_count,
    check_depth,
    checked_value,
)

_OPERATORS = ", ".join(Operator)


def expression_of_json(source: Mapping[str, Json]) -> Expression:
    """Raises FilterSyntaxError or FilterTooLargeError with the path in the JSON."""
    return _object(source, "filter", 1, Budget())


def _object(source: Json | Mapping[str, Json], path: str, depth: int, budget: Budget) -> Expression:
    check_depth(depth, path)
    if not isinstance(source, Mapping):
        raise FilterSyntaxError(path, f"this must be an object, not {_kind(source)}")
    parts = [_entry(name, value, f"{path}.{name}", depth, budget) for name, value in source.items()]
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _entry(name: str, value: Json, path: str, depth: int, budget: Budget) -> Expression:
    if name == "not":
        return Not(_object(value, path, depth + 1, budget))
    if name in ("and", "or"):
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            raise FilterSyntaxError(path, "this must be a list of at least one filter")
        parts = tuple(
            _object(part, f"{path}[{number}]", depth + 1, budget)
            for number, part in enumerate(value)
        )
        return And(parts) if name == "and" else Or(parts)
    if isinstance(value, Mapping):
        return _comparisons(name, value, path, budget)
    return _condition(name, Operator.EQ, value, path, budget)


def _comparisons(name: str, value: Mapping[str, Json], path: str, budget: Budget) -> Expression:
    if not value:
        raise FilterSyntaxError(path, f"say how to compare: one of {_OPERATORS}")
    parts: list[Expression] = []
    for operator, operand in value.items():
        if operator not in Operator.__members__.values():
            raise FilterSyntaxError(
                f"{path}.{operator}",
                f"{operator!r} is no comparison; one of {_OPERATORS} is, and a field of an "
                f'object is written with a dot: "{name}.{operator}"',
            )
        parts.append(_condition(name, Operator(operator), operand, f"{path}.{operator}", budget))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _condition(name: str, operator: Operator, value: Json, path: str, budget: Budget) -> Expression:
    budget.take(path)
    if operator is Operator.EXISTS:
        if not isinstance(value, bool):
            raise FilterSyntaxError(path, f"exists is true or false, not {_kind(value)}")
        there = Condition(name, Operator.EXISTS, (), path)
        return there if value else Not(there)
    if operator is Operator.IN:
        if not isinstance(value, list):
            raise FilterSyntaxError(path, f"in takes a list, not {_kind(value)}")
        check_count(len(value), path)
        operands = [_scalar(entry, f"{path}[{number}]") for number, entry in enumerate(value)]
    else:
        operands = [_scalar(value, path)]
    return Condition(name, operator, tuple(map(Operand, operands)), path)


def _scalar(value: Json, path: str) -> Scalar:
    if isinstance(value, bool | int | float | str):
        return checked_value(value, path)
    hint = {"a list": "; say in for a list", "null": "; say exists for what is not there"}
    kind = _kind(value)
    raise FilterSyntaxError(
        path, f"this must be a text, a number, true or false, not {kind}{hint.get(kind, '')}"
    )


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", type(None): "null"}
    return names.get(type(value), "true or false" if isinstance(value, bool) else "a number")
