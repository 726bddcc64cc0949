"""Are zero-shot probabilities honest? Fits a model's calibration and measures it on other pictures.

    python -m benchmarks.zero_shot_calibration LABELLED… [--model DIR_OR_NAME] [--write MODEL_DIR]

Each LABELLED is a folder with one folder of pictures a class, or a folder with `train.csv` (`file,
source, label`) and tar files, in which each source is a set of its own and only the pictures that
the built-in model's recipe holds out are used (`--any-picture` takes the others too). One half is
fitted to, the figures are of the other half. `--write` stores calibration.json.
"""

from __future__ import annotations

import argparse
import csv
import tarfile
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.calibration import Calibration, write_calibration
from models.classifier import background
from models.config import ModelConfig
from models.encoder import Embeddings, Encoder
from models.evaluation.zero_shot_calibration import (
    CalibrationReport,
    LabelledSet,
    calibrate_zero_shot,
    halves,
    report_zero_shot,
)
from models.images import decode_image
from models.loading import load_encoder
from models.prompts import class_embeddings
from models.templates import template_set

_BATCH = 32
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}

Picture = tuple[str, bytes]  # class name, file


def main() -> None:
    """Embed, fit on one half, print the figures of the other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("labelled", type=Path, nargs="+", help="folders of labelled pictures")
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--pictures", type=int, default=2000, help="at most, over all sets")
    parser.add_argument("--templates", default="simple", help="a named set")
    parser.add_argument("--any-picture", action="store_true", help="also those trained on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path, metavar="MODEL_DIR", help="store the calibration")
    options = parser.parse_args()
    encoder = load_encoder(ModelConfig(options.model))
    if encoder.info.logit_bias is not None:
        parser.error("this model judges each name with a sigmoid; only softmax models are fitted")
    groups: dict[str, list[Picture]] = {}
    for folder in options.labelled:
        groups |= read_labelled(folder, options.any_picture)
    share = max(options.pictures // len(groups), 1)
    rng = np.random.default_rng(options.seed)
    sets = []
    for name, pictures in sorted(groups.items()):
        chosen = [pictures[row] for row in rng.permutation(len(pictures))[:share]]
        names = sorted({label for label, _ in pictures})
        sets.append(embed(encoder, name, chosen, names, template_set(options.templates)))
        print(f"{name}: {len(chosen)} pictures, {len(names)} names", flush=True)
    others = class_embeddings(encoder, background().names, [background().template])
    scale = encoder.info.logit_scale
    to_fit, to_report = halves(sets, options.seed)
    calibration = calibrate_zero_shot(to_fit, others, scale, seed=options.seed)
    show(calibration, report_zero_shot(to_report, others, scale, calibration))
    if options.write is not None:
        print(f"wrote {write_calibration(options.write, encoder.info.fingerprint, calibration)}")


def read_labelled(folder: Path, any_picture: bool) -> dict[str, list[Picture]]:
    """Set name → its pictures, of either layout."""
    if (folder / "train.csv").is_file():
        return _read_shards(folder, any_picture)
    pictures = [
        (path.parent.name.replace("_", " "), path.read_bytes())
        for path in sorted(folder.glob("*/*"))
        if path.suffix.lower() in _SUFFIXES
    ]
    return {folder.name: pictures} if pictures else {}


def _read_shards(folder: Path, any_picture: bool) -> dict[str, list[Picture]]:
    with (folder / "train.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    if not any_picture:
        from models.training.corpus import Sample
        from models.training.material import held_out_rows

        samples = [Sample(b"", row["source"], row["label"] or None, ()) for row in rows]
        rows = [rows[row] for row in held_out_rows(samples)]
    wanted = {row["file"]: row for row in rows if row["label"]}
    groups: dict[str, list[Picture]] = defaultdict(list)
    for path in sorted(folder.glob("*.tar")):
        with tarfile.open(path) as tar:
            for member in tar:
                row, file = wanted.get(member.name), tar.extractfile(member)
                if row is not None and file is not None:
                    groups[row["source"]].append((row["label"].replace("_", " "), file.read()))
    return groups


def embed(
    encoder: Encoder,
    name: str,
    pictures: list[Picture],
    names: list[str],
    templates: tuple[str, ...],
) -> LabelledSet:
    """Embeddings of pictures and class names."""
    parts: list[Embeddings] = []
    for start in range(0, len(pictures), _BATCH):
        batch = [data for _, data in pictures[start : start + _BATCH]]
        side = encoder.info.image_size
        parts.append(encoder.encode_image([decode_image(data, min_side=side) for data in batch]))
    number = {label: place for place, label in enumerate(names)}
    labels: NDArray[np.int64] = np.array([number[label] for label, _ in pictures])
    classes = class_embeddings(encoder, names, templates)
    return LabelledSet(name, np.concatenate(parts), labels, classes)


def show(calibration: Calibration, report: CalibrationReport) -> None:
    """Print what was fitted and what it is worth."""
    print(calibration)
    print(
        f"{report.questions} questions: accuracy {report.accuracy:.3f}  "
        f"ECE {report.ece_before:.3f} → {report.ece_after:.3f}  "
        f"nll {report.nll_before:.3f} → {report.nll_after:.3f}"
    )
    for one in report.sizes:
        print(
            f"  {one.classes:3} names: {one.questions:5} questions  accuracy {one.accuracy:.3f}  "
            f"ECE {one.ece_before:.3f} → {one.ece_after:.3f}  "
            f"best temperature {one.best_temperature:.2f}"
        )
    for none in report.none_of_these:
        print(
            f"none of these ({none.kind}): AUROC {none.auroc:.3f}  mean "
            f"{none.mean_when_present:.3f} when one fits, {none.mean_when_absent:.3f} when none "
            f"does  ECE {none.ece:.3f}"
        )


if __name__ == "__main__":
    main()
