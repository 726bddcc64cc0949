"""Which items a single condition names, and what values a field has: indexed SQL, as arrays of ids.

Ids come as one text a query: SQLite joins them and numpy reads them several times faster than rows
are fetched. Knows no filter language and no generation: whoever asks leaves out other generations'
ids. Never writes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from indexer.catalog import schema_metadata
from indexer.catalog.connection import ReaderPool

Scalar = bool | int | float | str
Ids = NDArray[np.int64]

# SQLite's integers; what is larger is compared as the nearest float.
_LARGEST_INTEGER = 2**63 - 1


class Kind(IntEnum):
    """What a value is."""

    NUMBER = schema_metadata.NUMBER
    TEXT = schema_metadata.TEXT
    BOOLEAN = schema_metadata.BOOLEAN


class Comparison(StrEnum):
    """How a value is compared with operands, as SQL writes it."""

    EQ = "="
    LT = "<"
    LTE = "<="
    GT = ">"
    GTE = ">="
    IN = "IN"
    CONTAINS = "LIKE"


class Column(StrEnum):
    """What every item has, as an expression over a row of `items`."""

    WIDTH = "width"
    HEIGHT = "height"
    SIZE_BYTES = "size_bytes"
    FORMAT = "format"
    SOURCE = "source"
    URI = "uri"
    ID = "image_id"
    # What stands behind the last slash, encoded as in the URI.
    NAME = "substr(uri, 1 + length(rtrim(uri, replace(uri, '/', ''))))"


@dataclass(frozen=True, slots=True)
class KnownField:
    """A field that some item has, and of which kinds its values are."""

    field_id: int
    from_file: bool
    name: str
    kinds: frozenset[Kind]


@dataclass(frozen=True, slots=True)
class ValueItems:
    """One value of a field, and the ids of the items that have it."""

    value: Scalar
    ids: Ids


# `CASE`, because `AND` may ask json_type of what is no JSON, which is an error.
_NUMERIC_TEXT = (
    "CASE WHEN json_valid(value) THEN json_type(value) IN ('integer', 'real') ELSE 0 END"
)
_FIELDS = """
SELECT f.field_id, f.origin, f.name, k.kind FROM metadata_fields f, (
    SELECT 0 AS kind UNION ALL SELECT 1 UNION ALL SELECT 2) k
WHERE EXISTS (SELECT 1 FROM metadata_values v WHERE v.field_id = f.field_id AND v.kind = k.kind)
ORDER BY f.name, f.origin, k.kind"""


class MetadataTable:
    """The read side of what `schema_metadata` keeps."""

    def __init__(self, pool: ReaderPool) -> None:
        self._pool = pool

    def fields(self) -> list[KnownField]:
        """The fields of free metadata and of files' facts that any kept item has, by name."""
        found: dict[tuple[int, int, str], set[Kind]] = {}
        for field_id, origin, name, kind in self._pool.query(_FIELDS):
            found.setdefault((field_id, origin, name), set()).add(Kind(kind))
        return [
            KnownField(field_id, origin == schema_metadata.FROM_FILE, name, frozenset(kinds))
            for (field_id, origin, name), kinds in found.items()
        ]

    def has_numeric_text(self, field_id: int) -> bool:
        """Whether a text of this field spells a number, as every number in a CSV file does."""
        return bool(
            self._pool.query(
                "SELECT 1 FROM metadata_values WHERE field_id = ? AND kind = 1 "
                f"AND {_NUMERIC_TEXT} LIMIT 1",
                (field_id,),
            )
        )

    def with_field(self, field_id: int) -> Ids:
        """The items that have any value of this field."""
        return self._ids("metadata_values WHERE field_id = ?", (field_id,))

    def with_value(
        self, field_id: int, kind: Kind, comparison: Comparison, operands: Sequence[Scalar]
    ) -> Ids:
        """The items that have a value of this field and kind for which the comparison holds."""
        condition, parameters = _condition("value", comparison, operands)
        return self._ids(
            f"metadata_values WHERE field_id = ? AND kind = ? AND {condition}",
            (field_id, int(kind), *parameters),
        )

    def with_numeric_text(
        self, field_id: int, comparison: Comparison, operands: Sequence[Scalar]
    ) -> Ids:
        """The items that have a text of this field that spells a number for which it holds."""
        condition, parameters = _condition("CAST(value AS NUMERIC)", comparison, operands)
        return self._ids(
            f"metadata_values WHERE field_id = ? AND kind = 1 AND "
            f"CASE WHEN {_NUMERIC_TEXT} THEN {condition} ELSE 0 END",
            (field_id, *parameters),
        )

    def with_column(
        self, column: Column, comparison: Comparison, operands: Sequence[Scalar]
    ) -> Ids:
        """The items for which the comparison with a column holds."""
        condition, parameters = _condition(str(column), comparison, operands)
        if column not in (Column.URI, Column.NAME):
            return self._ids(f"items WHERE {condition}", parameters)
        # URIs are indexed for open items only, and closed ones are few.
        parts = [
            self._ids(f"items WHERE last_gen {state} AND {condition}", parameters)
            for state in ("IS NULL", "IS NOT NULL")
        ]
        return np.concatenate(parts)

    def with_caption(self) -> Ids:
        """The items that have a caption."""
        return self._ids("items WHERE captions <> '[]'", ())

    def values(self, field_id: int, limit: int) -> list[ValueItems]:
        """The values of a field with their items, at most `limit` values."""
        return self._values(
            "SELECT kind, value, group_concat(item_id) FROM metadata_values WHERE field_id = ? "
            "GROUP BY kind, value LIMIT ?",
            (field_id, limit),
        )

    def column_values(self, column: Column, limit: int) -> list[ValueItems]:
        """The values of a column with their items, at most `limit` values."""
        return self._values(
            f"SELECT 0, {column}, group_concat(item_id) FROM items GROUP BY 2 LIMIT ?", (limit,)
        )

    def _values(self, sql: str, parameters: Sequence[object]) -> list[ValueItems]:
        return [
            ValueItems(bool(value) if kind == Kind.BOOLEAN else value, _parsed(ids))
            for kind, value, ids in self._pool.query(sql, parameters)
        ]

    def _ids(self, rows: str, parameters: Sequence[object]) -> Ids:
        found = self._pool.query(f"SELECT group_concat(item_id) FROM {rows}", parameters)
        return _parsed(found[0][0])


def parsed_numbers(text: str | None, dtype: type[np.generic]) -> NDArray[np.generic]:
    """What `group_concat` joined, (n,)."""
    return np.fromstring(text, dtype=dtype, sep=",") if text else np.empty(0, dtype=dtype)


def _parsed(text: str | None) -> Ids:
    ids: Ids = parsed_numbers(text, np.int64).astype(np.int64, copy=False)
    return ids


def _condition(
    expression: str, comparison: Comparison, operands: Sequence[Scalar]
) -> tuple[str, tuple[object, ...]]:
    """A comparison with its parameters. `operands` is one value, or any number for IN."""
    if comparison is Comparison.IN:
        values = json.dumps([_bindable(operand) for operand in operands])
        return f"{expression} IN (SELECT atom FROM json_each(?))", (values,)
    (operand,) = operands
    if comparison is Comparison.CONTAINS:
        return _containing(expression, str(operand))
    return f"{expression} {comparison} ?", (_bindable(operand),)


def _containing(expression: str, text: str) -> tuple[str, tuple[object, ...]]:
    """Upper and lower case are the same: LIKE knows that of ASCII, Python of all other letters."""
    if text.isascii():
        escaped = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
        return f"{expression} LIKE ? ESCAPE '!'", (f"%{escaped}%",)
    return f"contains_folded({expression}, ?)", (text.casefold(),)


def _bindable(operand: Scalar) -> int | float | str:
    if isinstance(operand, int):  # a boolean, too, is stored as 0 or 1
        return float(operand) if abs(operand) > _LARGEST_INTEGER else int(operand)
    return operand
