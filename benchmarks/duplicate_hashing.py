"""What do the hashes of duplicates add to indexing?

    python -m benchmarks.duplicate_hashing PHOTOS [--limit 300] [--model builtin]

PHOTOS is a folder or a tar of pictures. CPU time of hashing against that of everything else a
picture costs: reading, decoding, thumbnail, preparing and encoding, picture by picture.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np

from benchmarks.photos import photo_folder
from indexer.config import IndexConfig
from indexer.duplicates.hashes import picture_hashes
from models.config import ModelConfig
from models.images import decode_image
from models.loading import load_encoder
from models.thumbnails import make_thumbnail

_BATCH = 32


def main() -> None:
    """Print both times and the share."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--model", default="builtin")
    options = parser.parse_args()
    encoder = load_encoder(ModelConfig(options.model))
    with tempfile.TemporaryDirectory() as scratch:
        folder = photo_folder(options.photos, Path(scratch) / "photos", options.limit)
        config = IndexConfig(Path(scratch) / "data")
        side = config.decode_side(encoder.info.image_size)
        hashing_s = other_s = 0.0
        paths = sorted(folder.iterdir())
        for start in range(0, len(paths), _BATCH):
            prepared = []
            for path in paths[start : start + _BATCH]:
                began_s = time.process_time()
                image = decode_image(path.read_bytes(), min_side=side)
                make_thumbnail(image, config.thumbnail_side)
                prepared.append(encoder.prepare_image(image))
                decoded_s = time.process_time()
                picture_hashes(image)
                hashing_s += time.process_time() - decoded_s
                other_s += decoded_s - began_s
            began_s = time.process_time()
            encoder.encode_prepared(np.stack(prepared))
            other_s += time.process_time() - began_s
    count = len(paths)
    print(f"{count} pictures, {options.model}")
    print(f"all else {other_s / count * 1000:.2f} ms a picture, {hashing_s / count * 1000:.2f} ms")
    print(f"hashing adds {hashing_s / other_s:.1%} to the CPU time of indexing")


if __name__ == "__main__":
    main()
