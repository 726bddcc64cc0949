"""Does searching the words of captions help? Photographs found by their last caption.

    python -m benchmarks.hybrid_search PHOTOS CAPTIONS.csv [--model DIR_OR_NAME]

PHOTOS is a folder or a tar of pictures; the CSV has a file column and a caption column, with
several rows a picture. The last caption of each picture is the question, and the picture is indexed
with the others: how often is it among the ten best by embedding, by keyword, and by both fused?
Every question is asked in all three modes; intervals of differences are over the same questions.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.photos import photo_folder
from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.manifests import read_manifest
from indexer.progress import SilentProgress
from indexer.ranking import Mode
from indexer.searcher import Searcher
from models.config import ModelConfig
from models.encoder import Encoder
from models.evaluation.intervals import mean_intervals
from models.loading import load_encoder, model_key

TOP_K = 10


def main() -> None:
    """Index with all captions but the last, then ask with the last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("captions", type=Path)
    parser.add_argument("--model", default="builtin")
    options = parser.parse_args()
    model = ModelConfig(options.model)
    encoder = load_encoder(model)
    with tempfile.TemporaryDirectory() as scratch:
        folder = photo_folder(options.photos, Path(scratch) / "photos")
        questions = _write_manifest(options.captions, folder)
        config = IndexConfig(Path(scratch) / "data", "photos")
        index_collection(
            config,
            [folder / "manifest.jsonl"],
            model_key=model_key(model),
            load_encoder=lambda: encoder,
            progress=SilentProgress(),
        )
        _report(config, encoder, questions)


def _write_manifest(captions: Path, folder: Path) -> dict[str, str]:
    """Index all captions but the last of each picture. Returns the last ones, by file name."""
    by_file: dict[str, list[str]] = {}
    for row in read_manifest(str(captions)):
        by_file.setdefault(row.file, []).extend(row.captions)
    several = {name: words for name, words in by_file.items() if len(words) > 1}
    with (folder / "manifest.jsonl").open("w", encoding="utf-8") as manifest:
        for name, words in several.items():
            manifest.write(json.dumps({"file": name, "captions": words[:-1]}) + "\n")
    return {name: words[-1] for name, words in several.items()}


def _report(config: IndexConfig, encoder: Encoder, questions: dict[str, str]) -> None:
    searcher = Searcher.open(config)
    embeddings = encoder.encode_text(list(questions.values()))  # (n, dim)
    found: dict[Mode, NDArray[np.bool_]] = {}
    print(f"{searcher.record.item_count} photographs, {len(questions)} questions, recall@{TOP_K}:")
    for mode in Mode:
        started_s = time.perf_counter()
        found[mode] = np.array(
            [
                any(
                    hit.item.path.name == name
                    for hit in searcher.find(query[None, :], TOP_K, words=words, mode=mode)
                )
                for query, (name, words) in zip(embeddings, questions.items(), strict=True)
            ]
        )  # (n,)
        ms = (time.perf_counter() - started_s) / len(questions) * 1000
        print(f"  {mode:8} {_interval(found[mode].astype(float))}   {ms:.1f} ms a question")
    for mode in (Mode.VECTOR, Mode.KEYWORD):
        difference = found[Mode.HYBRID].astype(float) - found[mode].astype(float)
        print(f"  hybrid - {mode:8} {_interval(difference)}")
    searcher.close()


def _interval(values: NDArray[np.float64]) -> str:
    """A mean in percent with its 95 % interval, questions drawn again."""
    (interval,) = mean_intervals(values[:, None], np.arange(len(values)))
    return f"{interval.value:6.1%} ({interval.low:.1%} to {interval.high:.1%})"


if __name__ == "__main__":
    main()
