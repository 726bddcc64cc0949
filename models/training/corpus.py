"""Pictures with captions or labels, and the texts that go with them. Never trains anything.

Two layouts are read: shards (`train.csv` with `file, source, label, captions` beside tar files in
the CSV's order) and manifests (`manifest.jsonl` with `file` and `captions` beside the pictures).
"""

import csv
import json
import random
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LABEL_TEMPLATES = (
    "{}",
    "a photo of a {}.",
    "a picture of a {}.",
    "this is a {}.",
    "a close-up photo of a {}.",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One training picture: its bytes, where it is from, and its texts (captions or a label)."""

    data: bytes
    source: str
    label: str | None
    captions: tuple[str, ...]

    def texts(self) -> tuple[str, ...]:
        """Every text that is true of the picture; a label gives its templates."""
        if self.captions:
            return self.captions
        return label_texts(self.label) if self.label else ()


def label_texts(label: str) -> tuple[str, ...]:
    """The template texts of a class name, lower case, underscores as spaces."""
    name = label.replace("_", " ").lower()
    return tuple(template.format(name) for template in LABEL_TEMPLATES)


def read_shards(directory: Path) -> list[Sample]:
    """Every sample of `train.csv`, bytes in memory, in the CSV's order."""
    with (directory / "train.csv").open(encoding="utf-8", newline="") as table:
        rows = {row["file"]: row for row in csv.DictReader(table)}
    samples = []
    for name, data in _tar_members(sorted(directory.glob("*.tar"))):
        row = rows[name]
        captions = tuple(_clean(text) for text in json.loads(row["captions"] or "[]"))
        samples.append(Sample(data, row["source"], row["label"] or None, captions))
    return samples


def read_manifest(manifest: Path, source: str) -> list[Sample]:
    """Every sample of a JSONL manifest, bytes in memory, in its order."""
    samples = []
    for line in manifest.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        data = (manifest.parent / row["file"]).read_bytes()
        samples.append(Sample(data, source, None, tuple(row["captions"])))
    return samples


def _tar_members(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        with tarfile.open(path) as tar:
            for member in tar:
                file = tar.extractfile(member)
                if file is not None:
                    yield member.name, file.read()


def _clean(caption: str) -> str:
    """Undo tokenised punctuation ("pool ." → "pool.")."""
    return " ".join(caption.split()).replace(" .", ".").replace(" ,", ",").strip()


def phrases(captions: Sequence[str], count: int, seed: int) -> list[str]:
    """Short spans of captions, as people type them into a search box. Deterministic by seed."""
    rng = random.Random(seed)
    spans: set[str] = set()
    while captions and len(spans) < count:
        words = rng.choice(captions).rstrip(".").split()
        length = rng.randint(1, 6)
        if len(words) < length:
            continue
        start = rng.randint(0, len(words) - length)
        spans.add(" ".join(words[start : start + length]).lower())
    return sorted(spans)
