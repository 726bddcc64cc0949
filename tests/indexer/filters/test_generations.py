"""A filter sees the rows of one generation, whatever was published since."""

import json

from indexer.filters.parsing import parse_filter
from indexer.ranking import Mode
from indexer.searcher import Searcher
from tests.indexer.workbench import Workbench


def _describe(bench: Workbench, colours: dict[str, str]) -> None:
    manifest = bench.pictures / "manifest.jsonl"
    rows = (
        {"file": name, "colour": colour, "caption": f"it is {colour}"}
        for name, colour in colours.items()
    )
    manifest.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    bench.index(manifest)


def _found(searcher: Searcher, bench: Workbench, source: str) -> list[str]:
    query = bench.encoder.encode_text(["anything"])
    found = searcher.search(query, 9, filter=parse_filter(source))[0]
    return sorted(hit.item.path.name for hit in found)


def test_filters_and_facets_keep_to_the_generation_that_was_opened(bench: Workbench):
    bench.draw("a.jpg", "b.jpg", "c.jpg")
    _describe(bench, {"a.jpg": "red", "b.jpg": "red", "c.jpg": "blue"})
    before = Searcher.open(bench.config)
    _describe(bench, {"a.jpg": "blue", "b.jpg": "red"})
    after = Searcher.open(bench.config)
    for source in ("colour = red", "caption contains red"):
        assert _found(before, bench, source) == ["a.jpg", "b.jpg"]
        assert _found(after, bench, source) == ["b.jpg"]
    assert _found(before, bench, "not colour = red") == ["c.jpg"]
    assert _found(after, bench, "name != b.jpg") == ["a.jpg"]
    counts = [
        {value.value: value.count for value in searcher.facets(["colour"])[0].values}
        for searcher in (before, after)
    ]
    assert counts == [{"red": 2, "blue": 1}, {"blue": 1, "red": 1}]
    before.close()
    after.close()


def test_words_find_captions_of_the_generation_that_was_opened(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    _describe(bench, {"a.jpg": "red", "b.jpg": "blue"})
    before = Searcher.open(bench.config)
    _describe(bench, {"a.jpg": "green", "b.jpg": "blue"})
    after = Searcher.open(bench.config)
    query = bench.encoder.encode_text(["red"])
    for searcher, words, names in (
        (before, "red", ["a.jpg"]),
        (after, "red", []),
        (after, "green", ["a.jpg"]),
        (before, "it", ["a.jpg", "b.jpg"]),
    ):
        hits = searcher.find(query, 9, words=words, mode=Mode.KEYWORD)
        assert sorted(hit.item.path.name for hit in hits) == names
    before.close()
    after.close()
