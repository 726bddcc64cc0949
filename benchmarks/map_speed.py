"""How smooth is the map: frames while a collection of thousands is panned and zoomed.

    python -m benchmarks.map_speed [--pictures 5000] [--seconds 3] [--directory DIR]

Paints so many small pictures, indexes them with the tests' weight-free encoder (which sorts them
by colour: what a map costs to draw does not depend on what its pictures show), runs the real
service as a process of its own, and moves over its map in Chromium, by a step in each frame:
closer, across, closer still, across, and back out. The same frames are then counted on an empty
page: on a slow machine the ratio of the two says what the map costs. The processor time of the
page's main thread in each frame comes from the browser's trace, as in `benchmarks.page_speed`. A
second journey takes the same way again, with its tiles in memory. `--directory` keeps the
collection for next time.
"""

from __future__ import annotations

import argparse
import colorsys
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, Page, ViewportSize, sync_playwright

from benchmarks.page_speed import ARGUMENTS, SEED, Moved, moved, served

SIZE = (160, 120)
SERVE = """
import sys
from pathlib import Path
from app.server import serve
from app.settings import Settings
from models.fake_encoder import FakeEncoder
settings = Settings(data_dir=Path(sys.argv[1]), port=0, worker="off")
serve(settings, say=lambda line: print(line, flush=True), warn=print,
      encoder_loader=lambda _: FakeEncoder())
"""
# Drags, or turns the wheel, a step in each frame, for so long.
MOVE = """
([ways, seconds]) => new Promise((resolve) => {
  const canvas = document.querySelector(".map-canvas");
  const lengths = [];
  const at = { bubbles: true, cancelable: true, pointerId: 1, pointerType: "mouse", button: 0 };
  let [middle, turn, begun, last] = [null, 0, 0, 0];
  const tell = (kind, x, y) => canvas?.dispatchEvent(
    new PointerEvent(kind, { ...at, clientX: middle.x + x, clientY: middle.y + y }));
  if (canvas) canvas.setPointerCapture = () => {};  // there is no real pointer to capture
  const box = (canvas ?? document.body).getBoundingClientRect();
  middle = { x: box.left + box.width * 0.45, y: box.top + box.height * 0.4 };
  let place = { x: 0, y: 0 };
  const frame = (now) => {
    if (last) lengths.push(now - last);
    last = now;
    if (!begun) begun = now;
    if (now - begun > seconds * 1000) {
      tell("pointerup", place.x, place.y);
      [turn, begun, place] = [turn + 1, now, { x: 0, y: 0 }];
      if (turn < ways.length) tell("pointerdown", 0, 0);
    }
    if (turn >= ways.length) return resolve(lengths.slice(2));
    const { across, down, wheel } = ways[turn];
    if (wheel) canvas?.dispatchEvent(new WheelEvent("wheel", {
      deltaY: wheel, clientX: middle.x, clientY: middle.y, bubbles: true, cancelable: true }));
    else {
      place = { x: place.x + across, y: place.y + down };
      tell("pointermove", place.x, place.y);
    }
    return requestAnimationFrame(frame);
  };
  tell("pointerdown", 0, 0);
  requestAnimationFrame(frame);
})
"""
WAYS = [
    {"wheel": -12},
    {"across": -14, "down": -9},
    {"wheel": -12},
    {"across": 14, "down": 9},
    {"wheel": 24},
]


def paint(folder: Path, count: int) -> None:
    """Small pictures of two colours each."""
    folder.mkdir(parents=True)
    chance = random.Random(SEED)
    for number in range(count):
        hue = chance.random()
        colours = [
            tuple(int(255 * one) for one in colorsys.hsv_to_rgb((hue + turn) % 1, 0.7, 0.9))
            for turn in (0, chance.choice((0.08, 0.4)))
        ]
        picture = Image.new("RGB", SIZE, colours[0])
        corner = (chance.randrange(100), chance.randrange(70))
        ImageDraw.Draw(picture).ellipse((*corner, corner[0] + 60, corner[1] + 50), colours[1])
        picture.save(folder / f"{number:05d}.jpg", quality=80)


def index(folder: Path) -> None:
    """A collection of them, with its map."""
    from indexer.builder import index_collection
    from indexer.config import IndexConfig
    from indexer.progress import SilentProgress
    from models.fake_encoder import FakeEncoder

    encoder = FakeEncoder()
    index_collection(
        IndexConfig(data_dir=folder / "data"),
        [folder / "pictures"],
        model_key=encoder.info.fingerprint,
        load_encoder=lambda: encoder,
        progress=SilentProgress(),
    )


@contextmanager
def service(folder: Path, pictures: int) -> Iterator[str]:
    """The address of a service over so many pictures."""
    if not (folder / "data").exists():
        paint(folder / "pictures", pictures)
        index(folder)
    serve = [sys.executable, "-c", SERVE, str(folder / "data")]
    with served(serve) as url:
        yield url


def said(name: str, journey: Moved, alone: Moved) -> None:
    """Print a journey, and how it compares."""
    late = sum(1 for length in journey.lengths if length > 1.5 * median(alone.lengths))
    print(f"{name}: {journey.line()}")
    ratio = median(journey.lengths) / median(alone.lengths)
    print(f"  ratio of the medians {ratio:.2f}; {late} frames longer than 1.5 of an empty page's")


def opened(context: BrowserContext, url: str) -> Page:
    """The map, with its first tiles drawn."""
    page = context.new_page()
    page.goto(f"{url}/#/map")
    page.locator(".map-canvas[aria-busy=false]").wait_for(timeout=120_000)
    page.wait_for_timeout(1000)
    return page


def measure(context: BrowserContext, url: str, seconds: float) -> None:
    """The journey twice, and the frames of an empty page."""
    page = opened(context, url)
    print(page.locator(".map-canvas").get_attribute("aria-label"))
    first = moved(page, MOVE, [WAYS, seconds])
    page.wait_for_timeout(1000)
    again = moved(page, MOVE, [WAYS, seconds])
    page.close()
    empty = context.new_page()
    alone = moved(empty, MOVE, [WAYS, seconds])
    empty.close()
    said("first journey", first, alone)
    said("again", again, alone)
    print(f"empty page: {alone.line()}")


def main() -> None:
    """Read the flags, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--directory", type=Path)
    asked = parser.parse_args()
    chromium = os.environ.get("SIGHTLINE_CHROMIUM") or shutil.which("chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        service(asked.directory or Path(folder), asked.pictures) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        context = browser.new_context(viewport=ViewportSize(width=1280, height=800))
        measure(context, url, asked.seconds)
        browser.close()


if __name__ == "__main__":
    main()
