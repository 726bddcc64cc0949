"""Does training on half of some captioned photographs help on the other half?

    python -m benchmarks.fine_tuning PHOTOS CAPTIONS.csv [--mode projection] [--seeds 3]

PHOTOS is a folder or a tar of pictures; the CSV has a file column and a caption column, with one
or several rows a picture. For each seed the pictures are halved, `sightline train`'s code trains on
one half with its defaults (a share of that half decides when to stop), and the other half, which
training never sees, is measured: recall@10 before and after, and the paired difference, with
bootstrap 95 % intervals over pictures.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.photos import photo_folder
from models.config import ModelConfig
from models.loading import load_encoder
from models.training.tuning.development import Development, Measured
from models.training.tuning.networks import load_base
from models.training.tuning.pictures import Entry, Picture
from models.training.tuning.plan import plan_for
from models.training.tuning.progress import SilentProgress
from models.training.tuning.result import shown
from models.training.tuning.tune import Request, tune


def main() -> None:
    """Train and measure, seed by seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("captions", type=Path)
    parser.add_argument("--mode", default="projection")
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=None)
    parser.add_argument("--rate", type=float, default=None)
    options = parser.parse_args()
    changes = {"epochs": options.epochs, "rate": options.rate}
    with tempfile.TemporaryDirectory() as scratch:
        folder = photo_folder(options.photos, Path(scratch) / "photos")
        entries = read_captions(folder, options.captions)
        for seed in range(options.seeds):
            out = Path(scratch) / f"{options.mode}-{seed}"
            measure_half(entries, out, options.mode, options.model, seed, changes)


def read_captions(folder: Path, captions: Path) -> list[Entry]:
    """One entry a picture, with all its captions."""
    found: dict[str, list[str]] = {}
    with captions.open(encoding="utf-8", newline="") as lines:
        for name, caption in list(csv.reader(lines))[1:]:
            found.setdefault(name, []).append(caption)
    return [Entry(folder / name, tuple(own)) for name, own in sorted(found.items())]


def measure_half(
    entries: list[Entry],
    out: Path,
    mode: str,
    model: str,
    seed: int,
    changes: dict[str, float | None],
) -> None:
    """Train on half of the entries; print what that did to the other half."""
    order = np.random.default_rng(seed).permutation(len(entries))
    halves = np.array_split(order, 2)
    training, others = ([entries[row] for row in half] for half in halves)
    pictures = [Picture(entry.file, entry.captions, str(entry.file)) for entry in others]
    development = Development(pictures, load_base(ModelConfig(model)).preparer)
    began_s = time.monotonic()
    plan = plan_for(mode, seed=seed, **changes)
    report = tune(Request(training, out, plan, base=ModelConfig(model)), SilentProgress())
    seconds = time.monotonic() - began_s
    before, after = measured(development, model), measured(development, str(out))
    print(
        f"{mode}, seed {seed}: {report.trained} pictures learnt from, {report.held_out} to decide, "
        f"{len(others)} to measure; step {report.best_step} of {report.steps_planned} kept; "
        f"{seconds:.0f} s",
        flush=True,
    )
    for name, gain in after.gain_over(before).items():
        start, end = before.intervals()[name], after.intervals()[name]
        print(f"  {name}: {shown(start)} → {shown(end)}, difference {shown(gain)}", flush=True)


def measured(development: Development, model: str) -> Measured:
    """Recall of a model on the pictures to measure."""
    return development.measure(*development.embed(load_encoder(ModelConfig(model))))


if __name__ == "__main__":
    main()
