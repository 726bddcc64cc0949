"""Captions as texts that are found: against a slow search, through changes, kills and damage."""

import json
import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.caption_search import CaptionHit
from indexer.filters.parsing import parse_filter
from indexer.generations import roll_back, verify
from indexer.merge_policy import MergePolicy
from indexer.searcher import Searcher
from indexer.text_errors import CaptionsNotEmbeddedError
from tests.indexer.workbench import CountingEncoder, Workbench

COLOURS = ("red", "green", "blue", "yellow", "orange", "purple")
THINGS = ("car", "boat", "house", "bird")
TEXTS = [f"a {colour} {thing}" for colour in COLOURS for thing in THINGS]
FILES = [f"{number}.jpg" for number in range(8)]

Listing = dict[str, tuple[list[str], int]]


class TextCounting(CountingEncoder):
    """Remembers the texts that it was asked for; refuses one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def encode_text(self, texts):
        self.texts += texts
        return super().encode_text(texts)


@pytest.fixture
def texts(tmp_path: Path) -> Workbench:
    """A collection whose changes are put in front of its index, from the first on."""
    bench = Workbench(tmp_path, TextCounting())
    bench.config = replace(bench.config, merge_policy=MergePolicy(0, 0.7))
    bench.draw(*FILES)
    return bench


def _index(bench: Workbench, listing: Listing) -> None:
    rows = [{"file": name, "captions": captions, "n": n} for name, (captions, n) in listing.items()]
    manifest = bench.pictures / "m.jsonl"
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows))
    bench.index(manifest, allow_empty=True)


def _found(bench: Workbench, query: str, k: int, filter: str | None = None) -> list[CaptionHit]:
    searcher = Searcher.open(bench.config)
    try:
        chosen = None if filter is None else parse_filter(filter)
        return searcher.captions.search(bench.encoder.encode_text([query]), k, chosen)
    finally:
        searcher.close()


def _assert_as_slow_search(bench: Workbench, listing: Listing, query: str, least: int) -> None:
    """Every different caption of the pictures with n >= least, once, by its cosine."""
    owners: dict[str, set[str]] = {}
    for name, (captions, n) in listing.items():
        for text in captions:
            if n >= least and text.strip():
                owners.setdefault(text, set()).add(name)
    direction = CountingEncoder().encode_text([query])[0]
    scores = {text: float(CountingEncoder().encode_text([text])[0] @ direction) for text in owners}
    hits = _found(bench, query, 99, f"n >= {least}" if least else None)
    assert {hit.text: hit.picture_count for hit in hits} == {
        text: len(names) for text, names in owners.items()
    }
    assert all(hit.item.path.name in owners[hit.text] for hit in hits)
    found = [hit.score for hit in hits]
    np.testing.assert_allclose(found, sorted(scores.values(), reverse=True), atol=1e-6)
    np.testing.assert_allclose(found, [scores[hit.text] for hit in hits], atol=1e-6)


def test_captions_are_found_as_a_slow_search_finds_them_after_any_changes(texts: Workbench):
    rng = random.Random(5)
    encoder = texts.encoder
    assert isinstance(encoder, TextCounting)
    listing: Listing = {}
    kinds = set()
    for step in range(7):
        for name in rng.sample(FILES, 2 if step else len(FILES)):
            if name in listing and rng.random() < 0.3:
                del listing[name]
            else:
                captions = rng.sample([*TEXTS, " "], rng.randint(0, 4))
                listing[name] = (captions, rng.randrange(3))
        _index(texts, listing)
        if listing:
            for least in (0, 1, 2):
                _assert_as_slow_search(texts, listing, rng.choice(TEXTS), least)
            assert verify(texts.config) == []
            searcher = Searcher.open(texts.config)
            captions_now = searcher.record.captions
            searcher.close()
            layout = None if captions_now is None else captions_now.layout
            kinds.add(layout is not None and (len(layout.parts) > 1, layout.dead is not None))
    assert {(True, True), (False, False)} <= kinds  # bases, and parts in front of them


def test_known_captions_are_never_encoded_again(texts: Workbench):
    encoder = texts.encoder
    assert isinstance(encoder, TextCounting)
    _index(texts, {"0.jpg": (["a red car", "shared"], 0), "1.jpg": (["shared"], 0)})
    assert sorted(encoder.texts) == ["a red car", "shared"]
    encoder.texts.clear()
    encoder.prepared = 0
    _index(texts, {"0.jpg": (["new", "shared"], 1), "2.jpg": (["shared", "a red car"], 0)})
    assert (encoder.texts, encoder.prepared) == (["new"], 1)
    assert [hit.text for hit in _found(texts, "a red car", 1)] == ["a red car"]


def test_captions_of_a_generation_gone_back_to_are_its_own(texts: Workbench):
    _index(texts, {"0.jpg": (["a red car"], 0)})
    _index(texts, {"0.jpg": (["a blue boat"], 0)})
    assert [hit.text for hit in _found(texts, "red", 9)] == ["a blue boat"]
    roll_back(texts.config)
    assert [hit.text for hit in _found(texts, "red", 9)] == ["a red car"]


def test_captions_left_out_can_be_embedded_later_and_say_how(texts: Workbench):
    texts.config = replace(texts.config, embed_captions=False)
    _index(texts, {"0.jpg": (["a red car"], 0)})
    with pytest.raises(CaptionsNotEmbeddedError, match="sightline index"):
        _found(texts, "red", 1)
    texts.config = replace(texts.config, embed_captions=True)
    assert texts.index_known().published
    assert [hit.text for hit in _found(texts, "red", 1)] == ["a red car"]
    assert not texts.index_known().published


def test_captions_whose_index_or_vectors_are_damaged_come_back(texts: Workbench):
    _index(texts, {name: ([f"words of {n}"], 0) for n, name in enumerate(FILES)})
    path = texts.config.generation_dir(1) / "captions-index.faiss"
    data = bytearray(path.read_bytes())
    data[-9] ^= 1
    path.write_bytes(data)
    assert [finding.file for finding in verify(texts.config)] == [path.name]
    texts.index_known()
    assert _found(texts, "words of 3", 1)[0].text == "words of 3"
    (segment,) = texts.config.vectors_dir(texts.encoder.info.fingerprint).iterdir()
    segment.unlink()
    texts.index_known()
    assert _found(texts, "words of 3", 1)[0].text == "words of 3"
    assert verify(texts.config, 3) == []


@pytest.mark.parametrize(
    "bit",
    [
        "UPDATE item_captions SET item_id = item_id + 1 WHERE text_id = 1",
        "UPDATE caption_texts SET digest = x'00' WHERE text_id = 1",
        "UPDATE caption_embeddings SET vector_row = 3 - vector_row",
    ],
)
def test_altered_rows_of_captions_are_found_and_made_again(texts: Workbench, bit: str):
    _index(texts, {"0.jpg": (["red"], 0), "1.jpg": (["blue"], 0)})
    with closing(sqlite3.connect(texts.config.catalog_path())) as catalog, catalog:
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in catalog.execute(names).fetchall():
            if name.endswith("_again"):
                sql = f"SELECT sql FROM sqlite_master WHERE name = '{name}'"
                (again,) = catalog.execute(sql).fetchone()
                catalog.execute(f"DROP TRIGGER {name}")
                if "caption" in name:
                    catalog.execute(bit)
                catalog.execute(again)
        if "caption_embeddings" not in bit:
            catalog.execute(bit)
    assert verify(texts.config)
    texts.index_known(rebuild=True)
    assert verify(texts.config, 2) == []
    assert [hit.text for hit in _found(texts, "red", 2)] == ["red", "blue"]
