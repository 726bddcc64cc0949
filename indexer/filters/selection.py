"""A filter → the ids of one generation that meet it.

Each condition is one indexed question to the catalog; its answer becomes a row of bits, one for
every item, and `and`, `or` and `not` are bit operations. A generation never changes, so the rows
are kept for the next filter. Safe to use from many threads. Never ranks.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.metadata import Ids, MetadataTable
from indexer.catalog.words import CaptionWords
from indexer.filters.conditions import Conditions
from indexer.filters.expression import And, Condition, Expression, Not, Operator
from indexer.tags.columns import Tags

Mask = NDArray[np.bool_]
# A million items are 125 KB a condition; this keeps a few hundred of them.
_KEPT_BYTES = 32 * 2**20


class Slots:
    """Every item of one generation has a slot, (count,) in all; slots of other items are empty."""

    def __init__(self, living: Ids) -> None:
        self._first = int(living.min()) if len(living) else 0
        self.count = int(living.max()) - self._first + 1 if len(living) else 0
        self.taken: Mask = np.zeros(self.count, dtype=np.bool_)
        self.taken[living - self._first] = True

    def of(self, ids: Ids) -> NDArray[np.int64]:
        """The slots of those ids that are of this generation, (<= n,)."""
        slots = ids - self._first
        slots = slots[(slots >= 0) & (slots < self.count)]
        return slots[self.taken[slots]]

    def within(self, ids: Ids, mask: Mask) -> Mask:
        """Which of these ids (n,) are in a mask (count,). Returns (n,)."""
        slots = ids - self._first
        there = (slots >= 0) & (slots < self.count)
        there[there] = mask[slots[there]]
        return there

    def ids(self, mask: Mask) -> Ids:
        """The ids in the slots of a mask (count,), ascending."""
        return np.flatnonzero(mask) + self._first


class Selector:
    """Filters one generation, whose ids `living` gives when they are first needed."""

    def __init__(
        self,
        table: MetadataTable,
        words: CaptionWords,
        living: Callable[[], Ids],
        tags: Sequence[Tags] = (),
    ) -> None:
        self._tags = tags
        self._table = table
        self._words = words
        self._living = living
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, NDArray[np.uint8]] = OrderedDict()

    @cached_property
    def slots(self) -> Slots:
        """The generation's slots."""
        return Slots(self._living())

    @cached_property
    def conditions(self) -> Conditions:
        """Answers single conditions."""
        return Conditions(self._table, self._words, self._tags)

    def ids(self, expression: Expression) -> Ids:
        """The ids that meet a filter, ascending. Raises UnknownFieldError or FilterTypeError."""
        return self.slots.ids(self.mask(expression))

    def mask(self, expression: Expression | None) -> Mask:
        """The slots (count,) of the items that meet a filter; without one, of all items.

        Not to be written to. Raises UnknownFieldError or FilterTypeError.
        """
        if expression is None:
            return self.slots.taken
        if isinstance(expression, Condition):
            return self._condition(expression)
        if isinstance(expression, Not):
            return self.slots.taken & ~self.mask(expression.part)
        masks = [self.mask(part) for part in expression.parts]
        if isinstance(expression, And):
            combined: Mask = np.logical_and.reduce([self.slots.taken, *masks])
        else:
            combined = np.logical_or.reduce(masks)
        return combined

    def _condition(self, condition: Condition) -> Mask:
        if condition.operator is Operator.NE:
            equal = Condition(condition.field, Operator.EQ, condition.operands, condition.position)
            return self.slots.taken & ~self._condition(equal)
        key = repr((condition.field, condition.operator, condition.operands))
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
        if kept is not None:
            return np.unpackbits(kept, count=self.slots.count).view(np.bool_)
        mask: Mask = np.zeros(self.slots.count, dtype=np.bool_)
        mask[self.slots.of(self.conditions.ids(condition))] = True
        self._keep(key, np.packbits(mask))
        return mask

    def _keep(self, key: str, packed: NDArray[np.uint8]) -> None:
        with self._lock:
            self._kept[key] = packed
            most = max(1, _KEPT_BYTES // max(1, packed.nbytes))
            while len(self._kept) > min(most, 1_000):
                self._kept.popitem(last=False)
