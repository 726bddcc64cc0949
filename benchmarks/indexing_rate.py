"""How fast is the whole indexing pipeline against the loop that everybody writes first?

    python -m benchmarks.indexing_rate PHOTOS [--rounds 3] [--limit 1000]

PHOTOS is a folder or a tar of pictures. Both sides run open_clip's ViT-B-32 with random weights
(speed does not depend on them): the naive loop with open_clip's own transform, eager fp32, batches
of 32; ours is the real thing, from files to a published generation with thumbnails. They take turns
in one run, because only the ratio survives a busy machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # both sides alike, before torch is imported

import torch
from PIL import Image
from safetensors.torch import save_file

from benchmarks.photos import photo_folder
from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.progress import SilentProgress
from models.config import ModelConfig
from models.encoder import Encoder
from models.lean_imports import open_clip
from models.loading import load_encoder, model_key

_NAIVE_BATCH = 32
_ARCHITECTURE = "ViT-B-32"


def main() -> None:
    """Take turns and print both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = photo_folder(options.photos, Path(scratch) / "photos", options.limit)
        directory = write_random_model(Path(scratch) / "model")
        encoder = load_encoder(ModelConfig(str(directory)))
        network, _, transform = open_clip.create_model_and_transforms(f"local-dir:{directory}")
        count = len(list(folder.iterdir()))
        print(f"{count} pictures, {encoder.info.device}, {encoder.info.precision}")
        ratios = []
        for turn in range(options.rounds):
            naive = count / _seconds(lambda: naive_loop(network.eval(), transform, folder))
            config = IndexConfig(Path(scratch) / f"data-{turn}")
            ours = count / _seconds(lambda to=config: pipeline(to, folder, encoder))  # type: ignore[misc]
            ratios.append(ours / naive)
            print(f"naive {naive:6.1f} img/s  ours {ours:6.1f} img/s  ratio {ratios[-1]:.2f}")
        print(f"median ratio {statistics.median(ratios):.2f}")


def write_random_model(directory: Path) -> Path:
    """An ordinary model directory of the architecture, with random weights."""
    directory.mkdir()
    config = {"model_cfg": open_clip.get_model_config(_ARCHITECTURE), "preprocess_cfg": {}}
    (directory / "open_clip_config.json").write_text(json.dumps(config))
    weights = open_clip.create_model(_ARCHITECTURE).state_dict()
    path = directory / "open_clip_model.safetensors"
    save_file({name: value.contiguous().clone() for name, value in weights.items()}, path)
    return directory


def naive_loop(
    network: Any, transform: Callable[[Image.Image], torch.Tensor], folder: Path
) -> None:
    """Open, transform, stack, encode in fp32, keep in memory: nothing is even saved."""
    rows, paths = [], sorted(folder.iterdir())
    with torch.inference_mode():
        for start in range(0, len(paths), _NAIVE_BATCH):
            batch = [transform(Image.open(path)) for path in paths[start : start + _NAIVE_BATCH]]
            rows.append(network.encode_image(torch.stack(batch), normalize=True))
    if len(torch.cat(rows)) != len(paths):
        raise RuntimeError("the naive loop lost pictures")


def pipeline(config: IndexConfig, folder: Path, encoder: Encoder) -> None:
    """Files to a published generation."""
    summary = index_collection(
        config,
        [folder],
        model_key=model_key(ModelConfig(encoder.info.model_name)),
        load_encoder=lambda: encoder,
        progress=SilentProgress(),
    )
    if summary.encoded == 0 or not summary.published:
        raise RuntimeError(f"nothing was indexed: {summary}")


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
