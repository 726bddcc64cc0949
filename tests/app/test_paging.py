"""Deep paging over a real socket: pages joined are one large answer, of one generation."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from app.cursor import MARKED_HITS, MAX_DEPTH, Cursor, next_marks, opened, page_of
from app.cursor_key import KEY_FILE, cursor_key
from indexer.generations import prune
from tests.app.conftest import Library, running, settings_of
from tests.app.waiting import eventually

PICTURES = 90
COPIES = 12
WORDS = ("sea", "boat", "street", "night", "dog")

MakeSettings = Callable[..., Any]


def _fill(library: Library) -> Path:
    """Pictures of random colours with captions, many of them twice, and a manifest."""
    rng = np.random.default_rng(4)
    rows = []
    for number in range(PICTURES):
        shade = rng.integers(0, 256, 3)
        for copy in range(2 if number < COPIES else 1):
            name = f"{number:03d}-{copy}.png"
            Image.new("RGB", (24 + copy, 18), tuple(int(value) for value in shade)).save(
                library.pictures / name
            )
            caption = " ".join(rng.choice(WORDS, 2))
            rows.append({"file": name, "caption": caption, "number": number})
    manifest = library.pictures / "manifest.jsonl"
    manifest.write_text("\n".join(json.dumps(row) for row in rows))
    return manifest


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Pictures that nobody changes, indexed."""
    folder = tmp_path_factory.mktemp("paging")
    (folder / "pictures").mkdir()
    library = Library(folder / "pictures", folder / "data")
    library.index(sources=[_fill(library)])
    return library


@pytest.fixture(scope="module")
def asking(shelves: Library) -> Iterator[httpx.Client]:
    """A client of a service with these pictures."""
    library = shelves
    with running(settings_of(library.data_dir), lambda _: library.encoder) as client:
        yield client


def _search(client: httpx.Client, question: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/search", json={**question, **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def _pages(client: httpx.Client, question: dict[str, Any], sizes: list[int]) -> list[list[Any]]:
    """All pages, whose sizes go round."""
    pages: list[list[Any]] = []
    cursor = None
    while True:
        body = _search(client, question, k=sizes[len(pages) % len(sizes)], cursor=cursor)
        pages.append(body["hits"])
        cursor = body["next_cursor"]
        if cursor is None:
            return pages


def _ids(body: dict[str, Any]) -> list[str]:
    return [hit["id"] for hit in body["hits"]]


def _shown(hit: dict[str, Any]) -> dict[str, Any]:
    """A hit without the last digits of its score, which depend on how many are worked out."""
    return {**hit, "score": round(hit["score"], 5)}


QUESTIONS: dict[str, dict[str, Any]] = {
    "words": {"query": [{"text": "red"}]},
    "several terms": {"query": [{"text": "red"}, {"text": "blue", "weight": -0.4}]},
    "filter": {"query": [{"text": "red"}], "filter": "number >= 20 and number < 70"},
    "hybrid": {"query": [{"text": "dog street"}], "mode": "hybrid"},
    "hybrid, filter": {"query": [{"text": "sea"}], "mode": "hybrid", "filter": "number >= 20"},
    "keyword": {"query": [{"text": "night"}], "mode": "keyword"},
    "folded": {"query": [{"text": "green"}], "fold_duplicates": True},
    "folded, filter": {
        "query": [{"text": "green"}],
        "fold_duplicates": True,
        "filter": "number < 40",
    },
}


@pytest.mark.parametrize("sizes", [[7], [1, 30, 4]], ids=str)
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_pages_joined_are_one_large_answer(
    asking: httpx.Client, question: dict[str, Any], sizes: list[int]
):
    whole = _search(asking, question, k=1000)
    pages = _pages(asking, question, sizes)
    assert whole["next_cursor"] is None
    joined = [hit for page in pages for hit in page]
    assert [_shown(hit) for hit in joined] == [_shown(hit) for hit in whole["hits"]]
    assert len({hit["id"] for hit in joined}) == len(joined) > 20
    full = [len(page) for page in pages[:-1]]
    assert full == [sizes[place % len(sizes)] for place in range(len(full))]


def test_pages_of_an_uploaded_picture_and_of_an_address_go_on(asking: httpx.Client, picture):
    files = {"image": ("a.png", picture("purple"))}
    first = asking.post("/v1/search", files=files, data={"k": "40"}).json()
    more = {"k": "40", "cursor": first["next_cursor"]}
    second = asking.post("/v1/search", files=files, data=more).json()
    whole = asking.post("/v1/search", files=files, data={"k": "80"}).json()
    assert _ids(first) + _ids(second) == _ids(whole)
    parameters: dict[str, str | int] = {"q": "red", "k": 5}
    one = asking.get("/v1/search", params=parameters).json()
    two = asking.get("/v1/search", params={**parameters, "cursor": one["next_cursor"]}).json()
    whole = asking.get("/v1/search", params={"q": "red", "k": 10}).json()
    assert _ids(one) + _ids(two) == _ids(whole)


@pytest.mark.parametrize(
    "change",
    [
        {"query": [{"text": "blue"}]},
        {"query": [{"text": "red", "weight": 0.5}]},
        {"filter": "number < 50"},
        {"mode": "hybrid"},
        {"fold_duplicates": True},
    ],
)
def test_cursor_of_another_question_is_refused(asking: httpx.Client, change: dict[str, Any]):
    question = QUESTIONS["words"]
    cursor = _search(asking, question, k=5)["next_cursor"]
    answer = asking.post("/v1/search", json={**question, **change, "cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")
    assert "another question" in answer.json()["detail"]


def test_page_size_and_facets_may_change_between_pages(asking: httpx.Client):
    question = QUESTIONS["words"]
    first = _search(asking, question, k=5)
    second = _search(asking, question, k=9, facets=["format"], cursor=first["next_cursor"])
    assert _ids(first) + _ids(second) == _ids(_search(asking, question, k=14))
    assert second["facets"]["format"]["distinct"] == 1


def test_altered_cursor_is_refused_whichever_letter_it_is(asking: httpx.Client):
    question = QUESTIONS["words"]
    cursor = _search(asking, question, k=3)["next_cursor"]
    bad = [
        f"{cursor[:place]}{_other(cursor[place])}{cursor[place + 1 :]}" for place in range(0, 80, 9)
    ]
    for text in [*bad, cursor[:-4], cursor + "AAAA", "AAAA", "é", "not a cursor", "=" * 99]:
        answer = asking.post("/v1/search", json={**question, "cursor": text})
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid"), text


def _other(letter: str) -> str:
    return "A" if letter != "A" else "B"


def test_pages_end_with_a_word_at_the_greatest_depth(asking: httpx.Client, shelves: Library):
    question, key = QUESTIONS["words"], cursor_key(shelves.data_dir)
    cursor = opened(_search(asking, question, k=5)["next_cursor"], key)

    def after(shown: int) -> httpx.Response:
        deep = Cursor(cursor.generation, cursor.stamp, cursor.question, shown, cursor.marks)
        return asking.post("/v1/search", json={**question, "cursor": deep.sealed(key)})

    refused = after(MAX_DEPTH).json()
    assert (refused["status"], refused["code"]) == (400, "paging_too_deep")
    assert "10,000" in refused["detail"]
    assert after(MAX_DEPTH - 2).json()["hits"] == []


def test_pages_stay_with_their_generation_while_newer_ones_are_published(
    library: Library, settings_for: MakeSettings
):
    question = {"query": [{"text": "red"}], "k": 2}
    with running(settings_for(keep_generations=1), lambda _: library.encoder) as client:
        whole = _ids(_search(client, question, k=6))
        body = _search(client, question)
        seen = _ids(body)
        for number in range(2):
            library.add(f"more-{number}.png", (220, 40 + number, 35))
            library.index()
            _await_generation(client, number + 2)
            assert 1 not in prune(library.config(), keep=1)  # somebody may still come back
            body = _search(client, question, cursor=body["next_cursor"])
            assert body["generation"] == 1
            seen += _ids(body)
        assert seen == whole
        assert _search(client, question)["generation"] == 3
    # the service lets go of it when the last of its own looks is over
    eventually(lambda: 1 in prune(library.config(), keep=1))


def test_cursor_is_good_for_another_process_until_its_generation_is_dropped(
    library: Library, settings_for: MakeSettings
):
    question = {"query": [{"text": "red"}], "k": 2}

    def serving() -> Any:
        return running(settings_for(), lambda _: library.encoder)

    with serving() as client:
        whole = _ids(_search(client, question, k=4))
        cursor = _search(client, question)["next_cursor"]
    library.add("more.png", (220, 40, 35))
    library.index()
    with serving() as client:
        body = _search(client, question, cursor=cursor)
        assert (body["generation"], _ids(body)) == (1, whole[2:])
    # the service that has just ended lets go of it in its own time
    eventually(lambda: prune(library.config(), keep=1) == [1])
    with serving() as client:
        answer = client.post("/v1/search", json={**question, "cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")
        assert "without a cursor" in answer.json()["detail"]


def test_cursor_of_a_collection_that_was_made_anew_has_expired(
    library: Library, settings_for: MakeSettings
):
    question = {"query": [{"text": "red"}], "k": 2}
    with running(settings_for(), lambda _: library.encoder) as client:
        cursor = _search(client, question)["next_cursor"]
    library.config().collection_dir().rename(library.data_dir / "as it was")
    library.add("one more.png", "purple")
    library.index()
    with running(settings_for(), lambda _: library.encoder) as client:
        answer = client.post("/v1/search", json={**question, "cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")


def test_cursor_of_another_data_directory_is_refused(
    asking: httpx.Client, library: Library, settings_for: MakeSettings
):
    question = {"query": [{"text": "red"}], "k": 2}
    with running(settings_for(), lambda _: library.encoder) as client:
        cursor = _search(client, question)["next_cursor"]
    answer = asking.post("/v1/search", json={**question, "cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


def _await_generation(client: httpx.Client, number: int) -> None:
    def is_served() -> bool:
        served: bool = client.get("/v1/collections/default").json()["generation"] == number
        return served

    eventually(is_served)


def test_key_is_made_once_readable_for_nobody_else_and_not_needed_to_begin(tmp_path: Path):
    key = cursor_key(tmp_path)
    assert cursor_key(tmp_path) == key
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert len(cursor_key(tmp_path / "nowhere")) == len(key)


def test_pages_neither_repeat_nor_leave_out_when_neighbours_change_places():
    rng = random.Random(1)
    for size in (3, 20, 50):
        seen: list[str] = []
        cursor = None
        while True:
            ranking = _shaken(rng, 300)
            shown, left = page_of(ranking, cursor, size, str)
            marks = next_marks(cursor, shown)
            assert len(marks) <= MARKED_HITS
            seen += shown
            cursor = Cursor(1, b"", b"", len(seen), marks)
            if not left:
                break
        assert sorted(seen) == sorted(_shaken(rng, 300))


def _shaken(rng: random.Random, count: int) -> list[str]:
    """A ranking in which neighbours have changed places, as rounding does it."""
    ranking = [f"id{number}" for number in range(count)]
    for place in range(0, count - 1, 2):
        if rng.random() < 0.3:
            ranking[place], ranking[place + 1] = ranking[place + 1], ranking[place]
    return ranking
