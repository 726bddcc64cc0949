"""The text form of a filter → expression. Knows no field.

    filter    = all { "or" all }
    all       = one { "and" one }
    one       = "not" one | "(" filter ")" | condition
    condition = field ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
              | field [ "not" ] "in" "[" value { "," value } "]"
              | field "contains" value | field "exists"

A field or a value with a space, a bracket or a keyword's name stands in quotes.
"""

import json

from indexer.catalog.metadata import Scalar
from indexer.errors import FilterSyntaxError, FilterTooLargeError
from indexer.filters.expression import (
    MAX_TEXT_CHARS,
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
from indexer.filters.words import Shape, Word, words_of_filter

_SYMBOLS = {
    "=": Operator.EQ,
    "==": Operator.EQ,
    "!=": Operator.NE,
    "<>": Operator.NE,
    "<": Operator.LT,
    "<=": Operator.LTE,
    ">": Operator.GT,
    ">=": Operator.GTE,
}
_KEYWORDS = frozenset({"and", "or", "not", "in", "contains", "exists"})


def expression_of_text(text: str) -> Expression:
    """Raises FilterSyntaxError or FilterTooLargeError with the column."""
    if len(text) > MAX_TEXT_CHARS:
        raise FilterTooLargeError(
            f"column {MAX_TEXT_CHARS + 1}", f"more than {MAX_TEXT_CHARS} characters"
        )
    parser = _Parser(list(words_of_filter(text)))
    return parser.whole()


class _Parser:
    """Recursive descent; a method for each line of the grammar."""

    def __init__(self, words: list[Word]) -> None:
        self._words = words
        self._place = 0
        self._budget = Budget()

    def whole(self) -> Expression:
        """The filter, and nothing behind it."""
        expression = self._any(1)
        word = self._next()
        if word.shape is not Shape.END:
            raise FilterSyntaxError(
                word.position, f"expected and, or, or the end before {word.shown()}"
            )
        return expression

    def _any(self, depth: int) -> Expression:
        parts = [self._all(depth)]
        while self._took("or"):
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, depth: int) -> Expression:
        parts = [self._one(depth)]
        while self._took("and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Expression:
        check_depth(depth, self._peek().position)
        if self._took("not"):
            return Not(self._one(depth + 1))
        if self._took("("):
            inside = self._any(depth + 1)
            self._expect(")")
            return inside
        return self._condition()

    def _condition(self) -> Expression:
        word = self._next()
        self._budget.take(word.position)
        if word.shape not in (Shape.BARE, Shape.QUOTED) or _keyword(word) is not None:
            raise FilterSyntaxError(word.position, f"expected a field, not {word.shown()}")
        negated = self._took("not")
        comparison = self._next()
        keyword = _keyword(comparison)
        if keyword == "in":
            found: Expression = self._condition_in(word)
        elif negated:
            raise FilterSyntaxError(comparison.position, f"expected in, not {comparison.shown()}")
        elif keyword == "exists":
            found = Condition(word.text, Operator.EXISTS, (), word.position)
        elif keyword == "contains":
            found = Condition(word.text, Operator.CONTAINS, (self._value(),), word.position)
        elif comparison.shape is Shape.SYMBOL and comparison.text in _SYMBOLS:
            operator = _SYMBOLS[comparison.text]
            found = Condition(word.text, operator, (self._value(),), word.position)
        else:
            raise FilterSyntaxError(
                comparison.position,
                f"expected a comparison (= != < <= > >= in contains exists) after {word.shown()}, "
                f"not {comparison.shown()}",
            )
        return Not(found) if negated else found

    def _condition_in(self, field: Word) -> Condition:
        self._expect("[")
        operands = []
        if not self._took("]"):
            operands.append(self._value())
            while self._took(","):
                operands.append(self._value())
            self._expect("]")
        check_count(len(operands), field.position)
        return Condition(field.text, Operator.IN, tuple(operands), field.position)

    def _value(self) -> Operand:
        word = self._next()
        if word.shape is Shape.QUOTED:
            return Operand(checked_value(word.text, word.position))
        if word.shape is not Shape.BARE or _keyword(word) is not None:
            raise FilterSyntaxError(word.position, f"expected a value, not {word.shown()}")
        spelling = str(checked_value(word.text, word.position))
        return Operand(checked_value(_typed(spelling), word.position), spelling)

    def _took(self, text: str) -> bool:
        """Whether the next word is this keyword or symbol; if so, it is taken."""
        word = self._peek()
        taken = text == (word.text if word.shape is Shape.SYMBOL else _keyword(word))
        self._place += taken
        return taken

    def _expect(self, symbol: str) -> None:
        word = self._peek()
        if not self._took(symbol):
            raise FilterSyntaxError(word.position, f"expected {symbol!r} before {word.shown()}")

    def _peek(self) -> Word:
        return self._words[self._place]

    def _next(self) -> Word:
        word = self._words[self._place]
        if word.shape is not Shape.END:
            self._place += 1
        return word


def _keyword(word: Word) -> str | None:
    lowered = word.text.lower()
    return lowered if word.shape is Shape.BARE and lowered in _KEYWORDS else None


def _typed(spelling: str) -> Scalar:
    """A number, a boolean or a text, as JSON would read it without its quotes."""
    try:
        value = json.loads(spelling)
    except (ValueError, RecursionError):
        return spelling
    return value if isinstance(value, bool | int | float) else spelling
