"""Folding: one hit for each group, as many groups as there are, against the slow way."""

import pytest

from indexer.duplicates.folding import FoldedHit, fold_hits
from indexer.duplicates.records import Mode
from indexer.filters.parsing import parse_filter
from indexer.searcher import Hit
from tests.indexer.duplicates.album import EVERYTHING, Album, draw_scene, names_of


@pytest.fixture
def crowd(album: Album) -> Album:
    """One scene thirty times, another with copies, and six single ones."""
    scene = draw_scene(1)
    for number in range(30):
        album.put(f"many-{number:02}.jpg", scene, quality=60 + number)
    album.put_scene_with_copies(2)
    for number in range(10, 16):
        album.put(f"{number}.jpg", draw_scene(number))
    album.index()
    return album


def _fold(album: Album, name: str, k: int, mode: Mode = Mode.NEAR) -> list[FoldedHit]:
    with album.opened() as (store, searcher):
        embedding = searcher.embedding(album.items()[name].image_id)
        return fold_hits(lambda top: searcher.search(embedding, top)[0], store, searcher, mode, k)


def _naive(album: Album, name: str, k: int) -> list[str]:
    """All hits of the whole collection, without those whose group had one before."""
    group_of = {n: i for i, g in enumerate(album.page(Mode.NEAR).groups) for n in names_of(g)}
    with album.opened() as (_, searcher):
        embedding = searcher.embedding(album.items()[name].image_id)
        hits: list[Hit] = searcher.search(embedding, EVERYTHING)[0]
    seen: set[object] = set()
    names = []
    for hit in hits:
        group = group_of.get(hit.item.path.name, hit.item.path.name)
        if group not in seen:
            names.append(hit.item.path.name)
        seen.add(group)
    return names[:k]


@pytest.mark.parametrize("k", [1, 3, 7, 8, 50])
def test_folded_hits_are_the_best_of_each_group_and_as_many_as_there_are(crowd: Album, k: int):
    crowd.find(Mode.NEAR)
    folded = _fold(crowd, "many-07.jpg", k)
    assert [hit.hit.item.path.name for hit in folded] == _naive(crowd, "many-07.jpg", k)
    assert len(folded) == min(k, 8)
    scores = [hit.hit.score for hit in folded]
    assert scores == sorted(scores, reverse=True)
    assert folded[0].folded_count == 29
    items = {item.image_id: name for name, item in crowd.items().items()}
    others = {items[image_id] for image_id in folded[0].folded}
    assert others == {f"many-{n:02}.jpg" for n in range(30)} - {folded[0].hit.item.path.name}


def test_copies_fold_though_nobody_has_looked_for_duplicates(crowd: Album):
    counts = {hit.hit.item.path.name: hit.folded_count for hit in _fold(crowd, "2-best.png", 50)}
    assert len(counts) == 30 + 5 + 6  # two files of one content are one picture, and only these
    assert counts.get("2-best.png", counts.get("2-bytes.png")) == 1
    assert sum(counts.values()) == 1


def test_embeddings_that_find_nothing_fold_to_nothing(crowd: Album):
    with crowd.opened() as (store, searcher):
        assert fold_hits(lambda _top: [], store, searcher, Mode.NEAR, 5) == []


@pytest.mark.parametrize("words", ["size_bytes < {}", "size_bytes >= {}", "format = PNG"])
def test_under_a_filter_only_what_meets_it_is_folded_counted_and_named(crowd: Album, words: str):
    """Against all hits of the filtered search, put into groups one by one."""
    crowd.find(Mode.NEAR)
    middle = sorted(item.size_bytes for item in crowd.items().values())[20]
    expression = parse_filter(words.format(middle))
    group_of = {n: i for i, g in enumerate(crowd.page(Mode.NEAR).groups) for n in names_of(g)}
    with crowd.opened() as (store, searcher):
        embedding = searcher.embedding(crowd.items()["many-07.jpg"].image_id)

        def search(k: int) -> list[Hit]:
            return searcher.search(embedding, k, expression)[0]

        folded = fold_hits(search, store, searcher, Mode.NEAR, EVERYTHING, expression)
        groups: dict[object, list[str]] = {}
        for hit in search(EVERYTHING):
            name = hit.item.path.name
            groups.setdefault(group_of.get(name, name), []).append(hit.item.image_id)
    assert [hit.hit.item.image_id for hit in folded] == [ids[0] for ids in groups.values()]
    assert [set(hit.folded) for hit in folded] == [set(ids[1:]) for ids in groups.values()]
    assert [hit.folded_count for hit in folded] == [len(ids) - 1 for ids in groups.values()]
    assert sum(len(ids) for ids in groups.values()) < len(crowd.items())
