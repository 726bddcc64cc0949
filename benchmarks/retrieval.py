"""How well does a model find captioned photographs? Indexed and searched as a user would.

    python -m benchmarks.retrieval PHOTOS CAPTIONS.csv [--model DIR_OR_NAME]

PHOTOS is a folder or a tar of pictures; the CSV has a file column and a caption column, with one
or several rows a picture. Prints recall@1/5/10 both ways with bootstrap 95 % intervals, and the
same text → image figure through the published index.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.photos import photo_folder
from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.progress import SilentProgress
from indexer.searcher import Searcher
from models.config import ModelConfig
from models.encoder import Encoder
from models.evaluation.recall import DEFAULT_KS, recall_at_k, retrieval_ranks
from models.loading import load_encoder, model_key

_RESAMPLES = 2000


def main() -> None:
    """Index, embed the captions, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("captions", type=Path)
    parser.add_argument("--model", default="builtin")
    options = parser.parse_args()
    model = ModelConfig(options.model)
    encoder = load_encoder(model)
    with tempfile.TemporaryDirectory() as scratch:
        folder = photo_folder(options.photos, Path(scratch) / "photos")
        manifest = folder / "captions.csv"
        manifest.write_bytes(options.captions.read_bytes())
        config = IndexConfig(Path(scratch) / "data")
        summary = index_collection(
            config,
            [manifest],
            model_key=model_key(model),
            load_encoder=lambda: encoder,
            progress=SilentProgress(),
        )
        print(f"indexed {summary.new} pictures, skipped {summary.skipped}")
        measure(Searcher.open(config), encoder)


def measure(searcher: Searcher, encoder: Encoder) -> None:
    """Print recall between the collection's pictures and their own captions."""
    items = searcher.sample(searcher.record.item_count, seed=0)
    images = np.concatenate([searcher.embedding(item.image_id) for item in items])  # (n, dim)
    captions = [caption for item in items for caption in item.captions]
    owners = [row for row, item in enumerate(items) for _ in item.captions]
    texts = encoder.encode_text(captions)  # (m, dim)
    print(f"{encoder.info.model_name}: {len(images)} pictures, {len(texts)} captions")
    to_image, to_text = retrieval_ranks(images, texts, owners)
    print(f"text→image: {_line(to_image)}")
    print(f"image→text: {_line(to_text)}")
    found = 0
    for owner, hits in zip(owners, searcher.search(texts, 10), strict=True):
        found += items[owner].image_id in {hit.item.image_id for hit in hits}
    print(f"text→image recall@10 through the published index: {found / len(texts):.3f}")


def _line(ranks: NDArray[np.int64]) -> str:
    cells = []
    for k in DEFAULT_KS:
        low, high = _interval(ranks < k)
        cells.append(f"recall@{k} {recall_at_k(ranks, k):.3f} [{low:.3f}, {high:.3f}]")
    return f"{'  '.join(cells)}  median rank {float(np.median(ranks)) + 1:.0f}"


def _interval(hits: NDArray[np.bool_]) -> tuple[float, float]:
    """A 95 % bootstrap interval of the mean of 0/1 outcomes."""
    means = np.random.default_rng(0).binomial(len(hits), hits.mean(), _RESAMPLES) / len(hits)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    main()
