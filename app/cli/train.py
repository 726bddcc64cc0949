"""`sightline train`: make a model know your own captioned pictures better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.options import settings_from
from app.cli.training_progress import training_progress_for_stderr
from app.failures import InvalidRequestError
from app.settings import Settings
from models.config import ModelConfig

if TYPE_CHECKING:
    from models.training.tuning.pictures import Entry
    from models.training.tuning.plan import TuningPlan
    from models.training.tuning.tune import Report

Source = Annotated[
    Path, typer.Argument(help="A .csv or .jsonl manifest with captions; a folder for distil.")
]
Out = Annotated[Path, typer.Option("--out", "-o", help="The model directory to write.")]
Mode = Annotated[str, typer.Option(help="projection, lora, locked-image, full, scratch or distil.")]
Base = Annotated[
    str | None, typer.Option(help="The model to start from; else the one that search uses.")
]
Arch = Annotated[
    str | None, typer.Option(help="For scratch and distil: an open_clip name or config file.")
]
Teacher = Annotated[str | None, typer.Option(help="For distil: the model to learn from.")]
Dev = Annotated[Path | None, typer.Option(help="A manifest of pictures to measure on.")]
DevShare = Annotated[float | None, typer.Option(help="Else this share of SOURCE (0.1).")]
Epochs = Annotated[int | None, typer.Option(help="Passes over the pictures.")]
Steps = Annotated[int | None, typer.Option(help="Steps, in place of epochs.")]
Batch = Annotated[int | None, typer.Option(help="Pictures that the loss compares at once.")]
CachedBatch = Annotated[
    int | None, typer.Option(help="Pictures in memory at once, when the batch does not fit.")
]
Rate = Annotated[float | None, typer.Option(help="Peak learning rate.")]
Loss = Annotated[str | None, typer.Option(help="auto, contrastive or sigmoid.")]
Rank = Annotated[int | None, typer.Option(help="For lora: how much can be learnt.")]
Augment = Annotated[bool | None, typer.Option(help="Change the pictures a little each time.")]
Patience = Annotated[
    int | None, typer.Option(help="Stop after so many measurements without a gain.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")]
Seed = Annotated[int | None, typer.Option(help="Another seed, another run.")]

_SHOWN_REASONS = 5


def train_command(
    source: Source,
    out: Out,
    mode: Mode = "projection",
    base: Base = None,
    arch: Arch = None,
    teacher: Teacher = None,
    dev: Dev = None,
    dev_share: DevShare = None,
    epochs: Epochs = None,
    steps: Steps = None,
    batch: Batch = None,
    cached_batch: CachedBatch = None,
    rate: Rate = None,
    loss: Loss = None,
    rank: Rank = None,
    augment: Augment = None,
    patience: Patience = None,
    resume: Resume = False,
    seed: Seed = None,
    pretrained: options.Pretrained = None,
    device: options.Device = None,
    precision: options.Precision = None,
    allow_hub: options.AllowHub = None,
    model_cache_dir: options.ModelCacheDir = None,
) -> None:
    """Train a model on captioned pictures and write it as a model directory."""
    flags = locals()
    settings = settings_from(flags)
    plan = _plan(mode, flags)
    for line in report_lines(_run(settings, plan, flags)):
        typer.echo(line)


def _plan(mode: str, flags: dict[str, object]) -> TuningPlan:
    from models.training.tuning.plan import plan_for

    names = ("dev_share", "epochs", "steps", "batch", "cached_batch", "rate", "loss", "rank")
    more = ("augment", "patience", "seed")
    return plan_for(mode, **{name: flags[name] for name in (*names, *more)})


def _run(settings: Settings, plan: TuningPlan, flags: dict[str, object]) -> Report:
    source, out, dev = flags["source"], flags["out"], flags["dev"]
    assert isinstance(source, Path)
    assert isinstance(out, Path)
    entries = list(read_entries(source.expanduser(), folders=plan.mode == "distil"))
    apart = list(read_entries(dev.expanduser(), folders=True)) if isinstance(dev, Path) else None
    from models.training.tuning.tune import Request, tune

    choice = settings.model_choice()
    base, teacher = flags["base"], flags["teacher"]
    start: ModelConfig | None = replace(choice, model_name=str(base)) if base else choice
    if plan.mode in ("scratch", "distil") and not base:
        start = None
    return tune(
        Request(
            entries,
            out.expanduser(),
            plan,
            base=start,
            dev_entries=apart,
            architecture=str(flags["arch"]) if flags["arch"] else None,
            teacher=replace(choice, model_name=str(teacher)) if teacher else None,
            resume=bool(flags["resume"]),
            device=settings.device,
            precision=settings.precision,
        ),
        training_progress_for_stderr(),
    )


def read_entries(source: Path, *, folders: bool) -> Iterator[Entry]:
    """The files of a manifest with their captions, or of a folder without.

    Raises InvalidRequestError or ManifestError, which say what is wrong.
    """
    from indexer.manifests import MANIFEST_SUFFIXES, read_manifest
    from models.images import PICTURE_EXTENSIONS
    from models.training.tuning.pictures import Entry

    if source.is_dir():
        if not folders:
            raise InvalidRequestError(
                f"{source} is a folder; training needs captions: name a .csv or .jsonl manifest"
            )
        for path in sorted(source.rglob("*")):
            if path.suffix.lower() in PICTURE_EXTENSIONS and path.is_file():
                yield Entry(path)
        return
    if source.suffix.lower() not in MANIFEST_SUFFIXES:
        raise InvalidRequestError(f"{source} is no .csv or .jsonl manifest")
    for row in read_manifest(str(source)):
        if row.problem is not None:
            yield Entry(source, problem=row.problem)
            continue
        group = row.metadata.get("group")
        name = None if group is None else str(group)
        yield Entry(source.parent / row.file, row.captions, name)


def report_lines(report: Report) -> list[str]:
    """What a run did, and whether it helped."""
    lines = [
        f"{report.trained:,} pictures learnt from, {report.held_out:,} held out, "
        f"{report.steps_done:,} of {report.steps_planned:,} steps"
    ]
    left_out = report.gathered.left_out
    if left_out:
        lines.append(f"{sum(left_out.values()):,} files were left out:")
        for reason, count in list(left_out.items())[:_SHOWN_REASONS]:
            lines.append(f"  {count:,} × {reason} (such as {report.gathered.examples[reason]})")
    before, after = report.before.intervals(), report.after.intervals()
    for name, gain in report.after.gain_over(report.before).items():
        lines.append(
            f"{name}: {before[name].value:.3f} → {after[name].value:.3f} "
            f"(difference {gain.value:+.3f}, 95 % interval {gain.low:+.3f} to {gain.high:+.3f})"
        )
    if report.better:
        lines.append(f"the best state, after step {report.best_step:,}, is in {report.out}")
        lines.append(f"use it: SIGHTLINE_MODEL={report.out} sightline index …")
    else:
        lines.append(f"training did not help on the held-out pictures; {report.out} is the start")
    return lines
