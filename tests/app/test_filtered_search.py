"""Filters, facets and modes over a real socket and on the command line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.settings import Settings
from indexer.config import IndexConfig
from indexer.filters.parsing import parse_filter
from indexer.ranking import Mode
from indexer.searcher import Searcher
from models.fake_encoder import FakeEncoder
from tests.app.command_line import Sightline
from tests.app.conftest import COLOURS, Library, running

ROWS: dict[str, dict[str, Any]] = {
    name: {
        "caption": f"a {name} square",
        "shade": "dark" if number % 2 else "light",
        "number": number,
        "tags": ["first", "warm"] if number == 0 else ["warm"] if name == "orange" else [],
    }
    for number, name in enumerate(COLOURS)
}
DARK = sorted(name for name, row in ROWS.items() if row["shade"] == "dark")


def _described(folder: Path) -> Library:
    """A picture of each colour, with a caption and metadata."""
    (folder / "pictures").mkdir()
    library = Library(folder / "pictures", folder / "data")
    lines = []
    for name, row in ROWS.items():
        library.add(f"{name}.png", name)
        lines.append(json.dumps({"file": f"{name}.png", **row}))
    manifest = library.pictures / "manifest.jsonl"
    manifest.write_text("\n".join(lines), encoding="utf-8")
    library.index(sources=[manifest])
    return library


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service with described pictures."""
    library = _described(tmp_path_factory.mktemp("described"))
    values = {"data_dir": library.data_dir, "decode_workers": 2, "worker": "off"}
    with running(Settings.model_validate(values), lambda _: library.encoder) as client:
        yield client


def _colours(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [hit["caption"].split()[1] for hit in answer.json()["hits"]]


def _ask(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post("/v1/search", json={"query": [{"text": "red"}], **body})


@pytest.mark.parametrize("source", [{"shade": "dark"}, "shade = dark", '{"shade": {"eq": "dark"}}'])
def test_filtered_search_answers_all_pictures_that_match_and_no_others(
    service: httpx.Client, source: Any
):
    answer = _ask(service, filter=source, k=6)
    assert sorted(_colours(answer)) == DARK
    assert answer.json()["matching"] == 3
    whole = {hit["id"]: hit["score"] for hit in _ask(service, k=6).json()["hits"]}
    assert all(hit["score"] == whole[hit["id"]] for hit in answer.json()["hits"])


def test_filter_in_an_address_and_in_a_form_is_the_same_filter(service: httpx.Client, picture: Any):
    address = service.get(
        "/v1/search", params={"q": "red", "filter": "number >= 2 and not tags = warm", "k": 2}
    )
    assert len(set(_colours(address))) == 2
    form = {"filter": "number < 1 or tags in [first]", "facets": ["shade"]}
    answer = service.post("/v1/search", data=form, files={"image": ("a.png", picture("blue"))})
    assert _colours(answer) == ["red"]
    assert answer.json()["facets"]["shade"]["values"] == [{"value": "light", "count": 1}]


def test_filter_that_nothing_meets_finds_nothing(service: httpx.Client):
    body = _ask(service, filter={"number": 99}, facets=["shade"]).json()
    assert (body["hits"], body["matching"]) == ([], 0)
    assert body["facets"] == {"shade": {"values": [], "distinct": 0}}


def test_facets_count_all_pictures_that_meet_the_filter_not_only_the_hits(service: httpx.Client):
    facets = _ask(service, k=1, facets=["shade", "tags", "width"]).json()["facets"]
    assert {one["value"]: one["count"] for one in facets["shade"]["values"]} == {
        "dark": 3,
        "light": 3,
    }
    assert facets["tags"]["values"] == [
        {"value": "warm", "count": 2},
        {"value": "first", "count": 1},
    ]
    assert facets["width"] == {"values": [{"value": 40, "count": 6}], "distinct": 1}


@pytest.mark.parametrize(
    ("source", "code", "position"),
    [
        ("shade == ", "filter_invalid", "column 9"),
        ("number = 1 and shad = dark", "unknown_field", "column 16"),
        ({"number": {"gt": "x"}}, "filter_invalid", "filter.number.gt"),
        ({"or": [{"shade": []}]}, "filter_invalid", "filter.or[0].shade"),
    ],
)
def test_filter_that_cannot_be_used_is_400_with_its_position(
    service: httpx.Client, source: Any, code: str, position: str
):
    answer = _ask(service, filter=source)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, code)
    assert [error["field"] for error in problem["errors"]] == [position]


def test_facet_that_cannot_be_counted_is_400(service: httpx.Client):
    assert _ask(service, facets=["caption"]).json()["code"] == "facet_unusable"
    assert _ask(service, facets=["nothing"]).json()["code"] == "unknown_field"


def test_keyword_mode_finds_captions_and_keeps_the_cosine(service: httpx.Client):
    terms = [{"text": "squares purple"}, {"text": "green", "weight": -0.1}]
    hits = _ask(service, query=terms, mode="keyword", k=2).json()["hits"]
    assert hits[0]["caption"] == "a purple square"
    assert hits[0]["ranks"] == {"vector": None, "keyword": 1, "fused": pytest.approx(1 / 61)}
    vector = _ask(service, query=terms, k=6).json()["hits"]
    assert vector[0]["ranks"] is None
    cosines = {hit["id"]: hit["score"] for hit in vector}
    assert all(hit["score"] == pytest.approx(cosines[hit["id"]], abs=1e-6) for hit in hits)


def test_hybrid_mode_fuses_ranks_under_the_filter(service: httpx.Client):
    terms = [{"text": "purple"}]
    body = _ask(service, query=terms, mode="hybrid", filter="shade = dark", k=6).json()
    assert sorted(hit["caption"].split()[1] for hit in body["hits"]) == DARK
    first = body["hits"][0]
    assert first["caption"] == "a purple square"
    for hit in body["hits"]:
        ranks = [rank for rank in (hit["ranks"]["vector"], hit["ranks"]["keyword"]) if rank]
        assert hit["ranks"]["fused"] == pytest.approx(sum(1 / (60 + rank) for rank in ranks))
    none = _ask(service, query=[{"text": "!?"}], mode="keyword").json()
    assert none["hits"] == []


def test_modes_that_need_words_refuse_a_question_without(service: httpx.Client):
    (hit,) = _ask(service, k=1).json()["hits"]
    for mode in ("keyword", "hybrid"):
        answer = _ask(service, query=[{"image": {"id": hit["id"]}}], mode=mode)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_fields_of_a_collection_are_listed_with_their_types(service: httpx.Client):
    body = service.get("/v1/collections/default/fields").json()
    types = {field["name"]: field["types"] for field in body["fields"]}
    assert (types["shade"], types["number"], types["width"]) == (["text"], ["number"], ["number"])


def test_command_line_filters_and_ranks_by_words(tmp_path: Path, sightline: Sightline):
    _described(tmp_path)
    found = sightline("search", "purple", "--filter", "shade = dark", "--mode", "hybrid", "--json")
    hits = json.loads(found.out)["hits"]
    assert hits[0]["caption"] == "a purple square"
    assert len(hits) == 3
    refused = sightline("search", "purple", "-f", "shad = dark")
    assert (refused.code, refused.out) == (1, "")
    assert "filter, column 1: no picture has a field 'shad'; did you mean 'shade'?" in refused.err
    assert sightline("search", "-i", "x.png", "--mode", "keyword").code == 1


def test_searcher_finds_the_nearest_of_those_that_match_at_any_selectivity(tmp_path: Path):
    library = _described(tmp_path)
    searcher = Searcher.open(IndexConfig(library.data_dir))
    query = FakeEncoder().encode_text(["green"])
    ranked = [hit.item for hit in searcher.search(query, 6)[0]]
    for source in ("number = 3", "number < 2", "shade = dark", "number >= 0", "number > 9"):
        expression = parse_filter(source)
        ids = searcher.selector.ids(expression).tolist()
        expected = [item.item_id for item in ranked if item.item_id in ids]
        found = searcher.search(query, 6, filter=expression)[0]
        assert [hit.item.item_id for hit in found] == expected
        assert searcher.find(query, 6, mode=Mode.VECTOR, filter=expression) == found
    searcher.close()
