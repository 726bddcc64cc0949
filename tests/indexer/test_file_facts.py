"""EXIF on its way from a file to items and filters, and how it is forgotten."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from indexer.catalog.connection import Database
from indexer.filters.parsing import parse_filter
from indexer.searcher import Searcher
from tests.indexer.workbench import Workbench

FACTS = {"taken_at": "2024-05-01T10:20:30", "camera": "Pixel 8", "orientation": 1}


def _photograph(path: Path) -> None:
    exif = Image.Exif()
    exif[0x0110], exif[0x0112], exif[0x0132] = "Pixel 8", 1, "2024:05:01 10:20:30"
    Image.fromarray(np.full((20, 30, 3), 90, np.uint8)).save(path, exif=exif)


def _found(bench: Workbench, source: str) -> list[str]:
    searcher = Searcher.open(bench.config)
    try:
        query = bench.encoder.encode_text(["anything"])
        hits = searcher.search(query, 9, filter=parse_filter(source))[0]
        return sorted(hit.item.path.name for hit in hits)
    finally:
        searcher.close()


def test_facts_of_files_come_with_items_and_are_fields(bench: Workbench):
    bench.draw("drawn.jpg")
    _photograph(bench.pictures / "photo.jpg")
    bench.index()
    items = bench.items()
    assert (items["photo.jpg"].facts, items["drawn.jpg"].facts) == (FACTS, {})
    assert _found(bench, "camera = 'Pixel 8' and taken_at >= 2024-05") == ["photo.jpg"]
    assert _found(bench, "not taken_at exists") == ["drawn.jpg"]


def test_facts_stay_with_a_picture_that_was_renamed_and_go_with_it(bench: Workbench):
    bench.draw("drawn.jpg")
    _photograph(bench.pictures / "photo.jpg")
    bench.index()
    (bench.pictures / "photo.jpg").rename(bench.pictures / "moved.jpg")
    bench.index()
    assert bench.items()["moved.jpg"].facts == FACTS
    (bench.pictures / "moved.jpg").unlink()
    for number in range(4):  # until the generations that have it are dropped
        bench.draw(f"{number}.jpg")
        bench.index()
    database = Database(bench.config.catalog_path())
    for table in ("picture_facts", "item_facts", "metadata_values"):
        assert database.value(f"SELECT count(*) FROM {table}") == 0, table
    database.close()


def test_facts_are_not_read_and_those_kept_are_forgotten_when_they_are_not_wanted(
    bench: Workbench,
):
    _photograph(bench.pictures / "photo.jpg")
    bench.index()
    assert _found(bench, "camera exists") == ["photo.jpg"]
    bench.config = replace(bench.config, file_facts=False)
    bench.draw("drawn.jpg")
    bench.index()
    assert bench.items()["photo.jpg"].facts == {}
    assert _found(bench, "camera exists") == []
