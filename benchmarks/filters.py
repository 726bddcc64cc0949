"""What filters cost: publishing rows with metadata, conditions, combinations, facets.

    python -m benchmarks.filters [--items 200000]

Makes a catalog of items with ten values of metadata each and no pictures. Times are the best of
three; a condition's second time is that of its kept answer.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from indexer.catalog.connection import Database
from indexer.catalog.reader import CatalogReader
from indexer.filters.facets import FacetCounter
from indexer.filters.parsing import parse_filter
from indexer.filters.selection import Selector

_INSERT = """
INSERT INTO items (item_id, image_id, uri, source, content_hash, size_bytes, width, height, format,
                   captions, metadata, model_id, vector_row, first_gen)
VALUES (?, ?, ?, '/pictures', ?, ?, 640, 480, 'JPEG', ?, ?, 1, ?, 1)"""
_FILTERS = (
    "place = 'place 7'",
    "rating >= 4.95",
    "rating >= 4.5",
    "rating >= 2.5",
    "tags = sea",
    "serial contains 00012",
    "size_bytes > 9000000",
    "caption contains bird",
    "rating >= 2.5 and not (place = 'place 7' or tags in [snow, night])",
)


def main() -> None:
    """Fill a catalog, then ask it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=200_000)
    count = parser.parse_args().items
    with tempfile.TemporaryDirectory() as scratch:
        bare_us, bare_bytes = _fill(Path(scratch) / "bare.sqlite", count, described=False)
        path = Path(scratch) / "catalog.sqlite"
        full_us, full_bytes = _fill(path, count, described=True)
        print(f"{count:,} items, a row without metadata / with ten values and a caption:")
        print(f"  written in {bare_us:.0f} / {full_us:.0f} us of CPU an item")
        print(f"  on disk {bare_bytes / count:.0f} / {full_bytes / count:.0f} bytes an item")
        _ask(path, count)


def _fill(path: Path, count: int, *, described: bool) -> tuple[float, int]:
    """Write the items in one transaction. Returns microseconds of CPU an item, and bytes."""
    rng = random.Random(1)
    database = Database(path)
    rows = [_row(rng, number, described) for number in range(1, count + 1)]
    started_s = time.process_time()
    with database.transaction():
        database.executemany(_INSERT, rows)
    spent_s = time.process_time() - started_s
    database.query("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return spent_s / count * 1e6, path.stat().st_size


def _row(rng: random.Random, number: int, described: bool) -> tuple[object, ...]:
    metadata = {
        "year": rng.randint(1990, 2025),
        "place": f"place {rng.randrange(300)}",
        "rating": rng.random() * 5,
        "public": rng.random() < 0.5,
        "tags": rng.sample(["sea", "sun", "snow", "night", "city", "bird"], 2),
        "camera": {"make": rng.choice("ABC"), "iso": rng.choice([100, 200, 400])},
        "serial": f"sn-{number:08d}",
        "author": f"author {rng.randrange(1000)}",
    }
    caption = f"a {rng.choice(['red', 'blue', 'old'])} {rng.choice(['bird', 'car', 'house'])}"
    return (
        number,
        f"id{number}",
        f"file:///pictures/{number // 1000}/{number}.jpg",
        f"hash{number}",
        rng.randint(10_000, 10_000_000),
        json.dumps([caption]) if described else "[]",
        json.dumps(metadata) if described else "{}",
        number,
    )


def _ask(path: Path, count: int) -> None:
    reader = CatalogReader(path)
    living = np.arange(1, count + 1)

    def fresh() -> Selector:
        """A selector that has kept no answer; fields and slots are read once a generation."""
        selector = Selector(reader.metadata, reader.words, lambda: living)
        selector.mask(parse_filter("year < 0"))
        return selector

    print("  filter: share of the items, ms at first, ms again")
    for text in _FILTERS:
        first_ms = min(_filter_ms(fresh(), text) for _ in range(3))
        kept = fresh()
        share = len(kept.ids(parse_filter(text))) / count
        again_ms = min(_filter_ms(kept, text) for _ in range(3))
        print(f"  {share:7.2%} {first_ms:8.1f} {again_ms:6.1f}   {text}")
    selector = fresh()
    mask = selector.mask(parse_filter("rating >= 2.5"))
    counter = FacetCounter(reader.metadata, selector)
    for field in ("place", "tags", "format"):
        first_ms, *more_ms = [_ms(partial(counter.count, field, mask)) for _ in range(4)]
        print(f"  facet   {first_ms:8.1f} {min(more_ms):6.1f}   {field}, under rating >= 2.5")
    reader.close()


def _filter_ms(selector: Selector, text: str) -> float:
    return _ms(lambda: selector.ids(parse_filter(text)))


def _ms(work: Callable[[], object]) -> float:
    started_s = time.perf_counter()
    work()
    return (time.perf_counter() - started_s) * 1000


if __name__ == "__main__":
    main()
