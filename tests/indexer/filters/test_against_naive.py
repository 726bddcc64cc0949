"""Filters in both forms against an evaluator that looks at every item, on random collections."""

import json
import operator
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from indexer.filters.parsing import parse_filter
from tests.indexer.filters.shelf import Shelf

WORDS = [
    "red",
    "Blue",
    "the sea",
    "Île",
    "12",
    "2.5",
    "true",
    "a_b%c",
    'say "no"',
    "back\\slash",
    "",
]
NUMBERS = [0, 1, 2, 2.5, -3, 12, 10**20]
FIELDS = [
    "colour",
    "year",
    "public",
    "tags",
    "camera.make",
    "camera.iso",
    "odd name [mm]",
    "people.name",
]
COLUMNS = ["width", "height", "size_bytes", "format", "name"]
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
SYMBOLS = {"eq": "=", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def _metadata(rng: random.Random) -> dict[str, Any]:
    whole = {
        "colour": rng.choice(WORDS),
        "year": rng.choice([rng.choice(NUMBERS), str(rng.choice(NUMBERS)), None]),
        "public": rng.random() < 0.5,
        "tags": rng.sample(WORDS, rng.randint(0, 3)),
        "camera": {"make": rng.choice(WORDS), "iso": rng.choice(NUMBERS)},
        "odd name [mm]": rng.choice([rng.choice(NUMBERS), rng.random() < 0.5]),
        "people": [{"name": rng.choice(WORDS)} for _ in range(rng.randint(0, 2))],
    }
    return {name: value for name, value in whole.items() if rng.random() < 0.8}


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner, name)
    elif value is not None:
        yield name, value


def _values(row: dict[str, Any], field: str) -> list[Any]:
    if field == "name":
        return [row["uri"].rpartition("/")[2]]
    if field in COLUMNS:
        return [row[field]]
    found = [value for name, value in _flat(row["metadata"]) if name == field]
    return found + [number for text in found if (number := _number_in(text)) is not None]


def _number_in(text: Any) -> Any:
    try:
        number = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return number if isinstance(number, int | float) and not isinstance(number, bool) else None


def _same_kind(value: Any, operand: Any) -> bool:
    kinds = [
        bool if isinstance(one, bool) else str if isinstance(one, str) else float
        for one in (value, operand)
    ]
    return kinds[0] is kinds[1]


def _compares(value: Any, name: str, operand: Any) -> bool:
    if name == "in":
        return any(_compares(value, "eq", one) for one in operand)
    if not _same_kind(value, operand):
        return False
    if name == "contains":
        return operand.casefold() in value.casefold()
    return value == operand if name == "eq" else ORDERS[name](value, operand)


def naive(expression: dict[str, Any], row: dict[str, Any]) -> bool:
    """Whether an item meets a filter."""
    for name, inner in expression.items():
        if name in ("and", "or"):
            held = (all if name == "and" else any)(naive(part, row) for part in inner)
        elif name == "not":
            held = not naive(inner, row)
        else:
            held = all(_holds(row, name, *compared) for compared in inner.items())
        if not held:
            return False
    return True


def _holds(row: dict[str, Any], field: str, name: str, operand: Any) -> bool:
    values = _values(row, field)
    if name == "exists":
        return bool(values) is operand
    if name == "ne":
        return not any(_compares(value, "eq", operand) for value in values)
    return any(_compares(value, name, operand) for value in values)


def _operand(rng: random.Random, field: str) -> Any:
    if field in ("width", "height", "size_bytes", "camera.iso"):
        return rng.choice(NUMBERS)
    if field == "format":
        return rng.choice(["JPEG", "PNG"])
    if field in ("year", "odd name [mm]"):
        return rng.choice(NUMBERS)
    if field == "name":
        return rng.choice(["7.jpg", "102.jpg", "1", "%"])
    return rng.random() < 0.5 if field == "public" else rng.choice(WORDS)


def _condition(rng: random.Random) -> dict[str, Any]:
    field = rng.choice(FIELDS + COLUMNS)
    operand = _operand(rng, field)
    names = ["eq", "ne", "in", "exists"]
    names += [] if isinstance(operand, bool) else list(ORDERS)
    names += ["contains"] * 3 if isinstance(operand, str) else []
    name = rng.choice(names)
    if name == "in":
        return {field: {"in": [_operand(rng, field) for _ in range(rng.randint(1, 4))]}}
    return {field: {name: rng.random() < 0.5 if name == "exists" else operand}}


def _expression(rng: random.Random, depth: int = 0) -> dict[str, Any]:
    shape = rng.random()
    if depth == 3 or shape < 0.4:
        return _condition(rng)
    if shape < 0.55:
        return {"not": _expression(rng, depth + 1)}
    parts = [_expression(rng, depth + 1) for _ in range(rng.randint(1, 3))]
    return {rng.choice(["and", "or"]): parts}


def as_text(expression: dict[str, Any]) -> str:
    """The text form of a filter."""
    ((name, inner),) = expression.items()
    if name in ("and", "or"):
        return "(" + f" {name} ".join(as_text(part) for part in inner) + ")"
    if name == "not":
        return f"not {as_text(inner)}"
    ((comparison, operand),) = inner.items()
    field = json.dumps(name) if not name.replace(".", "").isidentifier() else name
    if comparison == "exists":
        return f"{field} exists" if operand else f"not {field} exists"
    if comparison == "in":
        return f"{field} in [{', '.join(_quoted(one) for one in operand)}]"
    return f"{field} {SYMBOLS.get(comparison, comparison)} {_quoted(operand)}"


def _quoted(operand: Any) -> str:
    if isinstance(operand, str):
        return '"' + operand.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(operand).lower()


@pytest.mark.parametrize("seed", range(4))
def test_filters_find_what_a_look_at_every_item_finds(shelf: Shelf, seed: int):
    rng = random.Random(seed)
    for _ in range(150):
        width, height = rng.choice([1, 2, 12]), rng.choice([1, 2, 12])
        shelf.put(_metadata(rng), width=width, height=height, format=rng.choice(["JPEG", "PNG"]))
    for item_id in rng.sample(list(shelf.rows), 40):
        shelf.drop(item_id)
    other_generation = set(rng.sample(list(shelf.rows), 20))
    living = [item_id for item_id in shelf.rows if item_id not in other_generation]
    selector = shelf.selector(living)
    for _ in range(250):
        expression = _expression(rng)
        expected = [item_id for item_id in living if naive(expression, shelf.rows[item_id])]
        for form in (expression, as_text(expression), json.dumps(expression)):
            assert selector.ids(parse_filter(form)).tolist() == expected, form


def test_index_of_values_is_empty_when_all_items_are_gone(shelf: Shelf):
    rng = random.Random(9)
    shelf.database.execute(
        "INSERT INTO picture_facts (content_hash, facts) VALUES ('hash101', ?)",
        (json.dumps({"camera": "A", "gps": {}}),),
    )
    for _ in range(50):
        shelf.put(_metadata(rng), ["a red bird", "a bird"])
    for item_id in list(shelf.rows):
        shelf.drop(item_id)
    for table in ("metadata_values", "item_facts", "caption_words_docsize"):
        assert shelf.database.value(f"SELECT count(*) FROM {table}") == 0, table
    shelf.database.execute("INSERT INTO caption_words (caption_words) VALUES ('integrity-check')")
