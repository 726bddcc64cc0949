"""The one command that makes the built-in model.

    python -m models.training.recipe --data TRAIN --classes NAMES --work WORK --out DIRECTORY

Phases: text tower, projection on teacher features, two rounds of image tower and alignment, the
means with towers that learnt apart, of which one is hardened. Each leaves its result in WORK and is
skipped when it is there, so a killed run goes on.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor
from torch.nn import functional

from models.training.corpus import Sample, read_manifest, read_shards
from models.training.design import OPEN_CLIP_CONFIG, build_network, load_trunk
from models.training.export import export_model
from models.training.image_tower import HeadPlan, new_head, projected_by, train_head
from models.training.judging import judge
from models.training.material import DRAWN, Texts, gather_texts, image_task, token_meanings
from models.training.phases import phase
from models.training.rounds import (
    FIRST_ROUND,
    SECOND_ROUND,
    Lessons,
    stir,
    train_round,
)
from models.training.schedule import Report
from models.training.teachers import ImageTeacher, load_image_teacher
from models.training.text_tower import TextPlan, start_token_embeddings, train_text_tower


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where things are."""

    data: Path
    captioned: tuple[Path, ...]
    sentences: tuple[Path, ...]
    classes: Path
    work: Path
    out: Path


def run(recipe: Recipe, report: Report) -> None:
    """Train all phases and write the model directory."""
    recipe.work.mkdir(parents=True, exist_ok=True)
    network = build_network()
    samples = read_samples(recipe)
    teacher = load_image_teacher(recipe.classes)
    texts = read_texts(recipe, samples, teacher)
    report(f"{len(samples)} pictures, {len(texts.texts)} texts")
    train_text = partial(_text_phase, network, texts, recipe, report)
    phase(recipe.work / "text.pt", network.text, train_text)
    task = image_task(samples, texts, teacher, recipe.work)
    lessons = Lessons(task, texts, recipe.work, report)
    load_trunk(network, teacher.network.state_dict())
    targets = _project(network, lessons)
    start = copy.deepcopy(network.visual.state_dict())
    for number, round_ in enumerate((FIRST_ROUND, SECOND_ROUND), start=1):
        train = partial(train_round, network, lessons, round_, number, targets)
        phase(recipe.work / f"round-{number}.pt", network, train)
        report(f"round {number}, {lessons.judged(network)}")
    phase(recipe.work / "soup.pt", network, partial(stir, network, lessons, start))
    report(f"finished, {lessons.judged(network)}")
    export_model(network, OPEN_CLIP_CONFIG, recipe.out)
    report(f"written to {recipe.out}")


def read_samples(recipe: Recipe) -> list[Sample]:
    """Photographs, then captioned drawings."""
    samples = read_shards(recipe.data)
    for manifest in recipe.captioned:
        samples.extend(read_manifest(manifest, DRAWN))
    return samples


def read_texts(recipe: Recipe, samples: Sequence[Sample], teacher: ImageTeacher) -> Texts:
    """All texts, with what the sentence encoder says of them."""
    sentences = [line for path in recipe.sentences for line in path.read_text().splitlines()]
    return gather_texts(samples, teacher.names, sentences, recipe.work)


def _text_phase(network: Any, texts: Texts, recipe: Recipe, report: Report) -> None:
    start_token_embeddings(network.text, token_meanings(recipe.work))
    train_text_tower(network, texts.tokens, texts.embeddings, TextPlan(), report)


def _project(network: Any, lessons: Lessons) -> Tensor:
    """Give the tower a projection of the teacher's features. Returns where it puts pictures."""
    task, head = lessons.task, new_head().eval()

    def learn_head() -> None:
        head.load_state_dict(train_head(task, HeadPlan(), lessons.report).state_dict())

    phase(lessons.work / "head.pt", head, learn_head)
    network.visual.head.mlp.load_state_dict(head.state_dict())
    targets = projected_by(head, task)
    held_out = functional.normalize(targets[task.held_out], dim=-1)
    said = judge(task, held_out, lambda rows: task.text_embeddings[rows])
    lessons.report(f"projection, {said}")
    return targets


def parsed(description: str) -> Recipe:
    """Where the command line says that things are."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, help="train.csv and its tar files")
    parser.add_argument(
        "--captioned", type=Path, action="append", default=[], help="manifest.jsonl"
    )
    parser.add_argument("--sentences", type=Path, action="append", default=[], help="one a line")
    parser.add_argument("--classes", type=Path, required=True, help="the classifier's class names")
    parser.add_argument("--work", type=Path, required=True, help="caches and finished phases")
    parser.add_argument("--out", type=Path, required=True, help="the model directory to write")
    options = parser.parse_args()
    return Recipe(
        options.data,
        tuple(options.captioned),
        tuple(options.sentences),
        options.classes,
        options.work,
        options.out,
    )


def main() -> None:
    """Read the command line and run."""
    started = time.monotonic()

    def report(line: str) -> None:
        sys.stdout.write(f"{time.monotonic() - started:7.0f} s  {line}\n")
        sys.stdout.flush()

    run(parsed("Train the built-in model."), report)


if __name__ == "__main__":
    main()
