"""How fast is a model: pictures a second, one text query, and how long until it is loaded?

    python -m benchmarks.encoding_speed PHOTOS CAPTIONS.csv [--model DIR_OR_NAME] [--rounds 3]

PHOTOS is a folder or a tar of pictures; the CSV has a file column and a caption column. Pictures
are encoded in batches of 32: once from their files, decoded and resized in a thread of their own as
the indexer does it, and once from pixels that are ready. Texts are encoded one at a time, each a
different one, with one thread and with all. Loading is timed in new processes, after the imports.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.captioned import arguments
from benchmarks.photos import photo_folder
from indexer.manifests import read_manifest
from models.config import ModelConfig
from models.encoder import Encoder
from models.images import decode_image
from models.loading import load_encoder

_BATCH = 32
_QUERIES = 300
_LOAD = """
import sys, time
import models.open_clip_encoder  # brings torch and open_clip
from models.config import ModelConfig
from models.loading import load_encoder
started = time.perf_counter()
load_encoder(ModelConfig(sys.argv[1]))
print(time.perf_counter() - started)
"""


def main() -> None:
    """Measure and print each round, then the medians."""
    parser = arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    encoder = load_encoder(ModelConfig(options.model))
    print(f"{encoder.info.device}, {encoder.info.precision}, {torch.get_num_threads()} threads")
    texts = [row.captions[0] for row in read_manifest(str(options.captions)) if row.captions]
    with tempfile.TemporaryDirectory() as scratch:
        folder = photo_folder(options.photos, Path(scratch) / "photos", options.limit)
        paths = sorted(folder.iterdir())
        measures: dict[str, Callable[[], float]] = {
            "pictures a second, from files": lambda: len(paths) / from_files(encoder, paths),
            "pictures a second, from pixels": lambda: pixels_a_second(encoder, paths),
            "a text, ms, one thread": lambda: text_ms(encoder, texts, 1),
            "a text, ms, all threads": lambda: text_ms(encoder, texts, torch.get_num_threads()),
            "loading, s": lambda: loading_s(options.model),
        }
        for name, measure in measures.items():
            measure()  # once for nothing: caches and first calls
            seen = [measure() for _ in range(options.rounds)]
            each = ", ".join(f"{value:.2f}" for value in seen)
            print(f"{name:32} {statistics.median(seen):8.2f}  ({each})", flush=True)


def prepared(encoder: Encoder, paths: Sequence[Path]) -> NDArray[np.uint8]:
    """A batch of pictures from their files, (n, 3, S, S)."""
    side = encoder.info.image_size
    images = [decode_image(path.read_bytes(), min_side=side) for path in paths]
    return np.stack([encoder.prepare_image(image) for image in images])


def from_files(encoder: Encoder, paths: Sequence[Path]) -> float:
    """Seconds from files to embeddings, the next batch decoded while one is encoded."""
    parts = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
    started = time.perf_counter()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(prepared, encoder, parts[0])
        for following in [*parts[1:], None]:
            batch = waiting.result()
            if following is not None:
                waiting = pool.submit(prepared, encoder, following)
            encoder.encode_prepared(batch)
    return time.perf_counter() - started


def pixels_a_second(encoder: Encoder, paths: Sequence[Path]) -> float:
    """Pictures a second, of one batch that is encoded again and again."""
    batch, turns = prepared(encoder, paths[:_BATCH]), -(-len(paths) // _BATCH)
    started = time.perf_counter()
    for _ in range(turns):
        encoder.encode_prepared(batch)
    return turns * len(batch) / (time.perf_counter() - started)


def text_ms(encoder: Encoder, texts: Sequence[str], threads: int) -> float:
    """The median milliseconds of one text."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    took = []
    for text in texts[:_QUERIES]:
        started = time.perf_counter()
        encoder.encode_text([text])
        took.append(1000 * (time.perf_counter() - started))
    torch.set_num_threads(before)
    return statistics.median(took)


def loading_s(model: str) -> float:
    """Seconds that loading takes in a process that has imported everything."""
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, model], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


if __name__ == "__main__":
    main()
