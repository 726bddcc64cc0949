"""Write the sample gallery: pictures, then the manifest that makes them count.

The manifest is written last and whole, so a run that was killed leaves none and is redone.
Never indexes anything.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from indexer.gallery.captions import captions
from indexer.gallery.combinations import Split
from indexer.gallery.kinds import folder_name
from indexer.gallery.render import draw_scene
from indexer.gallery.scenes import Scene, sample_scenes

GALLERY_VERSION = 3  # raised whenever the same scene would be drawn differently
LICENCE = "CC0-1.0"
MANIFEST_NAME = "manifest.jsonl"
_JPEG_QUALITY = 88
_MOST_WORKERS = 8

Row = dict[str, object]


def generate_gallery(
    directory: Path,
    count: int = 640,
    seed: int = 1,
    on_progress: Callable[[int], None] | None = None,
    split: Split = "gallery",
) -> Path:
    """Draw count pictures with captions under directory; returns the manifest's path.

    The training split holds other combinations of thing, colour and place than the gallery.
    A complete gallery of the same count, seed, split and version is left as it is. on_progress is
    told how many pictures are done.
    """
    scenes = sample_scenes(count, seed, split)
    rows = [_row(scene, number, seed, split) for number, scene in enumerate(scenes, start=1)]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    manifest = directory / MANIFEST_NAME
    if _is_complete(directory, manifest, text, rows):
        return manifest
    directory.mkdir(parents=True, exist_ok=True)
    stale = _files_of(manifest) - {str(row["file"]) for row in rows}
    manifest.unlink(missing_ok=True)
    tasks = [(scene, directory / str(row["file"])) for scene, row in zip(scenes, rows, strict=True)]
    for folder in {path.parent for _, path in tasks}:
        folder.mkdir(exist_ok=True)
    for done, _ in enumerate(_draw_all(tasks), start=1):
        if on_progress:
            on_progress(done)
    _write_whole(manifest, text.encode())
    for name in stale:
        (directory / name).unlink(missing_ok=True)
    return manifest


def _row(scene: Scene, number: int, seed: int, split: Split) -> Row:
    folder = folder_name(scene.thing)
    words = (scene.colour, scene.thing, scene.place, scene.time_of_day or "")
    name = "-".join(word.replace(" ", "-") for word in words if word)
    row: Row = {
        "file": f"{folder}/{name}-{number:04d}.jpg",
        "captions": captions(scene),
        "thing": scene.thing,
        "colour": scene.colour,
        "count": scene.count,
        "place": scene.place,
        "weather": scene.weather,
        "time_of_day": scene.time_of_day,
        "style": scene.style,
        "licence": LICENCE,
        "origin": f"Sightline sample {split} {GALLERY_VERSION}, seed {seed}",
    }
    if scene.companion:
        row["relation"] = scene.companion.relation
        row["other_thing"] = scene.companion.thing
        row["other_colour"] = scene.companion.colour
    return row


def _is_complete(directory: Path, manifest: Path, text: str, rows: list[Row]) -> bool:
    try:
        if manifest.read_bytes() != text.encode():
            return False
        return all((directory / str(row["file"])).stat().st_size > 0 for row in rows)
    except OSError:
        return False


def _files_of(manifest: Path) -> set[str]:
    """Pictures a former manifest of ours lists; names that leave the directory are not ours."""
    try:
        lines = manifest.read_text(encoding="utf-8").splitlines()
        names = {str(json.loads(line)["file"]) for line in lines if line}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in names if ".." not in name and not Path(name).is_absolute()}


def _draw_all(tasks: list[tuple[Scene, Path]]) -> Iterator[None]:
    """Draw every task, yielding once per picture."""
    # Threads: what takes the time, librsvg, numpy and Pillow, lets others compute meanwhile.
    pool = ThreadPoolExecutor(min(_MOST_WORKERS, os.cpu_count() or 1))
    try:
        for _ in pool.map(_draw_task, tasks):
            yield
    finally:
        pool.shutdown(cancel_futures=True)


def _draw_task(task: tuple[Scene, Path]) -> None:
    scene, path = task
    buffer = io.BytesIO()
    Image.fromarray(draw_scene(scene)).save(buffer, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    _write_whole(path, buffer.getvalue())


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file so that its name never holds half of it."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(data)
    partial.replace(path)
