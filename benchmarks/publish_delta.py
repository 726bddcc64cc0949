"""How long does it take to publish 100 new pictures into a million, and does a search ever fail?

    python -m benchmarks.publish_delta [--items 1000000] [--dim 384] [--new 100] [--rounds 5]

Made embeddings and rows, written through the collection's own tables; no picture is read. Each
round records new pictures, a few changed captions and a few gone ones, and publishes, from staging
to dropping the oldest generation. A thread searches all the while and follows each publication.
The same collection published with everything built anew is the ratio. With an approximate
`--index-kind` the base passes the recall gate; the texts that it asks are made embeddings, too.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from indexer.catalog import publication
from indexer.catalog.connection import Database
from indexer.catalog.files import FileState, FileTable
from indexer.catalog.staging import Staging
from indexer.config import IndexConfig
from indexer.dropping import drop_old
from indexer.errors import IndexerError
from indexer.generation import open_generation, open_reader
from indexer.publisher import publish
from indexer.searcher import Searcher, current_generation, current_record
from indexer.vector_store import VectorStore
from models.encoder import Embeddings, unit_embeddings
from models.fake_encoder import FakeEncoder

_BLOCK = 20_000
_CLUSTERS = 2_000
_SPREAD = 0.6
_CHANGED = 10
_POLL_S = 0.25  # as often as the service looks


class Corpus:
    """A collection that grows by made pictures."""

    def __init__(self, config: IndexConfig, dim: int) -> None:
        self.config = config
        self.dim = dim
        config.collection_dir().mkdir(parents=True)
        self.database = Database(config.catalog_path())
        self.table = FileTable(self.database)
        self.model = self.table.register_model("made", FakeEncoder(dim).info)
        self.rng = np.random.default_rng(0)
        self._centres = unit_embeddings(self.rng.standard_normal((_CLUSTERS, dim)))
        self.encoder = _MadeTexts(self)
        self.count = 0
        self.database.execute(
            "INSERT INTO sources (source, kind, scanned_at) VALUES ('file:///made', 'folder', '-')"
        )

    def begin_run(self) -> None:
        """Open the catalog as a new index run does."""
        self.database.close()
        self.database = Database(self.config.catalog_path())
        self.table = FileTable(self.database)

    def embeddings(self, count: int) -> Embeddings:
        """Clustered unit vectors (count, dim)."""
        centres = self._centres[self.rng.integers(0, _CLUSTERS, count)]
        noise = self.rng.standard_normal((count, self.dim), dtype=np.float32)
        return unit_embeddings(centres + _SPREAD * noise / np.sqrt(self.dim))

    def add(self, count: int) -> None:
        """New pictures, embedded and listed, not yet published."""
        store = VectorStore(self.config.vectors_dir(self.model.fingerprint), self.dim)
        for start in range(0, count, _BLOCK):
            numbers = range(self.count, self.count + min(_BLOCK, count - start))
            first = self.table.rows.next_row(self.model.model_id)
            written = store.append(first, self.embeddings(len(numbers)))
            hashes = [f"{number:064x}" for number in numbers]
            with self.database.transaction():
                self.database.executemany(
                    "INSERT INTO pictures (content_hash, width, height, format) "
                    "VALUES (?, 640, 480, 'JPEG')",
                    ((h,) for h in hashes),
                )
            self.table.record(
                [FileState(_uri(n), 1_000 + n, n, h) for n, h in zip(numbers, hashes, strict=True)],
                [],
                self.model.model_id,
                ((h, first + place) for place, h in enumerate(hashes)),
                written,
            )
            with self.database.transaction():
                self.database.executemany(
                    "INSERT INTO listings (source_id, file_id, captions, metadata) "
                    "SELECT 1, file_id, ?, '{}' FROM files WHERE uri = ?",
                    ((json.dumps([f"picture number {n}"]), _uri(n)) for n in numbers),
                )
            self.count += len(numbers)

    def disturb(self, count: int) -> None:
        """Some pictures get another caption, some leave."""
        with self.database.transaction():
            for number in self.rng.choice(self.count, 2 * count, replace=False)[:count].tolist():
                self.database.execute(
                    "UPDATE listings SET captions = '[\"another\"]' "
                    "WHERE file_id = (SELECT file_id FROM files WHERE uri = ?)",
                    (_uri(number),),
                )
            for number in self.rng.choice(self.count, count, replace=False).tolist():
                self.database.execute(
                    "DELETE FROM listings "
                    "WHERE file_id = (SELECT file_id FROM files WHERE uri = ?)",
                    (_uri(number),),
                )
                self.database.execute("DELETE FROM files WHERE uri = ?", (_uri(number),))

    def publish(self, *, anew: bool = False) -> dict[str, float]:
        """As an index run does it once it has looked. Returns the seconds of each step."""
        steps = _Steps()
        reader = open_reader(self.config)
        newest = reader.generation(publication.newest_generation(self.database))
        if newest is not None:
            open_generation(self.config, reader).close()
        reader.close()
        steps.done("open")
        staging = Staging(self.database, self.model.model_id, everything=newest is None)
        count = staging.prepare().item_count
        steps.done("stage")
        publish(
            self.config,
            self.database,
            staging,
            self.model,
            item_count=count,
            newest=None if anew else newest,
            encoder=lambda: self.encoder,
        )
        steps.done("publish")
        drop_old(self.config, self.database, self.config.kept_generations, self.model.model_id)
        steps.done("drop")
        return steps.seconds


class _MadeTexts(FakeEncoder):
    """Stands in for a model: every text lies among the pictures."""

    def __init__(self, corpus: Corpus) -> None:
        super().__init__(corpus.dim)
        self._corpus = corpus

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        return self._corpus.embeddings(len(texts))


class _Steps:
    """A stopwatch with names."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last_s = time.perf_counter()

    def done(self, name: str) -> None:
        now_s = time.perf_counter()
        self.seconds[name] = now_s - self._last_s
        self._last_s = now_s


@dataclass
class Searches:
    """What a searching thread has seen."""

    count: int = 0
    failed: int = 0
    longest_s: float = 0.0
    reopen_s: list[float] = field(default_factory=list)


def _search(
    config: IndexConfig, queries: Embeddings, stop: threading.Event, seen: Searches
) -> None:
    searcher = Searcher.open(config)
    looked_s = time.perf_counter()
    for place in _forever(len(queries)):
        if stop.is_set():
            break
        started_s = time.perf_counter()
        try:
            if started_s - looked_s > _POLL_S:
                looked_s = started_s
                if current_generation(config) != searcher.record.generation:
                    old, searcher = searcher, Searcher.open(config, like=searcher)
                    seen.reopen_s.append(time.perf_counter() - started_s)
                    old.close()
                    started_s = time.perf_counter()
            hits = searcher.search(queries[place : place + 1], 10)[0]
            seen.failed += len(hits) != 10
        except IndexerError:
            seen.failed += 1
        seen.count += 1
        seen.longest_s = max(seen.longest_s, time.perf_counter() - started_s)
    searcher.close()


def _forever(count: int) -> Iterator[int]:
    while True:
        yield from range(count)


def _uri(number: int) -> str:
    return f"file:///made/{number // 1000:06d}/picture-{number:09d}.jpg"


def _rounds(corpus: Corpus, new: int, rounds: int) -> tuple[list[dict[str, float]], Searches]:
    stop, seen = threading.Event(), Searches()
    queries = corpus.embeddings(256)
    warm = Searcher.open(corpus.config)
    warm.search(queries[:1], 10)  # so that the base is in memory, as where it has been served
    warm.close()
    thread = threading.Thread(target=_search, args=(corpus.config, queries, stop, seen))
    thread.start()
    measured = []
    try:
        for _ in range(rounds):
            corpus.begin_run()
            corpus.disturb(_CHANGED)
            started_s = time.perf_counter()
            corpus.add(new)
            recorded_s = time.perf_counter() - started_s
            measured.append({"record": recorded_s, **corpus.publish()})
            time.sleep(2 * _POLL_S)
    finally:
        stop.set()
        thread.join()
    return measured, seen


def _base_of(config: IndexConfig) -> str:
    """Kind, effort and figures of the base, in words."""
    record = current_record(config)
    gate = (record.layout.gate if record is not None else None) or {}
    return json.dumps({name: gate.get(name) for name in ("kind", "effort", "figures", "reasons")})


def main() -> None:
    """Fill a collection, publish small changes, then everything anew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--dim", type=int, default=384)
    parser.add_argument("--new", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--index-kind", default="exact")
    parser.add_argument("--directory", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        config = IndexConfig(Path(directory), index_kind=arguments.index_kind)
        corpus = Corpus(config, arguments.dim)
        corpus.add(arguments.items)
        first = sum(corpus.publish().values())
        print(f"base: {_base_of(config)}", flush=True)
        measured, seen = _rounds(corpus, arguments.new, arguments.rounds)
        anew = sum(corpus.publish(anew=True).values())
        totals = [sum(steps.values()) for steps in measured]
        median = statistics.median(totals)
        print(f"{arguments.items:,} x {arguments.dim}, {arguments.new} new, first {first:.1f} s")
        for steps in measured:
            print("  " + ", ".join(f"{name} {s * 1000:.0f} ms" for name, s in steps.items()))
        print(f"published in {median:.2f} s (median; longest {max(totals):.2f} s)")
        print(f"everything built anew: {anew:.1f} s, {anew / median:.0f} times as long")
        print(f"searches meanwhile: {json.dumps(asdict(seen))}")


if __name__ == "__main__":
    main()
