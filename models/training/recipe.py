"""The one command that makes the built-in model.

    python -m models.training.recipe --data TRAIN --teachers WEIGHTS --work WORK --out DIRECTORY

Phases: text tower, projection on teacher features, image tower, alignment, hardening, settling. The
first three leave their result in WORK and are skipped when it is there, so a killed run goes on.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from models.training.alignment import AlignmentPlan, PairTask, align_text_tower
from models.training.corpus import Sample, read_manifest, read_shards
from models.training.design import OPEN_CLIP_CONFIG, build_network, load_trunk
from models.training.export import export_model
from models.training.hardening import HardeningPlan, harden_image_tower
from models.training.image_tower import ImagePlan, ImageTask, new_head, train_head, train_tower
from models.training.material import DRAWN, Texts, gather_texts, image_task, token_meanings
from models.training.teachers import load_image_teacher, normalised, squash
from models.training.text_tower import (
    TextPlan,
    encode_tokens,
    start_token_embeddings,
    train_text_tower,
)

_ENCODE_BATCH = 128
# Bad copies of everything first, then of drawings, with the wear that pictures get in chats.
HARDENING = (
    HardeningPlan(),
    HardeningPlan(steps=100, smallest=0.45, qualities=(60, 90), drawings=8.0, seed=18),
)
_LABELLED_SHARE = 4  # every fourth labelled picture takes part in the alignment
# After hardening, a little more alignment on captioned pictures only; it mends confused colours.
SETTLING = AlignmentPlan(steps=90, batch=448, rate=2e-4, keep=1.0, seed=19)
SETTLING_DRAWINGS = 9.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where things are, and how long each phase takes."""

    data: Path
    captioned: tuple[Path, ...]
    sentences: tuple[Path, ...]
    teachers: Path
    work: Path
    out: Path
    image: ImagePlan
    text: TextPlan
    alignment: AlignmentPlan
    hardening: tuple[HardeningPlan, ...]


def run(recipe: Recipe, report: Callable[[str], None]) -> None:
    """Train all phases and write the model directory."""
    recipe.work.mkdir(parents=True, exist_ok=True)
    network = build_network()
    samples = read_samples(recipe)
    teacher = load_image_teacher(recipe.teachers)
    sentences = [line for path in recipe.sentences for line in path.read_text().splitlines()]
    texts = gather_texts(samples, teacher.names, sentences, recipe.work)
    report(f"{len(samples)} pictures, {len(texts.texts)} texts")
    _phase(
        recipe.work / "text.pt", network.text, lambda: _text_phase(network, texts, recipe, report)
    )
    task = image_task(samples, texts, teacher, recipe.work)
    head = new_head().eval()
    _phase(
        recipe.work / "head.pt",
        head,
        lambda: head.load_state_dict(train_head(task, recipe.image, report).state_dict()),
    )

    def image_phase() -> None:
        load_trunk(network, teacher.network.state_dict())
        train_tower(network, head, task, recipe.image, report)

    _phase(recipe.work / "image.pt", network.visual, image_phase)
    pairs = pair_task(network, samples, task, texts, report)
    align_text_tower(network, pairs, recipe.alignment, report)
    for plan in recipe.hardening:
        harden_image_tower(network, with_drawings(task, samples, plan.drawings), plan, report)
    align_text_tower(network, last_pairs(network, samples, task, texts, report), SETTLING, report)
    export_model(network, OPEN_CLIP_CONFIG, recipe.out)
    report(f"written to {recipe.out}")


def with_drawings(task: ImageTask, samples: list[Sample], drawings: float) -> ImageTask:
    """The task with drawings taken so many times as often."""
    more = np.array([drawings if s.source == DRAWN else 1.0 for s in samples])
    return replace(task, weights=task.weights * more)


def read_samples(recipe: Recipe) -> list[Sample]:
    """Photographs, then captioned drawings."""
    samples = read_shards(recipe.data)
    for manifest in recipe.captioned:
        samples.extend(read_manifest(manifest, DRAWN))
    return samples


def _text_phase(network: Any, texts: Texts, recipe: Recipe, report: Callable[[str], None]) -> None:
    start_token_embeddings(network.text, token_meanings(recipe.work))
    train_text_tower(network, texts.tokens, texts.embeddings, recipe.text, report)


def _phase(result: Path, module: torch.nn.Module, train: Callable[[], object]) -> None:
    """Train `module` unless an earlier run left its weights."""
    if not result.exists():
        train()
        partial = result.with_suffix(".partial")
        torch.save(module.state_dict(), partial)
        partial.rename(result)
    module.load_state_dict(torch.load(result, weights_only=True))
    module.eval()


def last_pairs(
    network: Any,
    samples: list[Sample],
    task: ImageTask,
    texts: Texts,
    report: Callable[[str], None],
) -> PairTask:
    """Captioned pictures as the hardened tower sees them; texts are to stay near where they are."""
    captioned = [row for row, sample in enumerate(samples) if sample.captions]
    often = with_drawings(task, samples, SETTLING_DRAWINGS)
    pairs = pair_task(network, samples, often, texts, report, chosen=captioned)
    return replace(pairs, text_targets=encode_tokens(network, pairs.tokens))


def pair_task(
    network: Any,
    samples: list[Sample],
    task: ImageTask,
    texts: Texts,
    report: Callable[[str], None],
    chosen: Sequence[int] | None = None,
) -> PairTask:
    """Embed pictures with the finished image tower and pair them with their texts.

    By default all captioned pictures and a share of the labelled ones: labels repeat.
    """
    chosen = chosen or [
        row
        for row, sample in enumerate(samples)
        if sample.captions or (sample.label and row % _LABELLED_SHARE == 0)
    ]
    embeddings = _image_embeddings(network, [samples[row].data for row in chosen], report)
    image_of = np.concatenate([np.full(len(task.texts_of[r]), i) for i, r in enumerate(chosen)])
    sample_of = np.array(chosen)[image_of]
    text_of = np.concatenate([task.texts_of[row] for row in chosen])
    shares = np.array([len(rows) or 1 for rows in task.texts_of])
    return PairTask(
        image_embeddings=embeddings,
        tokens=texts.tokens[text_of],
        text_targets=torch.from_numpy(texts.embeddings[text_of]).float(),
        image_of=torch.from_numpy(image_of).long(),
        groups=torch.from_numpy(task.groups[sample_of]),
        weights=torch.from_numpy((task.weights / shares)[sample_of]),
    )


def _image_embeddings(
    network: Any, pictures: list[bytes], report: Callable[[str], None]
) -> torch.Tensor:
    """(n, d) unit embeddings, computed in bf16 as at run time."""
    side = network.visual.image_size[0]
    visual = copy.deepcopy(network.visual).bfloat16().to(memory_format=torch.channels_last)
    rows = []
    with torch.inference_mode(), ThreadPoolExecutor(2) as pool:
        for start in range(0, len(pictures), _ENCODE_BATCH):
            batch = pictures[start : start + _ENCODE_BATCH]
            pixels = torch.stack(list(pool.map(squash, batch, [side] * len(batch))))
            inputs = normalised(pixels).bfloat16().to(memory_format=torch.channels_last)
            rows.append(functional.normalize(visual(inputs).float(), dim=-1))
            if start % (_ENCODE_BATCH * 50) == 0:
                report(f"embedding pictures: {start}/{len(pictures)}")
    return torch.cat(rows).clone()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="Train the built-in model.")
    parser.add_argument("--data", type=Path, required=True, help="train.csv and its tar files")
    parser.add_argument(
        "--captioned", type=Path, action="append", default=[], help="manifest.jsonl"
    )
    parser.add_argument("--sentences", type=Path, action="append", default=[], help="one a line")
    parser.add_argument("--teachers", type=Path, required=True, help="ImageNet weights and names")
    parser.add_argument("--work", type=Path, required=True, help="caches and finished phases")
    parser.add_argument("--out", type=Path, required=True, help="the model directory to write")
    parser.add_argument("--tower-steps", type=int, default=ImagePlan().tower_steps)
    parser.add_argument("--text-steps", type=int, default=TextPlan().steps)
    parser.add_argument("--alignment-steps", type=int, default=AlignmentPlan().steps)
    options = parser.parse_args()
    started = time.monotonic()

    def report(line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - started:7.0f} s  {line}\n")
        sys.stdout.flush()

    run(
        Recipe(
            options.data,
            tuple(options.captioned),
            tuple(options.sentences),
            options.teachers,
            options.work,
            options.out,
            ImagePlan(tower_steps=options.tower_steps),
            TextPlan(steps=options.text_steps),
            AlignmentPlan(steps=options.alignment_steps),
            HARDENING,
        ),
        report,
    )


if __name__ == "__main__":
    main()
