"""The text form of a filter → words, each with its column. Knows no grammar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from indexer.errors import FilterSyntaxError


class Shape(Enum):
    """How a word is written."""

    BARE = auto()  # no quotes: a name, a number, a keyword, a text without spaces
    QUOTED = auto()
    SYMBOL = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """One word; `text` is without quotes, `column` counts characters from 1."""

    shape: Shape
    text: str
    column: int

    @property
    def position(self) -> str:
        """Where it stands, for an error."""
        return f"column {self.column}"

    def shown(self) -> str:
        """The word as an error quotes it."""
        return "the end" if self.shape is Shape.END else repr(self.text)


_WORD = re.compile(
    r"""\s*(?:
        (?P<symbol> <=|>=|==|!=|<>|[=<>()\[\],] )
      | (?P<quoted> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
      | (?P<bare> [^\s=<>!()\[\],"']+ )
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def words_of_filter(text: str) -> Iterator[Word]:
    """The words of a filter, and its end. Raises FilterSyntaxError with the column."""
    place = 0
    end = len(text.rstrip())
    while place < end:
        match = _WORD.match(text, place)
        if match is None:
            start = place + len(text[place:]) - len(text[place:].lstrip())
            unfinished = text[start] in "\"'"
            reason = (
                "these quotes are never closed" if unfinished else f"unexpected {text[start]!r}"
            )
            raise FilterSyntaxError(f"column {start + 1}", reason)
        kind = str(match.lastgroup)
        column = match.start(kind) + 1
        written = match[kind]
        if kind == "quoted":
            yield Word(Shape.QUOTED, _ESCAPED.sub(r"\1", written[1:-1]), column)
        else:
            yield Word(Shape.SYMBOL if kind == "symbol" else Shape.BARE, written, column)
        place = match.end()
    yield Word(Shape.END, "", end + 1)
