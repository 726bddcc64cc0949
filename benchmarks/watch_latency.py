"""How long from a file being written to its being in a published generation, under `--watch`?

    python -m benchmarks.watch_latency [--pictures 200 2000] [--rounds 10] [--burst 50]

For each size a folder of drawn pictures is indexed with the built-in model, and a real
`sightline index --watch` is started. Then single pictures are put into the folder one by one, and
last a burst of them at once; each time the clock runs until the generation that holds them is
current. A running service opens that generation at its next look (SIGHTLINE_POLL_INTERVAL_S).
"""

import argparse
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from indexer.catalog.reader import CatalogReader
from indexer.config import IndexConfig

_PATIENCE_S = 900.0


def main() -> None:
    """Print one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--burst", type=int, default=50)
    options = parser.parse_args()
    for count in options.pictures:
        with tempfile.TemporaryDirectory() as scratch:
            measure(Path(scratch), count, options.rounds, options.burst)


def measure(scratch: Path, count: int, rounds: int, burst: int) -> None:
    """Measure one size."""
    pictures = scratch / "pictures"
    pictures.mkdir()
    for number in range(count):
        draw(pictures / f"{number:06}.jpg", number)
    config = IndexConfig(scratch / "data")
    command = [sys.executable, "-c", "from app.cli.main import main; main()"]
    arguments = ["index", str(pictures), "--watch", "--data-dir", str(config.data_dir)]
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as watch:
        assert watch.stderr is not None
        while not watch.stderr.readline().startswith("watching"):
            assert watch.poll() is None
        try:
            time.sleep(5)  # the look at what happened before the watchers stood
            single = [seconds_until(config, pictures, count + n, 1) for n in range(rounds)]
            together = seconds_until(config, pictures, count + rounds, burst)
        finally:
            watch.send_signal(signal.SIGINT)
            watch.wait(60)
    print(
        f"{count:,} pictures: median {statistics.median(single):.2f} s, "
        f"longest {max(single):.2f} s of {rounds}; {burst} at once {together:.2f} s"
    )


def seconds_until(config: IndexConfig, pictures: Path, before: int, more: int) -> float:
    """Put so many more pictures into the folder and wait until they are published."""
    names = [pictures / f"{before + n:06}.jpg" for n in range(more)]
    prepared = [draw(pictures.parent / "next.jpg", before + n).read_bytes() for n in range(more)]
    reader = CatalogReader(config.catalog_path())
    try:
        began_s = time.monotonic()
        for path, data in zip(names, prepared, strict=True):
            path.write_bytes(data)
        while reader.generations()[-1].item_count < before + more:
            if time.monotonic() - began_s > _PATIENCE_S:
                raise TimeoutError(f"{more} pictures were not indexed in {_PATIENCE_S:g} s")
            time.sleep(0.01)
        return time.monotonic() - began_s
    finally:
        reader.close()


def draw(path: Path, number: int) -> Path:
    """A picture like no other: cells of random colours."""
    cells = np.random.default_rng(number).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(cells).resize((640, 480), Image.Resampling.NEAREST).save(path, "JPEG")
    return path


if __name__ == "__main__":
    main()
