"""What does an index run cost when nothing has changed, or little?

    python -m benchmarks.second_look [--files 200000] [--changed 100]

Rows of made files, listed again from memory, so that neither the walk through folders nor any
picture counts: processor time of comparing, writing and staging.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.publish_delta import Corpus, _uri
from indexer.catalog.scan import Scan
from indexer.catalog.staging import Staging
from indexer.config import IndexConfig
from indexer.found import FoundFile


def _listed(count: int, changed: int) -> Iterator[FoundFile]:
    """As a manifest would list them; the first few with other captions."""
    for number in range(count):
        caption = f"changed {number}" if number < changed else f"picture number {number}"
        yield FoundFile(_uri(number), 1_000 + number, number, captions=(caption,))


def _look_again(corpus: Corpus, count: int, changed: int) -> dict[str, float]:
    """One run up to what would be published. Returns the seconds of each step."""
    corpus.begin_run()
    seconds = {}
    started_s = time.process_time()
    scan = _scan(corpus)
    scan.add("file:///made", "folder", _listed(count, changed))
    seconds["look"] = time.process_time() - started_s
    started_s = time.process_time()
    assert scan.plan(corpus.model.model_id, retry_skipped=False) == 0
    seconds["plan"] = time.process_time() - started_s
    started_s = time.process_time()
    scan.synchronise()
    seconds["synchronise"] = time.process_time() - started_s
    started_s = time.process_time()
    staging = Staging(corpus.database, corpus.model.model_id)
    differences = staging.prepare()
    assert differences.metadata_changed == changed, differences
    scan.scanned(), scan.skipped_by_code()
    seconds["stage"] = time.process_time() - started_s
    corpus.publish()
    return seconds


def _scan(corpus: Corpus) -> Scan:
    try:
        return Scan(corpus.database, corpus.model.model_id)
    except TypeError:  # as it was before a look knew the model
        return Scan(corpus.database)


def main() -> None:
    """Fill a collection, then look at it again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=200_000)
    parser.add_argument("--changed", type=int, default=100)
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--directory", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        config = IndexConfig(Path(directory), index_kind="exact")
        corpus = Corpus(config, arguments.dim)
        corpus.add(arguments.files)
        corpus.publish()
        for changed in (0, arguments.changed):
            steps = _look_again(corpus, arguments.files, changed)
            total = sum(steps.values())
            print(
                f"{arguments.files:,} files, {changed} changed: {total:.2f} s of one core ("
                + ", ".join(f"{name} {s * 1000:.0f} ms" for name, s in steps.items())
                + ")",
                flush=True,
            )


if __name__ == "__main__":
    main()
