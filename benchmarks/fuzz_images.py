"""Can a broken picture bring the decoder down?

    python -m benchmarks.fuzz_images [--mutants 10000] [--seed 0] [--keep DIR]

Twenty seeds: drawings of our own, encoded in every format that is read and in the kinds that differ
in code (progressive, CMYK, palette, 16 bits, animated, turned by EXIF, …). Each mutant is a seed
with bytes changed, set to what lengths overflow at, cut off, doubled, or swapped with another
seed's. A process of its own decodes them with bounded memory, and the parent sees to the time.
Every mutant has to end as a picture or as one of our errors: anything else is told by its number,
kept as a file if asked for, and fails the command. The same seed makes the same mutants.
"""

from __future__ import annotations

import argparse
import io
import queue
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from indexer.gallery.generate import generate_gallery
from models.config import DecodeLimits
from models.errors import ImageDecodeError
from models.images import decode_image

SEEDS = 20
MEMORY_BYTES = 4 * 2**30  # of the decoding process, its libraries included
SLOWEST_S = 60.0  # for one mutant: a hundred megapixels take seconds on a busy machine
LIMITS = DecodeLimits(max_pixels=100_000_000, max_bytes=32 * 2**20)  # those of uploads
_EXTREMES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)
_DRAWINGS = 5


def drawn_pictures(seed: int) -> list[Image.Image]:
    """A few drawings of our own, small, in RGB."""
    with tempfile.TemporaryDirectory() as folder:
        generate_gallery(Path(folder), _DRAWINGS, seed)
        files = sorted(Path(folder).rglob("*.jpg")) or sorted(Path(folder).rglob("*.png"))
        return [Image.open(file).convert("RGB").resize((96, 64)) for file in files]


def seed_files(drawings: list[Image.Image]) -> list[bytes]:
    """The drawings as twenty files of all formats."""
    first, second, *_ = drawings
    palette, grey = first.quantize(32), second.convert("L")
    alpha = first.convert("RGBA")
    alpha.putalpha(grey)
    deep = Image.fromarray(np.asarray(grey, np.uint16) * 257)
    turned = Image.Exif()
    turned[0x0112] = 6
    several = {"save_all": True, "append_images": drawings[1:3]}
    kinds: list[tuple[Image.Image, str, dict[str, object]]] = [
        (first, "JPEG", {}),
        (second, "JPEG", {"progressive": True, "exif": turned}),
        (first.convert("CMYK"), "JPEG", {"quality": 60}),
        (grey, "JPEG", {"restart_marker_blocks": 4}),
        (first, "MPO", several),
        (second, "PNG", {}),
        (alpha, "PNG", {"exif": turned}),
        (palette, "PNG", {"transparency": 3}),
        (deep, "PNG", {}),
        (first, "PNG", several),
        (second, "WEBP", {"exif": turned}),
        (alpha, "WEBP", {"lossless": True}),
        (palette, "GIF", {}),
        (second, "GIF", several),
        (first, "BMP", {}),
        (palette, "BMP", {}),
        (second, "TIFF", {"compression": "tiff_lzw"}),
        (deep, "TIFF", {}),
        (alpha, "AVIF", {"quality": 50}),
        (second, "HEIF", {"quality": 50}),
    ]
    files = []
    for picture, kind, options in kinds:
        buffer = io.BytesIO()
        picture.save(buffer, kind, **options)
        files.append(buffer.getvalue())
    return files


def mutant_of(files: list[bytes], seed: int, number: int) -> bytes:
    """The mutant of a number; number 0 to 19 of every round have each seed once."""
    random = np.random.default_rng((seed, number))
    data = bytearray(files[number % len(files)])
    for _ in range(int(random.integers(1, 4))):
        _mutate(data, files, random)
    return bytes(data)


def _mutate(data: bytearray, files: list[bytes], random: np.random.Generator) -> None:
    way = random.integers(6)
    # Most of what a decoder can stumble over stands in the first bytes.
    reach = len(data) if random.random() < 0.5 else min(len(data), 200)
    at = int(random.integers(max(reach, 1)))
    length = int(random.integers(1, 64))
    if way == 0:
        for place in random.integers(0, max(reach, 1), int(random.integers(1, 9))):
            data[place : place + 1] = bytes([int(random.integers(256))])
    elif way == 1:
        extreme = bytes([_EXTREMES[int(random.integers(len(_EXTREMES)))]])
        data[at : at + 4] = extreme * int(random.choice([1, 2, 4]))
    elif way == 2:
        del data[at:]
    elif way == 3:
        data[at:at] = data[at : at + length] * int(random.integers(1, 20))
    elif way == 4:
        del data[at : at + length]
    else:
        other = files[int(random.integers(len(files)))]
        data[at : at + length] = other[at : at + length]


def outcome_of(data: bytes) -> str:
    """`picture`, or the name of our error. Whatever else is raised, is raised."""
    try:
        decode_image(data, LIMITS, min_side=32, facts=True)
    except ImageDecodeError as error:
        return type(error).__name__
    return "picture"


def decode_all(seed: int, start: int, end: int) -> None:
    """The child: decode the mutants, and say after each how it ended."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    files = seed_files(drawn_pictures(seed))
    for number in range(start, end):
        print(f"{number} begins", flush=True)
        data = mutant_of(files, seed, number)
        try:
            outcome = outcome_of(data)
        except BaseException as error:  # noqa: BLE001  the very thing that is looked for
            outcome = f"UNTYPED {type(error).__name__}: {error}".replace("\n", " ")
        print(f"{number} {outcome}", flush=True)


def watch_child(seed: int, start: int, end: int, outcomes: Counter[str], bad: list[str]) -> int:
    """Run a child from `start` until it ends, dies or hangs. Returns the next mutant's number."""
    command = [sys.executable, "-m", "benchmarks.fuzz_images", "--seed", str(seed)]
    child = subprocess.Popen(
        [*command, "--child", str(start), str(end)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # libtiff grumbles about each
        text=True,
    )
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert child.stdout is not None
        for line in child.stdout:
            lines.put(line.rstrip("\n"))
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    running = start
    try:
        while line := lines.get(timeout=SLOWEST_S):
            number, _, outcome = line.partition(" ")
            running = int(number)
            if outcome != "begins":
                outcomes[outcome.partition(":")[0]] += 1
                running += 1
                if outcome.startswith("UNTYPED"):
                    bad.append(line)
    except queue.Empty:
        child.kill()
        outcomes["HANG"] += 1
        bad.append(f"{running} HANG: {SLOWEST_S:g} s")
        return running + 1
    finally:
        code = child.wait()
    if code == 0 and running >= end:
        return end
    outcomes["CRASH"] += 1
    bad.append(f"{running} CRASH: the process ended with {code}")
    return running + 1


def main() -> int:
    """Decode all mutants, and tell how they ended. Returns 1 if one did not end well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="write mutants that end badly into this folder")
    parser.add_argument("--child", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        decode_all(options.seed, *options.child)
        return 0
    outcomes: Counter[str] = Counter()
    bad: list[str] = []
    began = time.perf_counter()
    number = 0
    while number < options.mutants:
        number = watch_child(options.seed, number, options.mutants, outcomes, bad)
    seconds = time.perf_counter() - began
    print(f"{options.mutants:,} mutants of {SEEDS} seeds in {seconds:.0f} s")
    for outcome, count in outcomes.most_common():
        print(f"{count:8,}  {outcome}")
    for line in bad:
        print(line)
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            files = seed_files(drawn_pictures(options.seed))
            mutant = mutant_of(files, options.seed, int(line.partition(" ")[0]))
            (options.keep / line.partition(" ")[0]).write_bytes(mutant)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
