"""The text form of a question: what it means, what stays plain words, and where it breaks."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.bounds import MAX_IMAGE_ID_CHARS
from app.failures import QueryTextError
from app.query import ItemTerm, TextTerm
from app.query_text import format_question, parse_question

texts = st.text(min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
marked = st.text(alphabet='ab "\\:+-. \n', min_size=1, max_size=12).filter(
    lambda text: bool(text.strip())
)
weights = st.floats(-100, 100, allow_nan=False, allow_infinity=False)
ids = st.text('abcxyz0189-_.:" é', min_size=1, max_size=MAX_IMAGE_ID_CHARS).filter(
    lambda text: bool(text.strip())
)
terms = st.one_of(
    st.builds(TextTerm, st.one_of(texts, marked), weights), st.builds(ItemTerm, ids, weights)
)


@settings(derandomize=True, max_examples=100, deadline=None, database=None)
@example([TextTerm('a + "b"')])
@example([TextTerm("photo:ab")])
@example([TextTerm('"'), ItemTerm("a:0.5", -0.5)])
@given(st.lists(terms, min_size=1, max_size=4))
def test_question_that_is_written_is_read_back_the_same(asked: list[TextTerm | ItemTerm]):
    assert parse_question(format_question(asked)) == tuple(asked)


@settings(derandomize=True, max_examples=100, deadline=None, database=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_at_a_column_within_it(text: str):
    column = 1
    try:
        parse_question(text)
    except QueryTextError as error:
        column = error.column
    assert 1 <= column <= len(text) + 1


@pytest.mark.parametrize(
    "text",
    [
        "a black-and-white photo",
        "C++ book",
        "rock + roll",
        "Sunset - Lake Garda",
        "2 + 2 = 4 - 0",
        "wow +",
        "- said the dog",
        'he said "no" - and went',
        '"yes" he said',
        'a 6" - 8" pipe',
        "photo: a cat",
        "red car, photo:ab12",
    ],
)
def test_ordinary_sentences_stay_what_they_are(text: str):
    assert parse_question(text) == (TextTerm(text),)


def test_question_has_terms_signs_quotes_and_weights():
    assert parse_question('red car + photo:ab12 - "snow":0.5') == (
        TextTerm("red car"),
        ItemTerm("ab12"),
        TextTerm("snow", -0.5),
    )
    assert parse_question(r'- "a \"b\" \\ - c":2 + photo:"x y":.25 + plain - words') == (
        TextTerm('a "b" \\ - c', -2.0),
        ItemTerm("x y", 0.25),
        TextTerm("plain"),
        TextTerm("words", -0.5),
    )
    assert parse_question(' "snow" ') == (TextTerm("snow"),)


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ('red car + "snow', 11, "never closed"),
        ('red car + "snow" now', 18, "+ or -"),
        ('red car + "snow":much', 18, "no weight"),
        ('red car + "snow":101', 18, "at most 100"),
        ('red car + "snow"falling', 17, "a weight"),
        ('"a" + ', 6, "after the +"),
        ('"a" + - "b"', 7, "after the +"),
        ('a + " "', 5, "nothing in these quotes"),
        ('"a" + photo: b', 13, "id was expected"),
        (f'"a" + photo:{"x" * 65}', 13, "that long"),
        (" + ".join(['"a"'] * 17), 1, "17 terms"),
    ],
)
def test_question_that_cannot_be_read_says_where(text: str, column: int, said: str):
    with pytest.raises(QueryTextError, match=said.replace("+", r"\+")) as refusal:
        parse_question(text)
    assert refusal.value.column == column
