"""Tags: as a loop over single pictures gives them, and no work that need not be."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import ConfigError, UnknownFieldError
from indexer.filters.parsing import parse_filter
from indexer.generations import roll_back, verify
from indexer.merge_policy import MergePolicy
from indexer.searcher import Searcher
from indexer.tags.sets import NONE, TagSet, checked_set, remove_set, save_set
from models.classifier import ZeroShotClassifier
from models.encoder import Embeddings
from models.fake_encoder import FakeEncoder
from tests.indexer.workbench import CountingEncoder, Workbench, draw_picture

COLOURS = TagSet("colours", ("red", "green", "blue"), ("{}",), 0.2)


@pytest.fixture
def album(tmp_path: Path) -> Workbench:
    """Thirty pictures, and parts in front of the index from the first change on."""
    bench = Workbench(tmp_path)
    bench.config = replace(bench.config, merge_policy=MergePolicy(0, 0.7), embed_captions=False)
    for number in range(30):
        draw_picture(bench.pictures / f"{number}.jpg", number)
    bench.index()
    return bench


def _by_hand(searcher: Searcher, tag_set: TagSet) -> dict[str, str]:
    """One picture after the other, one prompt after the other."""
    encoder = FakeEncoder()
    classifier = ZeroShotClassifier(encoder.info)
    tags = {}
    for item in searcher.sample(999, 0):
        embedding: Embeddings = searcher.embedding(item.image_id)
        found = classifier.classify(encoder, embedding, tag_set.classes, tag_set.templates)
        best = max(range(len(tag_set.classes)), key=lambda place: found.scores[0, place])
        fits = 1 - float(found.none_of_these[0]) >= tag_set.threshold
        tags[item.image_id] = tag_set.classes[best] if fits else NONE
    return tags


def _assert_as_by_hand(bench: Workbench, tag_set: TagSet) -> dict[str, str]:
    """In the column, in facets and in filters of every kind."""
    searcher = Searcher.open(bench.config)
    expected = _by_hand(searcher, tag_set)
    items = searcher.sample(999, 0)
    field = f"tags.{tag_set.name}"
    assert {i.image_id: searcher.tags(i).get(tag_set.name) for i in items} == expected
    facet = searcher.facets([field])[0]
    counts = {value.value: value.count for value in facet.values}
    labels = list(expected.values())
    assert counts == {label: labels.count(label) for label in set(labels)}
    for text, meets in (
        (f"{field} = red", lambda tag: tag == "red"),
        (f"{field} != none", lambda tag: tag != NONE),
        (f"{field} in [red, none]", lambda tag: tag in ("red", NONE)),
        (f"{field} contains RE", lambda tag: "re" in tag),
        (f"{field} exists and not {field} >= green", lambda tag: tag < "green"),
    ):
        hits = searcher.search(np.eye(1, 32, dtype=np.float32), 999, parse_filter(text))[0]
        found = {hit.item.image_id for hit in hits}
        assert found == {image_id for image_id, tag in expected.items() if meets(tag)}, text
    searcher.close()
    return expected


def test_tags_are_those_of_a_loop_over_single_pictures_through_changes(album: Workbench):
    save_set(album.config, COLOURS)
    assert album.index_known().published
    assert len(set(_assert_as_by_hand(album, COLOURS).values())) >= 3
    rng = random.Random(3)
    for step in range(3):
        gone, moved = rng.sample(sorted(album.pictures.glob("*.jpg")), 2)
        gone.unlink()
        moved.rename(moved.with_name(f"moved-{step}.jpg"))
        draw_picture(album.pictures / f"new-{step}.jpg", 100 + step)
        album.index()
        _assert_as_by_hand(album, COLOURS)
        assert verify(album.config) == []


def test_pictures_that_have_a_tag_are_neither_encoded_nor_tagged_again(
    album: Workbench, monkeypatch: pytest.MonkeyPatch
):
    save_set(album.config, COLOURS)
    album.index_known()
    album.forget_counts()
    tagged: list[int] = []
    real = ZeroShotClassifier.classify

    def count(self, encoder, embeddings, *names):
        tagged.append(len(embeddings))
        return real(self, encoder, embeddings, *names)

    monkeypatch.setattr(ZeroShotClassifier, "classify", count)
    assert not album.index_known().published
    (album.pictures / "3.jpg").rename(album.pictures / "other.jpg")
    album.index()
    assert (tagged, album.loads) == ([], 0)  # the same picture under another number
    draw_picture(album.pictures / "new.jpg", 50)
    album.index()
    assert tagged == [1]
    changed = replace(COLOURS, classes=("yellow", "red"))
    save_set(album.config, changed)
    album.forget_counts()
    assert album.index_known().published
    assert (tagged, album.encoder.prepared, album.encoder.encoded) == ([1, 31], 0, 0)
    _assert_as_by_hand(album, changed)


def test_every_generation_has_the_tags_that_it_was_published_with(album: Workbench):
    save_set(album.config, COLOURS)
    album.index_known()
    reader = Searcher.open(album.config)
    before = {item.image_id: reader.tags(item) for item in reader.sample(999, 0)}
    save_set(album.config, replace(COLOURS, classes=("purple", "orange")))
    album.index_known()
    assert {item.image_id: reader.tags(item) for item in reader.sample(999, 0)} == before
    reader.close()
    roll_back(album.config)
    _assert_as_by_hand(album, COLOURS)
    remove_set(album.config, "colours")
    album.index_known()
    searcher = Searcher.open(album.config)
    with pytest.raises(UnknownFieldError):
        searcher.facets(["tags.colours"])
    assert searcher.tags(searcher.sample(1, 0)[0]) == {}
    searcher.close()


def test_tags_follow_the_model(album: Workbench):
    save_set(album.config, COLOURS)
    album.index_known()
    album.encoder, album.model_key = CountingEncoder(seed=4), "other"
    album.index_known()
    searcher = Searcher.open(album.config)
    column = searcher.record.tags[0]
    assert (column.missing, column.file.count) == (0, 30)
    searcher.close()


def test_column_that_is_damaged_is_found_and_made_again(album: Workbench):
    save_set(album.config, COLOURS)
    album.index_known()
    path = album.config.generation_dir(2) / "tags-colours.u16"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert [finding.file for finding in verify(album.config, 2)] == [path.name]
    album.index_known()
    _assert_as_by_hand(album, COLOURS)


def test_sets_that_cannot_be_are_refused(album: Workbench):
    for wrong in (
        replace(COLOURS, name="../x"),
        replace(COLOURS, classes=(" ",)),
        replace(COLOURS, classes=("red", "None")),
        replace(COLOURS, templates=("a photo",)),
        replace(COLOURS, threshold=1.5),
    ):
        with pytest.raises(ConfigError):
            checked_set(wrong)
