"""The one command that makes the built-in model.

    python -m models.training.recipe --data TRAIN --classes NAMES --work WORK --out DIRECTORY

Phases: text tower, projection on teacher features, two rounds of image tower and alignment,
hardening. Each leaves its result in WORK and is skipped when it is there, so a killed run goes on.
"""

from __future__ import annotations

import argparse
import copy
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models.training.alignment import AlignmentPlan, AlignmentTask, align_text_tower
from models.training.corpus import Sample, read_manifest, read_shards
from models.training.design import OPEN_CLIP_CONFIG, build_network, load_trunk
from models.training.export import export_model
from models.training.hardening import HardeningPlan, harden_image_tower
from models.training.image_tower import (
    ImagePlan,
    ImageTask,
    encode,
    new_head,
    train_head,
    train_tower,
)
from models.training.judging import held_out_features, judge
from models.training.material import DRAWN, Texts, gather_texts, image_task, token_meanings
from models.training.schedule import Report
from models.training.swaps import swapped
from models.training.teachers import (
    IMAGE_SIDE,
    load_image_teacher,
    squash,
)
from models.training.text_tower import (
    TextPlan,
    encode_tokens,
    start_token_embeddings,
    train_text_tower,
)

_ENCODE_BATCH = 64
_LABELLED_SHARE = 4  # every fourth labelled picture takes part in the alignment


@dataclass(frozen=True, slots=True)
class Round:
    """The image tower learns from fixed texts, then the text tower from the fixed pictures."""

    image: ImagePlan
    alignment: AlignmentPlan


# The second round starts from texts that know their pictures: the tower leaves its teacher, and
# becomes steady against small and bad copies.
SECOND_ROUND = Round(
    ImagePlan(tower_steps=180, tower_rate=3e-4, keep=0.0, steady=10.0, frozen_stages=1, seed=21),
    AlignmentPlan(steps=120, rate=2.5e-4, seed=23),
)


HARDENING = HardeningPlan()


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where things are, and how long each phase takes."""

    data: Path
    captioned: tuple[Path, ...]
    sentences: tuple[Path, ...]
    classes: Path
    work: Path
    out: Path
    text: TextPlan
    rounds: tuple[Round, ...]


def run(recipe: Recipe, report: Report) -> None:
    """Train all phases and write the model directory."""
    recipe.work.mkdir(parents=True, exist_ok=True)
    network = build_network()
    samples = read_samples(recipe)
    teacher = load_image_teacher(recipe.classes)
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
        lambda: head.load_state_dict(train_head(task, recipe.rounds[0].image, report).state_dict()),
    )
    report_projection(head, task, report)
    load_trunk(network, teacher.network.state_dict())
    network.visual.head.mlp.load_state_dict(head.state_dict())
    for number, round_ in enumerate(recipe.rounds, start=1):
        finished = recipe.work / f"round-{number}.pt"
        _phase(
            finished,
            network,
            partial(_train_round, network, head, task, texts, round_, number, recipe.work, report),
        )
        report(f"round {number}, {_judged(network, task, texts, report)}")
    train = partial(harden_image_tower, network, task, HARDENING, report)
    _phase(recipe.work / "hardened.pt", network.visual, train)
    report(f"hardened, {_judged(network, task, texts, report)}")
    export_model(network, OPEN_CLIP_CONFIG, recipe.out)
    report(f"written to {recipe.out}")


def _judged(network: Any, task: ImageTask, texts: Texts, report: Report) -> str:
    embeddings = _image_embeddings(network, task, task.held_out, report)
    return judge(task, embeddings, lambda rows: encode_tokens(network, texts.tokens[rows]))


def _train_round(
    network: Any,
    head: torch.nn.Module,
    task: ImageTask,
    texts: Texts,
    plans: Round,
    number: int,
    work: Path,
    report: Report,
) -> None:
    """The image tower, then the text tower. The first round's texts are the sentence encoder's."""
    seen = task
    if number > 1:
        report("embedding texts")
        seen = replace(task, text_embeddings=encode_tokens(network, texts.tokens))
    _phase(
        work / f"image-{number}.pt",
        network.visual,
        lambda: train_tower(network, head, seen, plans.image, report),
    )
    pictures = alignment_pictures(task)
    embeddings = _image_embeddings(network, task, pictures, report)
    aligning = alignment_task(pictures, embeddings, task, texts)
    align_text_tower(network, aligning, plans.alignment, report)


def read_samples(recipe: Recipe) -> list[Sample]:
    """Photographs, then captioned drawings."""
    samples = read_shards(recipe.data)
    for manifest in recipe.captioned:
        samples.extend(read_manifest(manifest, DRAWN))
    return samples


def _text_phase(network: Any, texts: Texts, recipe: Recipe, report: Report) -> None:
    start_token_embeddings(network.text, token_meanings(recipe.work))
    train_text_tower(network, texts.tokens, texts.embeddings, recipe.text, report)


def report_projection(head: torch.nn.Module, task: ImageTask, report: Report) -> None:
    """Judge the projection of the teacher's features against the sentence encoder's texts."""
    with torch.inference_mode():
        projected = functional.normalize(head(held_out_features(task)), dim=-1)
    report("projection, " + judge(task, projected, lambda rows: task.text_embeddings[rows]))


def _phase(result: Path, module: torch.nn.Module, train: Callable[[], object]) -> None:
    """Train `module` unless an earlier run left its weights."""
    if not result.exists():
        train()
        unfinished = result.with_suffix(".partial")
        torch.save(module.state_dict(), unfinished)
        unfinished.rename(result)
    module.load_state_dict(torch.load(result, weights_only=True))
    module.eval()


def alignment_pictures(task: ImageTask) -> NDArray[np.int64]:
    """Rows of the captioned pictures and of a share of the others, without those held out."""
    chosen = [
        row
        for row in range(len(task.pictures))
        if task.weights[row] > 0 and (_has_captions(task, row) or row % _LABELLED_SHARE == 0)
    ]
    return np.array(chosen, dtype=np.int64)


def alignment_task(
    pictures: NDArray[np.int64], embeddings: torch.Tensor, task: ImageTask, texts: Texts
) -> AlignmentTask:
    """Pairs of the captioned pictures and their texts; opinions on the photographs."""
    captioned = [i for i, row in enumerate(pictures) if _has_captions(task, int(row))]
    image_of = np.repeat(captioned, [len(task.texts_of[pictures[i]]) for i in captioned])
    text_of = np.concatenate([task.texts_of[pictures[i]] for i in captioned])
    shares = np.array([len(task.texts_of[row]) or 1 for row in pictures])
    rng = random.Random(0)
    wrong = [swapped(texts.texts[row], rng) for row in text_of]
    swaps = torch.zeros(len(wrong), texts.tokens.shape[1], dtype=texts.tokens.dtype)
    there = [j for j, text in enumerate(wrong) if text is not None]
    swaps[there] = open_clip.tokenize([text for text in wrong if text is not None])
    known = np.nonzero(task.opinions.probabilities[pictures].sum(axis=1) > 0)[0]
    return AlignmentTask(
        image_embeddings=embeddings,
        rows=pictures,
        groups=torch.from_numpy(task.groups[pictures]),
        image_of=torch.from_numpy(image_of),
        text_of=torch.from_numpy(text_of),
        weights=torch.from_numpy((task.weights[pictures] / shares)[image_of]),
        swaps=swaps,
        tokens=texts.tokens,
        text_targets=task.text_embeddings,
        opinions=task.opinions,
        known=known,
    )


def _has_captions(task: ImageTask, row: int) -> bool:
    labelled = any(labels[row] >= 0 for _, labels in task.opinions.label_sets)
    return len(task.texts_of[row]) > 0 and not labelled


def _image_embeddings(
    network: Any, task: ImageTask, pictures: NDArray[np.int64], report: Report
) -> torch.Tensor:
    """(n, d) unit embeddings of some pictures."""
    visual = copy.deepcopy(network.visual).eval().to(memory_format=torch.channels_last)
    rows = []
    with ThreadPoolExecutor(2) as pool:
        for start in range(0, len(pictures), _ENCODE_BATCH):
            batch = [task.pictures[row] for row in pictures[start : start + _ENCODE_BATCH]]
            pixels = torch.stack(list(pool.map(squash, batch, [IMAGE_SIDE] * len(batch))))
            rows.append(encode(visual, pixels))
            if start % (_ENCODE_BATCH * 50) == 0:
                report(f"embedding pictures: {start}/{len(pictures)}")
    return torch.cat(rows)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description="Train the built-in model.")
    parser.add_argument("--data", type=Path, required=True, help="train.csv and its tar files")
    parser.add_argument(
        "--captioned", type=Path, action="append", default=[], help="manifest.jsonl"
    )
    parser.add_argument("--sentences", type=Path, action="append", default=[], help="one a line")
    parser.add_argument("--classes", type=Path, required=True, help="the classifier's class names")
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
            options.classes,
            options.work,
            options.out,
            TextPlan(steps=options.text_steps),
            (
                Round(
                    ImagePlan(tower_steps=options.tower_steps),
                    AlignmentPlan(steps=options.alignment_steps),
                ),
                SECOND_ROUND,
            ),
        ),
        report,
    )


if __name__ == "__main__":
    main()
