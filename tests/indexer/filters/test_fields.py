"""Which field a name means, what texts and bare words are, captions, and facets."""

import json
import random
from collections import Counter

import pytest

from indexer.catalog.connection import ReaderPool
from indexer.catalog.metadata import Kind
from indexer.catalog.words import CaptionWords
from indexer.errors import FacetError, UnknownFieldError
from indexer.filters import facets
from indexer.filters.facets import FacetValue
from indexer.filters.parsing import parse_filter
from tests.indexer.filters.shelf import Shelf


def _found(shelf: Shelf, source: object) -> list[int]:
    assert isinstance(source, str | dict)
    found: list[int] = shelf.selector().ids(parse_filter(source)).tolist()
    return found


def test_numbers_that_a_csv_file_wrote_as_text_are_numbers_too(shelf: Shelf):
    rows = [shelf.put({"year": year}) for year in ("1999", "2020", " 2021", "unknown", "02022")]
    assert _found(shelf, "year >= 2000") == rows[1:3]
    assert _found(shelf, {"year": 2020}) == [rows[1]]
    assert _found(shelf, 'year = "02022" or year = unknown') == [rows[4], rows[3]][::-1]


def test_bare_words_are_what_their_field_holds(shelf: Shelf):
    first = shelf.put({"code": "007", "day": "2024-05-01", "flag": "true", "n": 7})
    assert _found(shelf, "code = 007 and day >= 2024 and day < 2025 and flag = true") == [first]
    assert _found(shelf, "n = 7 and day contains 2024-05") == [first]


def test_built_in_names_hide_metadata_which_its_prefix_still_reaches(shelf: Shelf):
    wide = shelf.put({"width": "broad", "colour": "red"}, width=2000)
    narrow = shelf.put({"width": "thin"}, width=10)
    assert _found(shelf, "width > 100") == [wide]
    assert _found(shelf, "metadata.width = thin") == [narrow]
    assert _found(shelf, "metadata.colour = red") == [wide]


def test_facts_of_the_file_are_fields_and_stay_as_they_were_published(shelf: Shelf):
    facts = {"camera": "Nikon D70", "taken_at": "2024-05-01T10:00:00", "gps": {"latitude": 48.5}}
    shelf.database.execute(
        "INSERT INTO picture_facts (content_hash, facts) VALUES ('one', ?)", (json.dumps(facts),)
    )
    first = shelf.put({}, content_hash="one")
    shelf.put({}, content_hash="two")
    assert _found(shelf, "gps.latitude > 48 and taken_at >= 2024-05") == [first]
    assert _found(shelf, "camera contains nikon and not lens exists") == [first]
    shelf.database.execute("DELETE FROM picture_facts")
    assert _found(shelf, "camera exists") == [first]


def test_columns_that_every_item_has_always_exist(shelf: Shelf):
    rows = [shelf.put({}, format=kind) for kind in ("JPEG", "PNG")]
    assert _found(shelf, "width exists and uri exists") == rows
    assert _found(shelf, "format = jpeg") == rows[:1]
    assert _found(shelf, "id in [id101, id999]") == rows[:1]
    assert _found(shelf, {}) == rows


def test_caption_contains_words_side_by_side_in_one_caption(shelf: Shelf):
    first = shelf.put({}, ['a "red" bird\nsings', "on a branch"])
    second = shelf.put({}, ["two Birds, an Île"])
    none = shelf.put({})
    assert _found(shelf, 'caption contains "red bird"') == [first]
    assert _found(shelf, "caption contains bird") == [first, second]  # its plural is the same word
    assert _found(shelf, "caption contains ile") == [second]
    assert _found(shelf, 'caption contains "sings on"') == []  # not across captions
    assert _found(shelf, "caption contains ', '") == []
    assert _found(shelf, "not caption exists") == [none]


def test_keyword_scores_rank_better_captions_first(shelf: Shelf):
    shelf.put({}, ["a dog runs on the beach with a ball and a child and a kite"])
    best = shelf.put({}, ["a dog on a beach"])
    shelf.put({}, ["a cat"])
    found = CaptionWords(ReaderPool(shelf.path)).matching("dog beach")
    assert sorted(found.ids.tolist()) == [best - 1, best]
    assert found.ids[found.scores.argmax()] == best


def test_keyword_query_of_any_characters_never_raises(shelf: Shelf):
    shelf.put({}, ["a red bird"])
    words = CaptionWords(ReaderPool(shelf.path))
    rng = random.Random(1)
    for _ in range(500):
        query = "".join(rng.choice("ab red\"*():^-+{}~\\'\0\n_²名é\ud800") for _ in range(12))
        words.matching(query)
        words.with_phrase(query)
    for query in ("", "AND", "NEAR(a b)", "captions: red", "red*", "-red", '"', "red OR", "rowid"):
        words.matching(query)
        words.with_phrase(query)
    assert words.matching("nothing RED").ids.tolist() == [101]


def test_words_that_most_captions_have_are_left_out_of_large_collections(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("indexer.catalog.words._COMMON_LEAST", 10)
    for number in range(20):
        shelf.put({}, [f"the picture {number}"])
    words = CaptionWords(ReaderPool(shelf.path))
    assert words.matching("the picture 7").ids.tolist() == [108]
    assert len(words.matching("the picture").ids) == 20  # unless there are no others


def test_facets_count_what_a_look_at_every_item_counts(shelf: Shelf):
    rng = random.Random(3)
    for _ in range(200):
        tags = rng.sample("abcde", rng.randint(0, 3))
        shelf.put(
            {"tags": tags, "year": rng.randint(1, 40), "ok": rng.random() < 0.5},
            width=rng.randint(1, 3),
        )
    selector = shelf.selector(list(shelf.rows)[:150])
    counter = shelf.counter(selector)
    living = [shelf.rows[item_id] for item_id in list(shelf.rows)[:150]]
    for source in ("{}", "year < 20", "tags = a", "year = 99"):
        mask = selector.mask(parse_filter(source))
        chosen = [shelf.rows[item_id] for item_id in selector.slots.ids(mask).tolist()]
        assert len(chosen) <= len(living)
        for name in ("tags", "year", "ok", "width"):
            flat = [row["metadata"].get(name, row.get(name)) for row in chosen]
            expected = Counter(
                v for value in flat for v in (value if isinstance(value, list) else [value])
            )
            facet = counter.count(name, mask)
            assert facet.distinct == len(expected)
            assert {v.value: v.count for v in facet.values}.items() <= expected.items()
            counts = [value.count for value in facet.values]
            assert counts == sorted(expected.values(), reverse=True)[: facets.TOP_VALUES]
            assert all(isinstance(v.value, bool) == (name == "ok") for v in facet.values)


def test_facets_of_what_differs_everywhere_are_refused(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(facets, "MAX_VALUES", 3)
    for number in range(4):
        shelf.put({"serial": number})
    selector = shelf.selector()
    counter = shelf.counter(selector)
    for field in ("serial", "caption", "uri"):
        with pytest.raises(FacetError, match=f"'{field}'"):
            counter.count(field, selector.mask(None))
    with pytest.raises(UnknownFieldError, match="facets"):
        counter.count("colour", selector.mask(None))
    assert counter.count("camera", selector.mask(None)).values == ()
    assert counter.count("format", selector.mask(None)).values == (FacetValue("JPEG", 4),)


def test_known_fields_say_their_names_and_types(shelf: Shelf):
    shelf.put({"year": 1, "mixed": "x", "width": True})
    shelf.put({"mixed": 2})
    known = {field.name: field.kinds for field in shelf.selector().conditions.fields.known()}
    assert known["year"] == {Kind.NUMBER}
    assert known["mixed"] == {Kind.NUMBER, Kind.TEXT}
    assert known["width"] == {Kind.NUMBER}
    assert known["metadata.width"] == {Kind.BOOLEAN}
    assert "taken_at" in known
