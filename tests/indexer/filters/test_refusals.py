"""What a filter that cannot be used is answered with: which error, where, what would be right."""

import random
from typing import Any

import pytest

from indexer.errors import (
    FilterError,
    FilterSyntaxError,
    FilterTooLargeError,
    FilterTypeError,
    UnknownFieldError,
)
from indexer.filters.expression import MAX_CONDITIONS, MAX_DEPTH, MAX_IN_VALUES, MAX_VALUE_CHARS
from indexer.filters.parsing import parse_filter
from tests.indexer.filters.shelf import Shelf

DEEP_JSON: Any = {"year": 1}
for _ in range(MAX_DEPTH + 1):
    DEEP_JSON = {"not": DEEP_JSON}
MANY = " or ".join(["year = 1"] * (MAX_CONDITIONS + 1))

SYNTAX: list[tuple[Any, str, str]] = [
    ("", "column 1", "expected a field, not the end"),
    ("  ", "column 1", "expected a field"),
    ("year", "column 5", "expected a comparison"),
    ("year = ", "column 7", "expected a value, not the end"),
    ("year = and", "column 8", "expected a value, not 'and'"),
    ("year = 1 colour = red", "column 10", "expected and, or"),
    ("(year = 1", "column 10", r"expected '\)'"),
    ("year = 1)", "column 9", "expected and, or"),
    ("year in []", "column 1", "the list is empty"),
    ("year in [1", "column 11", "expected ']'"),
    ("year not = 1", "column 10", "expected in"),
    ('colour = "red', "column 10", "never closed"),
    ("year ! 1", "column 6", "unexpected '!'"),
    ("{", "column 2", "not JSON"),
    ("{}}", "column 3", "not JSON"),
    ({"year": None}, "filter.year", "say exists"),
    ({"year": [1]}, "filter.year", "say in"),
    ({"year": {}}, "filter.year", "say how to compare"),
    ({"camera": {"make": "A"}}, "filter.camera.make", "camera.make"),
    ({"or": []}, "filter.or", "at least one"),
    ({"and": {"year": 1}}, "filter.and", "a list"),
    ({"or": [{"year": 1}, 2]}, r"filter.or\[1\]", "must be an object, not a number"),
    ({"not": "red"}, "filter.not", "must be an object, not a text"),
    ({"year": {"in": 1}}, "filter.year.in", "takes a list"),
    ({"year": {"in": []}}, "filter.year.in", "empty"),
    ({"year": {"in": [1, None]}}, r"filter.year.in\[1\]", "null"),
    ({"year": {"exists": "yes"}}, "filter.year.exists", "true or false"),
    ({"year": {"gt": float("nan")}}, "filter.year.gt", "finite"),
]
TOO_LARGE: list[tuple[Any, str]] = [
    (DEEP_JSON, "levels"),
    ("(" * 5_000, "levels"),
    ("not " * 4_000 + "year = 1", "levels"),
    (MANY, "conditions"),
    ("year = 1" + " " * 20_000, "characters"),
    ({"colour": "x" * (MAX_VALUE_CHARS + 1)}, "characters"),
    ({"year": {"in": [1] * (MAX_IN_VALUES + 1)}}, "values"),
    ("{" + '"a":{' * 60_000, "characters"),
]
TYPES: list[tuple[Any, str, str]] = [
    ({"and": [{"year": 1}, {"year": {"gte": "x"}}]}, r"filter.and\[1\].year.gte", "holds numbers"),
    ("colour = red and year = x", "column 18", "holds numbers, and 'x'"),
    ('year = "2020"', "column 1", "holds numbers"),
    ({"colour": 5}, "filter.colour", "holds texts"),
    ({"public": {"gt": True}}, "filter.public.gt", "no order"),
    ("width contains 5", "column 1", "contains is for texts"),
    ({"colour": {"contains": 5}}, "filter.colour.contains", "takes a text"),
    ({"width": "wide"}, "filter.width", "holds numbers"),
    ("caption = bird", "column 1", "say contains"),
    ({"taken_at": 2024}, "filter.taken_at", "holds texts"),
]


@pytest.fixture
def filled(shelf: Shelf) -> Shelf:
    """One item with a field of each type."""
    shelf.put({"year": 2020, "colour": "red", "public": True}, ["a red bird"])
    return shelf


@pytest.mark.parametrize(("source", "position", "reason"), SYNTAX)
def test_what_is_not_in_the_language_is_refused_where_it_stands(
    source: Any, position: str, reason: str
):
    with pytest.raises(FilterSyntaxError, match=f"^(filter, )?{position}: .*{reason}"):
        parse_filter(source)


@pytest.mark.parametrize(("source", "reason"), TOO_LARGE)
def test_filters_without_measure_are_refused(source: Any, reason: str):
    with pytest.raises(FilterTooLargeError, match=f"more than .* {reason}"):
        parse_filter(source)


@pytest.mark.parametrize(("source", "position", "reason"), TYPES)
def test_values_of_the_wrong_type_are_refused_where_they_stand(
    filled: Shelf, source: Any, position: str, reason: str
):
    with pytest.raises(FilterTypeError, match=f"^(filter, )?{position}: .*{reason}"):
        filled.selector().ids(parse_filter(source))


def test_unknown_field_is_refused_with_what_might_be_meant(filled: Shelf):
    with pytest.raises(UnknownFieldError, match="did you mean 'colour'") as caught:
        filled.selector().ids(parse_filter("year = 1 and color = red"))
    assert (caught.value.position, caught.value.field) == ("column 14", "color")
    assert caught.value.suggestions == ("colour",)
    with pytest.raises(UnknownFieldError, match=r"^filter.zzz: no picture has a field 'zzz'$"):
        filled.selector().ids(parse_filter({"zzz": 1}))


def test_any_text_is_a_filter_or_a_typed_error(filled: Shelf):
    rng = random.Random(1)
    pieces = [*"=()[],{}!\"'\\\0\ud800名1", "year", "colour", "and", "or", "not", "in", "<="]
    pieces += ["caption", "contains", "exists", "public", "1e999", "true", "-0.0", "9" * 5000]
    selector = filled.selector()
    refused = 0
    for _ in range(2_000):
        text = " ".join(rng.choice(pieces) for _ in range(rng.randint(1, 6)))
        try:
            selector.ids(parse_filter(text))
        except FilterError:
            refused += 1
    assert 0 < refused < 2_000
