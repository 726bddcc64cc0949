"""Which picture of a generation has which tag: one file for each set, beside the index.

    item ids    n little-endian int64, ascending
    codes       n little-endian uint16: 0 is none, 1 … c the classes, 65,535 not known

A column belongs to its generation, so a reader never sees tags half way between two sets. Never
classifies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.metadata import Comparison, Ids, Scalar, ValueItems
from indexer.catalog.records import TagColumn
from indexer.index_files import CHECKED_AT_OPEN_BYTES, check_file
from indexer.tags.sets import NONE

KIND = "tags"
PREFIX = "tags."  # of the field's name
UNKNOWN = 65_535
_ID_BYTES = 8
_CODE_BYTES = 2

Codes = NDArray[np.uint16]


@dataclass(frozen=True)
class Tags:
    """One set's tags of one generation: ids (n,) ascending, codes (n,). Safe in many threads."""

    name: str
    classes: tuple[str, ...]
    ids: Ids
    codes: Codes

    @property
    def field(self) -> str:
        """What filters call it."""
        return PREFIX + self.name

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The tag of every code but the unknown one."""
        return (NONE, *self.classes)

    def of(self, item_id: int) -> str | None:
        """The tag of a picture; None while it is not known."""
        place = int(np.searchsorted(self.ids, item_id))
        if place == len(self.ids) or int(self.ids[place]) != item_id:
            return None
        code = int(self.codes[place])
        return None if code == UNKNOWN else self.labels[code]

    def known(self) -> Ids:
        """The ids of the pictures that have a tag."""
        known: Ids = self.ids[self.codes != UNKNOWN]
        return known

    def values(self) -> list[ValueItems]:
        """Every tag that some picture has, with the ids of these pictures."""
        there = [(label, self.ids[self.codes == code]) for code, label in enumerate(self.labels)]
        return [ValueItems(label, ids) for label, ids in there if len(ids)]

    def matching(self, comparison: Comparison, operands: Sequence[Scalar]) -> Ids:
        """The ids of the pictures whose tag compares so with texts."""
        codes = [
            code for code, label in enumerate(self.labels) if _holds(label, comparison, operands)
        ]
        return self.ids[np.isin(self.codes, np.array(codes, np.uint16))]


def tags_file(name: str) -> str:
    """The name of a set's file."""
    return f"tags-{name}.u16"


def read_tags(directory: Path, column: TagColumn) -> Tags:
    """Map a column. Raises IndexUnusableError if its file is not as it was published."""
    file = column.file
    check_file(directory, file, completely=file.size_bytes <= CHECKED_AT_OPEN_BYTES)
    if file.count == 0:
        return Tags(column.name, column.classes, np.empty(0, np.int64), np.empty(0, np.uint16))
    path = directory / file.name
    ids = np.memmap(path, dtype="<i8", mode="r", shape=(file.count,))
    codes = np.memmap(
        path, dtype="<u2", mode="r", offset=file.count * _ID_BYTES, shape=(file.count,)
    )
    return Tags(column.name, column.classes, ids, codes)


def write_tags(path: Path, ids: Ids, codes: Codes) -> None:
    """Write ids (n,), ascending, and codes (n,); the caller makes the file durable."""
    path.write_bytes(ids.astype("<i8").tobytes() + codes.astype("<u2").tobytes())


def _holds(label: str, comparison: Comparison, operands: Sequence[Scalar]) -> bool:
    if comparison is Comparison.IN:
        return label in operands
    operand = str(operands[0])
    if comparison is Comparison.CONTAINS:
        return operand.casefold() in label.casefold()
    return {
        Comparison.EQ: label == operand,
        Comparison.LT: label < operand,
        Comparison.LTE: label <= operand,
        Comparison.GT: label > operand,
        Comparison.GTE: label >= operand,
    }[comparison]
