"""How many pictures of one generation have each value of a field, under a filter.

A field's values are read once, as a number for each picture that has one, and then counted as often
as asked. Safe to use from many threads.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.metadata import Column, MetadataTable, Scalar
from indexer.errors import FacetError
from indexer.filters.fields import Field
from indexer.filters.selection import Mask, Selector

TOP_VALUES = 20
# A field with more values than this is no facet, and reading them all would be a burden.
MAX_VALUES = 50_000
_KEPT_FIELDS = 16


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value, and how many pictures have it."""

    value: Scalar
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The most frequent values of a field, and how many different ones there are."""

    field: str
    values: tuple[FacetValue, ...]
    distinct: int


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of a field: `numbers[i]` is the value's place in `labels`, at slot `slots[i]`."""

    labels: list[Scalar]
    numbers: NDArray[np.int64]
    slots: NDArray[np.int64]


class FacetCounter:
    """Counts values in one generation."""

    def __init__(self, table: MetadataTable, selector: Selector) -> None:
        self._table = table
        self._selector = selector
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Values] = OrderedDict()

    def count(self, name: str, mask: Mask) -> Facet:
        """The values of a field among the slots of a mask, most frequent first.

        Raises UnknownFieldError, or FacetError for a field that has too many values.
        """
        field = self._selector.conditions.fields.named(name, "facets")
        values = self._values(field)
        chosen = values.numbers[mask[values.slots]]
        counts = np.bincount(chosen, minlength=len(values.labels))  # (labels,)
        order = np.argsort(-counts, kind="stable")[:TOP_VALUES].tolist()
        top = [FacetValue(values.labels[place], int(counts[place])) for place in order]
        return Facet(name, tuple(v for v in top if v.count), int(np.count_nonzero(counts)))

    def _values(self, field: Field) -> _Values:
        with self._lock:
            kept = self._kept.get(field.name)
            if kept is not None:
                self._kept.move_to_end(field.name)
        if kept is None:
            kept = self._read(field)
            with self._lock:
                self._kept[field.name] = kept
                while len(self._kept) > _KEPT_FIELDS:
                    self._kept.popitem(last=False)
        return kept

    def _read(self, field: Field) -> _Values:
        if field.column in (Column.ID, Column.URI, Column.NAME):
            raise FacetError(field.name, "nearly every picture has another one")
        if field.column is not None:
            found = self._table.column_values(field.column, MAX_VALUES + 1)
        elif field.field_id is not None:
            found = self._table.values(field.field_id, MAX_VALUES + 1)
        elif field.tags is not None:
            found = field.tags.values()
        elif field.name == "caption":
            raise FacetError(field.name, "nearly every picture has another one")
        else:
            found = []
        if len(found) > MAX_VALUES:
            raise FacetError(field.name, f"it has more than {MAX_VALUES:,} different values")
        slots = [self._selector.slots.of(value.ids) for value in found]
        numbers = np.repeat(np.arange(len(found)), [len(part) for part in slots])
        empty = np.empty(0, np.int64)
        return _Values(
            [value.value for value in found],
            numbers.astype(np.int64),
            np.concatenate(slots) if slots else empty,
        )
