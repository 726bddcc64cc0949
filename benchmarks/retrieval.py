"""How well does a model find captioned photographs? Indexed and searched as a user would.

    python -m benchmarks.retrieval PHOTOS CAPTIONS.csv [--model DIR_OR_NAME]

PHOTOS is a folder or a tar of pictures; the CSV has a file column and a caption column, with one
or several rows a picture. Indexes them, then runs `sightline eval` on the collection: recall both
ways with 95 % intervals, and the index against exact search.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.photos import photo_folder


def main() -> None:
    """Index, then measure what was indexed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("captions", type=Path)
    parser.add_argument("--model", default="builtin")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = photo_folder(options.photos, Path(scratch) / "photos")
        manifest = folder / "captions.csv"
        manifest.write_bytes(options.captions.read_bytes())
        where = [
            "--data-dir",
            f"{scratch}/data",
            "--collection",
            "photos",
            "--model",
            options.model,
        ]
        for command in (["index", str(manifest)], ["eval", "retrieval"], ["eval", "index"]):
            sightline = [sys.executable, "-m", "app.cli.main", *command, *where]
            subprocess.run(sightline, check=True)


if __name__ == "__main__":
    main()
