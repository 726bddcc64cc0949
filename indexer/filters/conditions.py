"""One condition, checked against its field → the ids that it names, of any generation.

Numbers are compared with numbers, texts with texts; a text that spells a number is that number too,
because a CSV file has nothing else. Never combines conditions.
"""

from collections.abc import Sequence

import numpy as np

from indexer.catalog.metadata import Column, Comparison, Ids, Kind, MetadataTable, Scalar
from indexer.catalog.words import CaptionWords
from indexer.errors import FilterTypeError
from indexer.filters.expression import Condition, Operand, Operator
from indexer.filters.fields import CAPTION, Field, Fields
from indexer.locations import uri_segment
from indexer.tags.columns import Tags

_COMPARISONS = {
    Operator.EQ: Comparison.EQ,
    Operator.IN: Comparison.IN,
    Operator.LT: Comparison.LT,
    Operator.LTE: Comparison.LTE,
    Operator.GT: Comparison.GT,
    Operator.GTE: Comparison.GTE,
    Operator.CONTAINS: Comparison.CONTAINS,
}
_ORDERS = (Operator.LT, Operator.LTE, Operator.GT, Operator.GTE)
_NAMES = {Kind.NUMBER: "numbers", Kind.TEXT: "texts", Kind.BOOLEAN: "true or false"}


class Conditions:
    """Answers conditions from one catalog."""

    def __init__(
        self, table: MetadataTable, words: CaptionWords, tags: Sequence[Tags] = ()
    ) -> None:
        self._table = table
        self._words = words
        self.fields = Fields(table, tags)

    def ids(self, condition: Condition) -> Ids:
        """The items for which it holds, in no order; an id may stand twice.

        Raises UnknownFieldError or FilterTypeError. `ne` is the caller's: it is `not eq`.
        """
        field = self.fields.named(condition.field, condition.position)
        if field.name == CAPTION and field.column is None and field.field_id is None:
            return self._caption_ids(condition)
        if condition.operator is Operator.EXISTS:
            return self._having(field)
        by_kind: dict[Kind, list[Scalar]] = {}
        for operand in condition.operands:
            kind, value = self._resolved(field, condition, operand)
            by_kind.setdefault(kind, []).append(value)
        comparison = _COMPARISONS[condition.operator]
        found = [
            ids
            for kind, values in by_kind.items()
            for ids in self._compared(field, kind, comparison, values)
        ]
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def _caption_ids(self, condition: Condition) -> Ids:
        if condition.operator is Operator.EXISTS:
            return self._table.with_caption()
        if condition.operator is not Operator.CONTAINS:
            raise FilterTypeError(
                condition.position, "captions can only be searched for words: say contains"
            )
        (operand,) = condition.operands
        return self._words.with_phrase(str(_as_text(condition, operand)))

    def _having(self, field: Field) -> Ids:
        if field.field_id is not None:
            return self._table.with_field(field.field_id)
        if field.column is not None:
            return self._table.with_column(Column.ID, Comparison.GTE, [""])
        if field.tags is not None:
            return field.tags.known()
        return np.empty(0, np.int64)

    def _resolved(
        self, field: Field, condition: Condition, operand: Operand
    ) -> tuple[Kind, Scalar]:
        """What kind of value this operand is for this field."""
        if condition.operator is Operator.CONTAINS:
            if Kind.TEXT not in field.kinds:
                raise FilterTypeError(
                    condition.position, f"{field.name} holds {_held(field)}: contains is for texts"
                )
            return Kind.TEXT, _as_text(condition, operand)
        kind = _kind(operand.value)
        if kind is Kind.BOOLEAN and kind in field.kinds and condition.operator in _ORDERS:
            raise FilterTypeError(condition.position, "true and false have no order")
        if kind in field.kinds or (kind is Kind.NUMBER and self._spells_numbers(field)):
            return kind, operand.value
        if operand.spelling is not None and Kind.TEXT in field.kinds:
            return Kind.TEXT, operand.spelling
        raise FilterTypeError(
            condition.position,
            f"{field.name} holds {_held(field)}, and {operand.value!r} is none of them",
        )

    def _spells_numbers(self, field: Field) -> bool:
        return (
            Kind.TEXT in field.kinds
            and field.field_id is not None
            and self._table.has_numeric_text(field.field_id)
        )

    def _compared(
        self, field: Field, kind: Kind, comparison: Comparison, values: list[Scalar]
    ) -> list[Ids]:
        if field.column is not None:
            stored = [_as_stored(field.column, value) for value in values]
            return [self._table.with_column(field.column, comparison, stored)]
        if field.tags is not None:
            return [field.tags.matching(comparison, values)]
        if field.field_id is None:  # a fact that no file has
            return []
        found = []
        if kind in field.kinds:
            found.append(self._table.with_value(field.field_id, kind, comparison, values))
        if kind is Kind.NUMBER and Kind.TEXT in field.kinds:
            found.append(self._table.with_numeric_text(field.field_id, comparison, values))
        return found


def _kind(value: Scalar) -> Kind:
    if isinstance(value, bool):
        return Kind.BOOLEAN
    return Kind.TEXT if isinstance(value, str) else Kind.NUMBER


def _as_text(condition: Condition, operand: Operand) -> str:
    if isinstance(operand.value, str):
        return operand.value
    if operand.spelling is not None:
        return operand.spelling
    raise FilterTypeError(condition.position, f"contains takes a text, not {operand.value!r}")


def _as_stored(column: Column, value: Scalar) -> Scalar:
    """File names are stored as in a URI, formats in capitals."""
    if column is Column.NAME:
        return uri_segment(str(value))
    return str(value).upper() if column is Column.FORMAT else value


def _held(field: Field) -> str:
    return " and ".join(_NAMES[kind] for kind in sorted(field.kinds))
