"""Searching for texts, by HTTP and from the command line: captions, vocabularies, refusals."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.diversity import diverse_order
from app.settings import Settings
from indexer.builder import index_collection
from indexer.progress import SilentProgress
from indexer.vocabularies.embedding import embed_vocabulary
from indexer.vocabularies.store import remove_vocabulary, save_vocabulary
from tests.app.command_line import Sightline
from tests.app.conftest import COLOURS, Library, MakePicture, running

CAPTIONS = {"red": ["a red car", "shared"], "blue": ["a blue boat", "shared"], "green": ["a tree"]}


def _index(library: Library, *, embed_captions: bool = True) -> None:
    rows = []
    for colour, captions in CAPTIONS.items():
        library.add(f"{colour}.png", colour)
        rows.append({"file": f"{colour}.png", "captions": captions, "colour": colour})
    manifest = library.pictures / "m.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    index_collection(
        replace(library.config(), embed_captions=embed_captions),
        [manifest],
        model_key="fake",
        load_encoder=lambda: library.encoder,
        progress=SilentProgress(),
    )


@pytest.fixture
def captioned(empty_library: Library) -> Library:
    """Three pictures, one caption of which two have."""
    _index(empty_library)
    saved = save_vocabulary(empty_library.data_dir, "colours", [f"{one} paint" for one in COLOURS])
    embed_vocabulary(empty_library.data_dir, saved, empty_library.encoder)
    return empty_library


@pytest.fixture
def asked(captioned: Library, settings_for) -> Iterator[httpx.Client]:
    """A client of a service of the captioned pictures."""
    with running(settings_for(), lambda _: captioned.encoder) as client:
        yield client


def _search(client: httpx.Client, **body: object) -> httpx.Response:
    return client.post("/v1/search", json={"target": "text", **body})


def test_pictures_and_words_find_captions_with_their_pictures(asked: httpx.Client):
    found = asked.get("/v1/search", params={"q": "red", "target": "text", "k": 9}).json()
    assert (found["target"], found["vocabulary"], found["generation"]) == ("text", None, 1)
    texts = {hit["text"]: hit["picture_count"] for hit in found["hits"]}
    assert texts == {"a red car": 1, "shared": 2, "a blue boat": 1, "a tree": 1}
    best = found["hits"][0]
    assert (best["text"], best["picture"]["caption"]) == ("a red car", "a red car")
    assert asked.get(best["picture"]["thumbnail_url"]).status_code == 200
    scores = [hit["score"] for hit in found["hits"]]
    assert scores == sorted(scores, reverse=True)
    blue = asked.get("/v1/search", params={"q": "blue"}).json()["hits"][0]["id"]
    by_picture = _search(asked, query=[{"image": {"id": blue}}], k=1).json()
    assert by_picture["hits"][0]["text"] == "a blue boat"
    kept = _search(asked, query=[{"text": "red"}], filter={"colour": {"eq": "blue"}}).json()
    assert {hit["text"]: hit["picture_count"] for hit in kept["hits"]} == {
        "a blue boat": 1,
        "shared": 1,
    }


def test_vocabularies_are_searched_listed_and_gone_when_removed(
    asked: httpx.Client, captioned: Library, picture: MakePicture
):
    answer = asked.post(
        "/v1/search",
        files={"image": picture("green")},
        data={"target": "text", "vocabulary": "colours", "k": "2"},
    )
    hits = answer.json()["hits"]
    assert (hits[0]["text"], hits[0]["picture"], len(hits)) == ("green paint", None, 2)
    (listed,) = asked.get("/v1/vocabularies").json()["vocabularies"]
    assert (listed["name"], listed["count"]) == ("colours", len(COLOURS))
    assert listed["fingerprints"] == [captioned.encoder.info.fingerprint]
    saved = save_vocabulary(captioned.data_dir, "colours", ["other"])
    unembedded = _search(asked, query=[{"text": "red"}], vocabulary="colours")
    assert (unembedded.status_code, unembedded.json()["code"]) == (409, "vocabulary_not_embedded")
    embed_vocabulary(captioned.data_dir, saved, captioned.encoder)
    again = _search(asked, query=[{"text": "red"}], vocabulary="colours").json()
    assert [hit["text"] for hit in again["hits"]] == ["other"]
    remove_vocabulary(captioned.data_dir, "colours")
    gone = _search(asked, query=[{"text": "red"}], vocabulary="colours")
    assert (gone.status_code, gone.json()["code"]) == (404, "vocabulary_not_found")


def test_texts_are_left_out_and_varied_as_pictures_are(asked: httpx.Client, captioned: Library):
    everything = _search(asked, query=[{"text": "red"}], k=9).json()["hits"]
    left = _search(asked, query=[{"text": "red"}], exclude=[{"text": "a blue boat"}], k=9).json()
    assert [hit["text"] for hit in left["hits"]] == [
        hit["text"] for hit in everything if hit["text"] != "a blue boat"
    ]
    words = {"vocabulary": "colours", "query": [{"text": "red paint"}]}
    rest = _search(asked, **words, exclude=[{"text": "red paint"}], k=3).json()["hits"]
    assert len(rest) == 3  # others move up
    assert "red paint" not in [hit["text"] for hit in rest]
    encoder = captioned.encoder
    texts = [f"{one} paint" for one in COLOURS]
    rows = encoder.encode_text(texts)
    for diversity in (0.3, 1.0):
        found = _search(asked, **words, diversity=diversity, k=9).json()["hits"]
        order = diverse_order(rows @ encoder.encode_text(["red paint"])[0], rows, diversity)
        assert [hit["text"] for hit in found][:2] == [texts[place] for place in order][:2]
        assert sorted(hit["text"] for hit in found) == sorted(texts)


def test_options_that_only_pictures_have_are_refused_with_texts(asked: httpx.Client):
    for body in (
        {"mode": "hybrid"},
        {"facets": ["colour"]},
        {"fold_duplicates": True},
        {"min_relevance": 0.5},
        {"explain": True},
        {"vocabulary": "colours", "filter": "colour = red"},
        {"target": "image", "vocabulary": "colours"},
        {"target": "sound"},
    ):
        answer = _search(asked, query=[{"text": "red"}], **body)
        assert answer.status_code in (400, 422), body
        assert answer.json()["code"] == "invalid_request", body


def test_captions_that_are_not_embedded_say_what_to_do(empty_library: Library, settings_for):
    _index(empty_library, embed_captions=False)
    settings: Settings = settings_for()
    with running(settings, lambda _: empty_library.encoder) as client:
        answer = _search(client, query=[{"text": "red"}])
        assert (answer.status_code, answer.json()["code"]) == (409, "captions_not_embedded")
        assert "sightline index" in answer.json()["detail"]


def test_command_line_adds_vocabularies_and_finds_texts(
    captioned: Library, sightline: Sightline, tmp_path: Path
):
    lines = tmp_path / "words.txt"
    lines.write_text("a red sun\na green hill\n\na red sun\n")
    assert "2 texts" in sightline("vocab", "add", "words", lines).out
    assert "words" in sightline("vocab", "list").out
    found = sightline("search", "green", "--target", "text", "--vocabulary", "words", "--json")
    assert [hit["text"] for hit in json.loads(found.out)["hits"]] == ["a green hill", "a red sun"]
    captions = sightline("search", "blue", "--target", "text", "-k", "1").out
    assert "a blue boat" in captions
    assert "is removed" in sightline("vocab", "remove", "words").out
    missing = sightline("search", "x", "--target", "text", "--vocabulary", "words")
    assert (missing.code, "sightline vocab add words" in missing.err) == (1, True)
