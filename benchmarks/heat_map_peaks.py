"""Does a heat map point at the thing? Peaks of maps against where the drawings have their things.

    python -m benchmarks.heat_map_peaks [--model DIR_OR_NAME] [--pictures 200]

Draws gallery pictures with one thing in front of a setting, or two different ones side by side,
asks for the thing by name, and counts peaks that fall into its box (the pointing game: Zhang et
al., "Top-down Neural Attention by Excitation Backprop", ECCV 2016). Chance is the share of the
picture that the box takes; the middle is what always pointing there would hit.
"""

from __future__ import annotations

import argparse
from collections import defaultdict

import numpy as np

from indexer.gallery.render import draw_scene, scene_boxes
from indexer.gallery.scenes import sample_scenes
from models.classifier import background
from models.config import ModelConfig
from models.encoder import Encoder
from models.heat_maps import CellEncoder, heat_map
from models.images import DecodedImage
from models.loading import load_encoder
from models.prompts import class_embeddings


def main() -> None:
    """Draw, map, count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="builtin")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    encoder = load_encoder(ModelConfig(options.model))
    if not isinstance(encoder, CellEncoder):
        parser.error("this encoder has no cells")
    names = class_embeddings(encoder, background().names, [background().template])
    hits: dict[tuple[str, str], list[float]] = defaultdict(list)
    for scene in sample_scenes(options.pictures, options.seed):
        boxes = scene_boxes(scene)
        kinds = {kind for kind, _ in boxes}
        group = "two different things" if len(kinds) > 1 else "one kind of thing"
        pixels = draw_scene(scene)
        image = DecodedImage(pixels, pixels.shape[1], pixels.shape[0], "PNG")
        cells = encoder.encode_cells(image)
        for kind in sorted(kinds):
            mine = [box for name, box in boxes if name == kind]
            query = _embedded(encoder, kind)
            peaks = {
                "map": heat_map(cells, query, names).peak,
                "without the names": heat_map(cells, query).peak,
                "the middle": (0.5, 0.5),
            }
            for name, peak in peaks.items():
                hits[group, name].append(float(any(_inside(peak, box) for box in mine)))
            area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in mine)
            hits[group, "chance"].append(min(area, 1.0))
    for (group, name), values in sorted(hits.items()):
        error = float(np.std(values)) / len(values) ** 0.5
        print(f"{group:22} {name:18} {np.mean(values):.3f} ± {1.96 * error:.3f} of {len(values)}")


def _embedded(encoder: Encoder, kind: str) -> np.ndarray:
    return encoder.encode_text([kind])


def _inside(peak: tuple[float, float], box: tuple[float, float, float, float]) -> bool:
    return box[0] <= peak[0] <= box[2] and box[1] <= peak[1] <= box[3]


if __name__ == "__main__":
    main()
