"""How long until a generation answers, and what of that grows with the collection?

    python -m benchmarks.opening [--items 10000 100000 1000000] [--dim 384] [--index-kind auto]

Made embeddings and rows with a caption, two values of metadata and three tag sets each, published
as an index run does it. Fresh processes open the generation and ask their first questions, each of
them twice; then 100 pictures more are published, and the newer generation is opened beside the
older one, as a service does. Milliseconds of processor time, the median of some processes; files
are in the page cache. Memory is what opening adds to the process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np

from benchmarks.publish_delta import Corpus
from indexer.config import IndexConfig
from indexer.filters.parsing import parse_filter
from indexer.searcher import Searcher, current_record
from indexer.tags.sets import TagSet, save_set

_SETS = 3
_CLASSES = 50
_NEW = 100
_PROCESSES = 5
_DESCRIBED = """
UPDATE listings SET metadata =
json_object('year', 1990 + file_id % 36, 'place', 'place ' || file_id % 300)"""

Steps = dict[str, float]


def main() -> None:
    """Fill collections, open them, print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--dim", type=int, default=384)
    parser.add_argument("--index-kind", default="auto")
    parser.add_argument("--directory", type=Path, default=None)
    parser.add_argument("--probe", type=Path, help="open this one, tell what it took; used inside")
    options = parser.parse_args()
    if options.probe is not None:
        sys.stdout.write(json.dumps(_probe(IndexConfig(options.probe))))
        return
    columns: dict[str, Steps] = {}
    for count in options.items:
        with tempfile.TemporaryDirectory(dir=options.directory) as directory:
            config = IndexConfig(Path(directory), index_kind=options.index_kind)
            corpus = _published(config, count, options.dim)
            record = current_record(config)
            assert record is not None
            taken = [_probed(config) for _ in range(_PROCESSES)]
            middle = {name: statistics.median(one[name] for one in taken) for name in taken[0]}
            middle["opened beside the older one"] = _opened_beside_ms(corpus)
            columns[f"{count:,} ({record.layout.base.kind})"] = middle
    _print(columns)


def _published(config: IndexConfig, count: int, dim: int) -> Corpus:
    corpus = Corpus(config, dim)
    corpus.add(count)
    with corpus.database.transaction():
        corpus.database.execute(_DESCRIBED)
    for number in range(_SETS):
        classes = tuple(f"class {number} {place}" for place in range(_CLASSES))
        save_set(config, TagSet(f"set{number}", classes, threshold=0.0))
    corpus.publish()
    return corpus


def _probed(config: IndexConfig) -> Steps:
    """Open and ask in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.opening", "--probe", str(config.data_dir)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    steps: Steps = json.loads(done.stdout)
    return steps


def _probe(config: IndexConfig) -> Steps:
    before_mib = _memory_mib()
    started_s = time.process_time()
    searcher = Searcher.open(config)
    steps = {
        "open": (time.process_time() - started_s) * 1000,
        "memory, MiB": _memory_mib() - before_mib,
    }
    query = np.zeros((1, searcher.record.dim), np.float32)
    query[0, 0] = 1
    deep = searcher.map.places.deepest
    year, tag = parse_filter("year >= 2010"), parse_filter("tags.set0 = 'class 0 1'")
    questions: dict[str, Callable[[], object]] = {
        "ten pictures": lambda: searcher.search(query, 10),
        "a sample": lambda: searcher.sample(48, 1),
        "the fields": searcher.fields,
        "ten pictures of some years": lambda: searcher.search(query, 10, year),
        "ten pictures with a tag": lambda: searcher.search(query, 10, tag),
        "a facet of tags": lambda: searcher.facets(["tags.set0"]),
        "a facet of metadata": lambda: searcher.facets(["year"]),
        "ten captions": lambda: searcher.captions.search(query, 10),
        "ten captions of some years": lambda: searcher.captions.search(query, 10, year),
        "the whole map": lambda: searcher.map.tile(0, 0, 0),
        "a tile of the map": lambda: searcher.map.tile(deep, 0, 0),
        "where ten pictures are": lambda: searcher.map.of(
            item.image_id for item in searcher.sample(10, 1)
        ),
        "usual pictures": lambda: searcher.background,
        "usual captions": lambda: searcher.captions.background,
    }
    for name, ask in questions.items():
        steps[name] = _ms(ask)
        steps[f"{name}, again"] = _ms(ask)
    searcher.close()
    return steps


def _opened_beside_ms(corpus: Corpus) -> float:
    older = Searcher.open(corpus.config)
    corpus.begin_run()
    corpus.add(_NEW)
    corpus.publish()
    taken = []
    for _ in range(_PROCESSES):
        started_s = time.process_time()
        newer = Searcher.open(corpus.config, like=older)
        taken.append((time.process_time() - started_s) * 1000)
        newer.close()
    older.close()
    return statistics.median(taken)


def _ms(ask: Callable[[], object]) -> float:
    started_s = time.process_time()
    ask()
    return (time.process_time() - started_s) * 1000


def _memory_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _print(columns: dict[str, Steps]) -> None:
    names = list(next(iter(columns.values())))
    print("| ms | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for name in names:
        print(f"| {name} | " + " | ".join(f"{one[name]:.1f}" for one in columns.values()) + " |")


if __name__ == "__main__":
    main()
