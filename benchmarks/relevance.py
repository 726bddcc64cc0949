"""Is relevance honest? Fits a model's relevance and measures it on other pictures.

    python -m benchmarks.relevance PHOTOS CAPTIONS.csv [--others TEXTS] [--model DIR_OR_NAME]
        [--write] [--plots FOLDER]

PHOTOS is a folder or a tar of pictures; the CSV has a file column and a caption column. The second
collection is drawn: pictures of the sample gallery. TEXTS has captions of other pictures, one a
line. One half of the pictures is fitted to, all figures are of the other half, in Markdown.
`--write` stores relevance.json beside the model's weights.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.photos import photo_folder
from indexer.gallery.generate import generate_gallery
from indexer.manifests import read_manifest
from models.classifier import background
from models.config import ModelConfig
from models.encoder import Embeddings, Encoder
from models.evaluation.charts import reliability_diagram
from models.evaluation.encoding import encode_pictures
from models.evaluation.relevance_fit import (
    HITS,
    Trials,
    fit_relevance,
    halves,
    joined,
    put_to_test,
)
from models.evaluation.relevance_questions import (
    ABSURD,
    CAPTION,
    GIBBERISH,
    OTHERS,
    REMOVED,
    SALAD,
    CaptionedPictures,
    captioned,
    strangers,
)
from models.evaluation.relevance_report import (
    FULL,
    SIMPLER,
    Figures,
    Floats,
    by_kind,
    figures,
    of_fit,
    of_simpler,
    reliability,
    unchanged_first_hits,
    weighted_auroc,
    with_figures,
    wrongly_refused,
)
from models.loading import load_encoder, model_directory
from models.prompts import class_embeddings
from models.relevance import Modality, RelevanceFit
from models.relevance_file import RELEVANCE_FILE, write_relevance

_MOST_OTHERS = 1000
# What no picture answers, in three sorts that count alike.
_SORTS = ((REMOVED,), (ABSURD, SALAD, GIBBERISH), (OTHERS,))


def main() -> None:
    """Embed, fit on one half, print the figures of the other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("captions", type=Path)
    parser.add_argument("--others", type=Path, help="captions of other pictures, one a line")
    parser.add_argument("--gallery", type=int, default=640, help="pictures to draw")
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="store it beside the weights")
    parser.add_argument("--plots", type=Path, help="folder for reliability diagrams")
    options = parser.parse_args()
    config = ModelConfig(options.model)
    encoder = load_encoder(config)
    names = class_embeddings(encoder, background().names, [background().template])
    with tempfile.TemporaryDirectory() as scratch:
        collections = [
            read_photos(encoder, options.photos, options.captions, Path(scratch) / "photos"),
            read_drawings(encoder, options.gallery, Path(scratch) / "gallery"),
        ]
    to_fit, to_report = split_and_ask(encoder, collections, options.others, names, options.seed)
    fitted_on = " and ".join(f"{len(one.images):,} {one.name} with captions" for one in collections)
    fit = fit_relevance(to_fit, f"half of {fitted_on}", names)
    fit = with_figures(fit, to_report)
    show(fit, to_fit, to_report)
    if options.plots is not None:
        draw(fit, to_report, options.plots)
    directory = model_directory(config)
    if options.write and directory is not None:
        path = write_relevance(directory / RELEVANCE_FILE, encoder.info.fingerprint, fit)
        print(f"wrote {path}")


def read_photos(encoder: Encoder, photos: Path, table: Path, scratch: Path) -> CaptionedPictures:
    """The captioned photographs."""
    folder = photo_folder(photos, scratch)
    manifest = folder / "captions.csv"
    manifest.write_bytes(table.read_bytes())
    return _embedded(encoder, "photographs", manifest)


def read_drawings(encoder: Encoder, count: int, folder: Path) -> CaptionedPictures:
    """Drawn and captioned pictures."""
    return _embedded(encoder, "drawings", generate_gallery(folder, count))


def _embedded(encoder: Encoder, name: str, manifest: Path) -> CaptionedPictures:
    by_file: dict[str, list[str]] = {}
    for row in read_manifest(str(manifest)):
        by_file.setdefault(row.file, []).extend(row.captions)
    encoded = encode_pictures(encoder, [manifest.parent / file for file in by_file])
    texts = list(by_file.values())
    captions = [texts[row] for row in encoded.kept]
    print(f"{name}: {len(captions):,} pictures", flush=True)
    return captioned(encoder, name, encoded.embeddings, captions)


def split_and_ask(
    encoder: Encoder,
    collections: Sequence[CaptionedPictures],
    others: Path | None,
    names: Embeddings,
    seed: int,
) -> tuple[Trials, Trials]:
    """The questions to fit to, and those to report on."""
    rng = np.random.default_rng(seed)
    lines = [] if others is None else others.read_text(encoding="utf-8").splitlines()
    drawn = [lines[row] for row in rng.permutation(len(lines))[:_MOST_OTHERS]]
    parts: tuple[list[Trials], list[Trials]] = ([], [])
    for one in collections:
        foreign = next(other for other in collections if other is not one)
        texts = [*drawn, *_some(foreign.texts.texts, rng)]
        unknown = strangers(encoder, texts, foreign.images, seed=seed)
        for part, (pictures, half) in zip(parts, halves(one, unknown, seed), strict=True):
            part.append(put_to_test(pictures, half, names, seed=seed))
    return joined(parts[0]), joined(parts[1])


def _some(texts: Sequence[str], rng: np.random.Generator) -> list[str]:
    return [texts[row] for row in rng.permutation(len(texts))[:_MOST_OTHERS]]


def show(fit: RelevanceFit, to_fit: Trials, to_report: Trials) -> None:
    """Print what was fitted and what it is worth."""
    for modality in fit.modalities:
        part = to_report.where(to_report.modality == modality)
        learnt = to_fit.where(to_fit.modality == modality)
        said = of_fit(fit, modality, part)
        print(f"\n## {modality}\n")
        print(
            "| estimator | collection | ECE hits / first hit / match | AUROC |\n|---|---|---|---|"
        )
        for name, features in SIMPLER.items():
            _rows(figures(name, of_simpler(features, learnt, part), part))
        _rows(figures(FULL, said, part))
        below = fit.modalities[modality].no_good_match_below
        print(
            f"\n`no_good_match` below {below:.3f}; said of questions that have an answer: "
            f"{wrongly_refused(said, below, part):.3f}\n"
        )
        for group in np.unique(part.group):
            mine = part.group == group
            small = part.where(mine)
            chances = of_fit(fit, modality, small)
            print(
                f"| {group}: asked | against | questions | AUROC | of raw cosine | no match said |"
            )
            print("|---|---|---|---|---|---|")
            for one in by_kind(chances, below, small):
                print(
                    f"| {one.kind} | {one.against} | {one.questions} | {one.auroc:.3f} | "
                    f"{one.auroc_of_cosine:.3f} | {one.no_match_said:.2f} |"
                )
            if modality is Modality.TEXT:
                print(f"\ncaptions alone: {captions_alone(chances.match, small):.3f}")
                print(f"the same by raw cosine: {captions_alone(small.cosines[:, 0], small):.3f}")
                same = unchanged_first_hits(small, CAPTION, REMOVED)
                print(f"\nfirst hit unchanged when all matches are removed: {same:.3f}")
            print()


def captions_alone(scores: Floats, tested: Trials) -> float:
    """AUROC of the captions that a picture answers against the three sorts that none does."""
    shares = np.zeros(len(tested.kind))
    shares[tested.kind == CAPTION] = 1
    for kinds in _SORTS:
        for kind in kinds:
            mine = tested.kind == kind
            shares[mine] = 1 / len(kinds) / max(mine.sum(), 1)
    return weighted_auroc(scores, tested.kind == CAPTION, shares)


def _rows(found: Sequence[Figures]) -> None:
    for one in found:
        print(
            f"| {one.estimator} | {one.group} | {one.ece_hits:.3f} / {one.ece_first:.3f} / "
            f"{one.ece_match:.3f} | {one.auroc:.3f} / {one.auroc_foreign:.3f} |"
        )


def draw(fit: RelevanceFit, tested: Trials, folder: Path) -> None:
    """Reliability of hits' relevance, one diagram a kind of question."""
    folder.mkdir(parents=True, exist_ok=True)
    for modality in fit.modalities:
        part = tested.where((tested.modality == modality) & (tested.answerable >= 0))
        said, shares = of_fit(fit, modality, part), part.shares()
        bins = reliability(said.hits.ravel(), part.relevant.ravel(), np.repeat(shares, HITS))
        path = folder / f"relevance-{modality}.png"
        path.write_bytes(reliability_diagram(bins))
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
