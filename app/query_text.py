"""A question as one line of text, for addresses and the command line: `red car + photo:ab12`.

    question  =  [ sign ] term { sign term }
    sign      =  "+" | "-"                          standing alone, between spaces
    term      =  marked [ ":" weight ]  |  words
    marked    =  quoted  |  "photo:" ( id | quoted )
    quoted    =  '"' ... '"'                        with \\" and \\\\ inside
    weight    =  a number from 0 to 100, as in 0.5

A text is a question of this form only if it is nothing but a marked term, or if a sign in it is
followed by one. Everything else is plain words, as it always was: "black-and-white", "C++ book",
"rock + roll", "Sunset - Lake Garda". In a question, every sign that stands alone is a sign; what is
in quotes is never looked into. Without a weight, a term has 1 after a plus, and after a minus
LEAST_PUSH: at 1, what is pushed away outweighs what is looked for.

Never embeds, and opens nothing.
"""

import re
from collections.abc import Sequence

from app.bounds import MAX_IMAGE_ID_CHARS, MAX_TERMS, MAX_WEIGHT
from app.failures import QueryTextError
from app.query import ItemTerm, Term, TextTerm

LEAST_PUSH = 0.5  # benchmarks/fusion.py has what other weights find

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_MARKED = rf'(?:photo:(?:{_QUOTED}|[^\s":]+)|{_QUOTED})(?::\S*)?'
# What makes a question of a text: a sign before something marked, or something marked alone.
_IS_QUESTION = re.compile(r'(?:^|\s)[+-]\s+(?:"|photo:["\S])', re.DOTALL)
_IS_MARKED = re.compile(rf"\s*{_MARKED}\s*(?:$|\s[+-]\s)", re.DOTALL)
_SIGN = re.compile(r"\s*([+-])(?=\s|$)")
_START = re.compile(r'\s*(?P<photo>photo:)?(?P<quote>")?', re.DOTALL)
_QUOTED_TEXT = re.compile(_QUOTED, re.DOTALL)
_ID = re.compile(r'[^\s":]+')
_WORDS = re.compile(r"\s*(.*?)(?=\s[+-](?:\s|$)|$)", re.DOTALL)
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TO_ESCAPE = re.compile(r'(["\\])')


def parse_question(text: str) -> tuple[Term, ...]:
    """The terms of a text, in order; of plain words, one. Raises QueryTextError with the column."""
    if not (_IS_QUESTION.search(text) or _IS_MARKED.match(text)):
        return (TextTerm(text),)
    return _Reader(text).terms()


def format_question(terms: Sequence[TextTerm | ItemTerm]) -> str:
    """The text of terms, which `parse_question` reads back as the same terms.

    Plain words alone are themselves. A crop has no text form, and is left out.
    """
    if len(terms) == 1 and isinstance(terms[0], TextTerm) and terms[0].weight == 1:
        text = terms[0].text
        if parse_question(text) == (TextTerm(text),):
            return text
    written = " ".join(_written(term) for term in terms)
    return written.removeprefix("+ ")


def _written(term: TextTerm | ItemTerm) -> str:
    sign = "-" if term.weight < 0 else "+"
    usual = -LEAST_PUSH if term.weight < 0 else 1.0
    weight = "" if term.weight == usual else f":{abs(term.weight)!r}"
    if isinstance(term, TextTerm):
        return f"{sign} {_quoted(term.text)}{weight}"
    plain = _ID.fullmatch(term.image_id)
    return f"{sign} photo:{term.image_id if plain else _quoted(term.image_id)}{weight}"


def _quoted(text: str) -> str:
    return '"' + _TO_ESCAPE.sub(r"\\\1", text) + '"'


class _Reader:
    """Reads a question from its start to its end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = len(text.rstrip())
        self._place = 0

    def terms(self) -> tuple[Term, ...]:
        terms: list[Term] = []
        while self._place < self._end:
            terms.append(self._term(self._sign(first=not terms)))
        if len(terms) > MAX_TERMS:
            raise QueryTextError(1, f"there are {len(terms)} terms; at most {MAX_TERMS} are read")
        return tuple(terms)

    def _sign(self, first: bool) -> str:
        match = _SIGN.match(self._text, self._place)
        if match is not None:
            self._place = match.end()
            return match[1]
        if first:
            return "+"
        raise self._error(self._next(), "a + or - with spaces around it was expected here")

    def _term(self, sign: str) -> Term:
        match = _START.match(self._text, self._place)
        photo = match is not None and match["photo"] is not None
        quoted = match is not None and match["quote"] is not None
        start = self._next()
        if start >= self._end:
            raise self._error(self._end, f"something to look for was expected after the {sign}")
        if not (photo or quoted):
            return self._words(sign)
        self._place = start + len("photo:") * photo
        content = self._quoted_text() if quoted else self._id()
        weight = self._weight(sign)
        if not content.strip():
            raise self._error(start, "there is nothing in these quotes")
        return ItemTerm(content, weight) if photo else TextTerm(content, weight)

    def _words(self, sign: str) -> Term:
        match = _WORDS.match(self._text[: self._end], self._place)
        words = "" if match is None else match[1]
        if not words or _SIGN.match(self._text, self._place):
            raise self._error(self._next(), f"something to look for was expected after the {sign}")
        assert match is not None
        self._place = match.end()
        return TextTerm(words, -LEAST_PUSH if sign == "-" else 1.0)

    def _quoted_text(self) -> str:
        match = _QUOTED_TEXT.match(self._text, self._place)
        if match is None:
            raise self._error(self._place, "these quotes are never closed")
        self._place = match.end()
        return _ESCAPED.sub(r"\1", match[0][1:-1])

    def _id(self) -> str:
        match = _ID.match(self._text, self._place)
        if match is None:
            raise self._error(self._place, "a picture's id was expected after photo:")
        if len(match[0]) > MAX_IMAGE_ID_CHARS:
            raise self._error(self._place, "no picture's id is that long")
        self._place = match.end()
        return match[0]

    def _weight(self, sign: str) -> float:
        start, self._place = self._place, self._after_word()
        written = self._text[start : self._place]
        usual = LEAST_PUSH if sign == "-" else 1.0
        weight = usual
        if written:
            if written[0] != ":":
                raise self._error(start, "a space, or : and a weight, was expected here")
            if not _NUMBER.match(written, 1):
                raise self._error(start + 1, f"{written[1:]!r} is no weight; write it as :0.5")
            weight = float(written[1:])
        if weight > MAX_WEIGHT:
            raise self._error(start + 1, f"a weight is at most {MAX_WEIGHT:g}")
        return -weight if sign == "-" else weight

    def _after_word(self) -> int:
        place = self._place
        while place < self._end and not self._text[place].isspace():
            place += 1
        return place

    def _next(self) -> int:
        """Where the next thing that is no space stands."""
        place = self._place
        while place < self._end and self._text[place].isspace():
            place += 1
        return place

    @staticmethod
    def _error(place: int, reason: str) -> QueryTextError:
        return QueryTextError(place + 1, reason)
