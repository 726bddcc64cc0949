"""How many bad copies are found as near duplicates, and how many different pictures by mistake?

    python -m benchmarks.duplicate_quality PHOTOS [--limit 1000] [--model builtin] [--no-copies]

PHOTOS is a folder or a tar of pictures of which no two are the same (`sightline gallery` draws some
that are as alike as can be). Each is copied badly in the ways below; a copy is found if perceptual
hash, embedding and colours all agree with the original's. Different pictures are all pairs of
originals. The second table, without colours, is what the limits were chosen by.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from benchmarks.photos import photo_folder
from indexer.duplicates.colours import MAX_DIFFERENCE, Chroma, chroma_of, colour_difference
from indexer.duplicates.grouping import NearLimits
from indexer.duplicates.hashes import picture_hashes
from models.config import ModelConfig
from models.encoder import Encoder
from models.images import decode_image
from models.loading import load_encoder
from models.thumbnails import make_thumbnail

Picture = Image.Image
_DRAWN_PAIRS = 20_000


def _jpeg(picture: Picture, quality: int) -> Picture:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")


def _cropped(picture: Picture, share: float) -> Picture:
    x, y = round(picture.width * share / 2), round(picture.height * share / 2)
    return picture.crop((x, y, picture.width - x, picture.height - y))


def _scaled(picture: Picture, scale: float) -> Picture:
    return picture.resize((round(picture.width * scale), round(picture.height * scale)))


CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "JPEG quality 50": lambda p: _jpeg(p, 50),
    "JPEG quality 20": lambda p: _jpeg(p, 20),
    "half the size": lambda p: _scaled(p, 0.5),
    "a third of the size": lambda p: _scaled(p, 1 / 3),
    "cropped by 2 %": lambda p: _cropped(p, 0.02),
    "cropped by 5 %": lambda p: _cropped(p, 0.05),
    "cropped by 10 %": lambda p: _cropped(p, 0.10),
    "brighter by 20 %": lambda p: ImageEnhance.Brightness(p).enhance(1.2),
    "darker by 20 %": lambda p: ImageEnhance.Brightness(p).enhance(0.8),
    "contrast up by 30 %": lambda p: ImageEnhance.Contrast(p).enhance(1.3),
    "half the size, JPEG 60, brighter by 10 %": lambda p: _jpeg(
        ImageEnhance.Brightness(_scaled(p, 0.5)).enhance(1.1), 60
    ),
}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--no-copies", action="store_true", help="different pictures only")
    options = parser.parse_args()
    encoder = load_encoder(ModelConfig(options.model))
    with tempfile.TemporaryDirectory() as scratch:
        folder = photo_folder(options.photos, Path(scratch) / "photos", options.limit)
        pictures = [Image.open(path).convert("RGB") for path in sorted(folder.iterdir())]
    hashes, embeddings, chroma = _known_by(encoder, pictures)
    closest = _pairs_of_originals(hashes, embeddings)
    usual = NearLimits()
    print(f"{len(pictures)} pictures, {len(closest[0])} pairs of different ones, {options.model}")
    print(f"limits: {usual.max_distance} of 63 bits, cosine {usual.min_score}\n")
    _print_told_apart(closest, chroma)
    if options.no_copies:
        return
    print(
        f"{'copy':<42} {'hash':>6} {'cosine':>6} {'both':>6} "
        f"{'colours':>8} {'all':>6} {'furthest colours':>17}"
    )
    copies = []
    for name, change in CHANGES.items():
        copied = _known_by(encoder, [change(p) for p in pictures])
        copy_hashes, copy_embeddings, copy_chroma = copied
        distance = np.bitwise_count(hashes ^ copy_hashes)
        score = np.einsum("nd,nd->n", embeddings, copy_embeddings)
        near, alike = distance <= usual.max_distance, score >= usual.min_score
        apart = np.array([colour_difference(*two) for two in zip(chroma, copy_chroma, strict=True)])
        same, both = apart <= MAX_DIFFERENCE, near & alike
        print(
            f"{name:<42} {near.mean():>6.3f} {alike.mean():>6.3f} {both.mean():>6.3f} "
            f"{same.mean():>8.3f} {(both & same).mean():>6.3f} {apart.max():>17.1f}"
        )
        copies.append((distance, score))
    _print_grid(closest, copies)


def _known_by(
    encoder: Encoder, pictures: list[Picture]
) -> tuple[NDArray[np.uint64], NDArray[np.float32], list[Chroma]]:
    """Perceptual hashes (n,), embeddings (n, dim) and the thumbnails' colours; of files, so that
    all is as when indexed.
    """
    hashes, embeddings, chroma = [], [], []
    for start in range(0, len(pictures), 64):
        images = []
        for picture in pictures[start : start + 64]:
            buffer = io.BytesIO()
            picture.save(buffer, "PNG", compress_level=1)
            images.append(decode_image(buffer.getvalue()))
        # A picture without structure is near nothing: as far away as can be.
        hashes += [picture_hashes(image).perceptual_hash or 2**64 - 1 for image in images]
        embeddings.append(encoder.encode_image(images))
        thumbnails = [decode_image(make_thumbnail(image)) for image in images]
        chroma += [chroma_of(thumbnail.pixels) for thumbnail in thumbnails]
    return np.array(hashes, dtype=np.uint64), np.concatenate(embeddings), chroma


def _pairs_of_originals(
    hashes: NDArray[np.uint64], embeddings: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Distance and score of every two different pictures."""
    one, other = np.triu_indices(len(hashes), 1)
    scores = (embeddings @ embeddings.T)[one, other]
    return np.bitwise_count(hashes[one] ^ hashes[other]), scores


def _print_told_apart(
    closest: tuple[NDArray[np.uint8], NDArray[np.float32]], chroma: list[Chroma]
) -> None:
    """What colours say of different pictures: of any two, and of those that look like one."""
    pairs = np.stack(np.triu_indices(len(chroma), 1), axis=1)  # as in `_pairs_of_originals`
    usual = NearLimits()
    alike = (closest[0] <= usual.max_distance) & (closest[1] >= usual.min_score)
    drawn = np.random.default_rng(0).permutation(len(pairs))[:_DRAWN_PAIRS]
    taken_for_one = np.flatnonzero(alike)
    for chosen, whose in ((drawn, ""), (taken_for_one, " that hash and cosine take for one")):
        apart = [colour_difference(chroma[a], chroma[b]) for a, b in pairs[chosen].tolist()]
        count = np.count_nonzero(np.array(apart) > MAX_DIFFERENCE)
        print(f"of {len(chosen):,} pairs of different pictures{whose}, {count:,} differ in colours")


def _print_grid(
    closest: tuple[NDArray[np.uint8], NDArray[np.float32]],
    copies: list[tuple[NDArray[np.uint8], NDArray[np.float32]]],
) -> None:
    print(f"\n{'bits':>4} {'cosine':>6} {'recall of copies':>17} {'pairs found by mistake':>23}")
    distances = np.concatenate([distance for distance, _ in copies])
    scores = np.concatenate([score for _, score in copies])
    for bits in (6, 8, 10, 12, 16):
        for cosine in (-1.0, 0.8, 0.85, 0.9, 0.95):
            found = (distances <= bits) & (scores >= cosine)
            wrong = np.count_nonzero((closest[0] <= bits) & (closest[1] >= cosine))
            shown = "any" if cosine < 0 else f"{cosine:.2f}"
            print(f"{bits:>4} {shown:>6} {found.mean():>17.3f} {wrong:>23,}")
    wrong = np.count_nonzero(closest[1] >= NearLimits().min_score)
    print(f" any {NearLimits().min_score:>6.2f} {'':>17} {wrong:>23,}")


if __name__ == "__main__":
    main()
