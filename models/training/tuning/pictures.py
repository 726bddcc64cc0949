"""Captioned pictures: every file is read once, bad ones are left out with a reason, some held out.

Files with the same bytes are one picture with the captions of all of them. Never changes a file.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.config import DecodeLimits
from models.errors import ImageDecodeError, TrainingError
from models.images import DecodedImage, decode_image
from models.training.tuning.progress import Progress

_READERS = 2
_AT_ONCE = 64  # files in flight, so that memory stays small
# A mirrored picture makes these untrue.
_SIDED = re.compile(r"\b(left|right|leftmost|rightmost|clockwise|mirror(ed)?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that the caller names, with its captions; pictures of one `group` stay together.

    `problem` says why it cannot be used, if the caller knows already.
    """

    file: Path
    captions: tuple[str, ...] = ()
    group: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be decoded."""

    file: Path
    captions: tuple[str, ...]
    group: str

    @property
    def mirrorable(self) -> bool:
        """Whether its captions stay true when it is mirrored."""
        return not any(_SIDED.search(caption) for caption in self.captions)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The usable pictures, and how many files were left out for which reason."""

    pictures: tuple[Picture, ...]
    left_out: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)  # reason → one of the files


def gather(
    entries: Sequence[Entry], *, captioned: bool, min_side: int, progress: Progress
) -> Gathered:
    """Read and decode every file once. Raises TrainingError if nothing is left."""
    found: dict[str, Picture] = {}
    left_out: Counter[str] = Counter()
    examples: dict[str, str] = {}
    files = _by_file(entries)
    progress.start("reading pictures", len(files))
    for entry, digest, problem in _looked_at(files, min_side):
        progress.advance(1)
        if problem is None and captioned and not entry.captions:
            problem = "it has no caption"
        if problem is not None:
            left_out[problem] += 1
            examples.setdefault(problem, str(entry.file))
            continue
        known = found.get(digest)
        captions = (known.captions if known else ()) + entry.captions
        group = known.group if known else (entry.group or digest)
        file = known.file if known else entry.file
        found[digest] = Picture(file, tuple(dict.fromkeys(captions)), group)
    if not found:
        reasons = "; ".join(f"{count} × {reason}" for reason, count in left_out.items())
        raise TrainingError(f"there is no picture to learn from ({reasons or 'none was named'})")
    return Gathered(tuple(found.values()), dict(left_out), examples)


def _by_file(entries: Sequence[Entry]) -> list[Entry]:
    """One entry a file: a manifest may have a row for each caption."""
    found: dict[tuple[Path, str | None], Entry] = {}
    for entry in entries:
        key = (entry.file, entry.problem)
        known = found.get(key)
        captions = (known.captions if known else ()) + entry.captions
        found[key] = replace(known or entry, captions=captions)
    return list(found.values())


def _looked_at(entries: Sequence[Entry], min_side: int) -> Iterator[tuple[Entry, str, str | None]]:
    with ThreadPoolExecutor(_READERS) as pool:
        for start in range(0, len(entries), _AT_ONCE):
            chunk = entries[start : start + _AT_ONCE]
            for entry, (digest, problem) in zip(
                chunk, pool.map(_look, [(e, min_side) for e in chunk]), strict=True
            ):
                yield entry, digest, problem


def _look(task: tuple[Entry, int]) -> tuple[str, str | None]:
    """The hash of a file's bytes, and why it cannot be used."""
    entry, min_side = task
    if entry.problem is not None:
        return "", entry.problem
    try:
        data = entry.file.read_bytes()
        decode_image(data, DecodeLimits(), min_side=min_side)
    except OSError as error:
        return "", f"it cannot be read: {error.strerror}"
    except ImageDecodeError as error:
        return "", error.reason
    return hashlib.sha256(data).hexdigest(), None


def read_picture(picture: Picture, min_side: int) -> DecodedImage:
    """Decode a gathered picture again. Raises TrainingError if it has changed since."""
    try:
        return decode_image(picture.file.read_bytes(), DecodeLimits(), min_side=min_side)
    except (OSError, ImageDecodeError) as error:
        raise TrainingError(f"{picture.file} could be read before, but not now: {error}") from error


def hold_out(
    pictures: Sequence[Picture], share: float, seed: int
) -> tuple[tuple[Picture, ...], tuple[Picture, ...]]:
    """Split off about `share` of the groups. Returns (for training, held out).

    A group is held out by the hash of its name and the seed: adding pictures moves few others.
    Raises TrainingError when either side would be empty.
    """
    groups = sorted({picture.group for picture in pictures}, key=lambda name: _draw(name, seed))
    chosen = set(groups[: max(1, round(share * len(groups)))])
    held = tuple(picture for picture in pictures if picture.group in chosen)
    kept = tuple(picture for picture in pictures if picture.group not in chosen)
    if len(kept) < 2:
        raise TrainingError(
            f"{len(pictures)} pictures are too few to train on some and measure on others"
        )
    return kept, held


def without(pictures: Iterable[Picture], others: Iterable[Picture]) -> tuple[Picture, ...]:
    """The pictures that share no group with the others."""
    groups = {picture.group for picture in others}
    return tuple(picture for picture in pictures if picture.group not in groups)


def _draw(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()
