"""All of a training run in one call: pictures in, a proven model directory out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from models.config import BUILTIN_MODEL, ModelConfig
from models.devices import choose_device, choose_precision
from models.errors import TrainingError
from models.loading import CONFIG_FILE
from models.training.tuning.batches import Batches, Captions
from models.training.tuning.development import Development, Measured
from models.training.tuning.distillation import check_fit, distilling_learner, student_base
from models.training.tuning.features import changed_features, whole_features, written_features
from models.training.tuning.gradients import precision_context
from models.training.tuning.learners import Learner, Material, Values, pair_learner
from models.training.tuning.loop import Run, State, Trainer
from models.training.tuning.networks import Base, fresh_base, has_batch_norm, load_base
from models.training.tuning.pictures import Entry, Gathered, Picture, gather, hold_out, without
from models.training.tuning.plan import TuningPlan
from models.training.tuning.progress import Progress
from models.training.tuning.result import write_card, write_model

WORK_DIRECTORY = "training"  # below the result: checkpoint, log, plots


@dataclass(frozen=True, slots=True)
class Request:
    """What to train on what. `architecture` is for fresh models, `teacher` for distillation."""

    entries: Sequence[Entry]
    out: Path
    plan: TuningPlan
    base: ModelConfig | None = None
    dev_entries: Sequence[Entry] | None = None
    architecture: str | None = None
    teacher: ModelConfig | None = None
    resume: bool = False
    device: str = "auto"
    precision: str = "auto"


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it; `better` says whether training beat the start on held-out pictures."""

    out: Path
    better: bool
    before: Measured
    after: Measured
    trained: int
    held_out: int
    best_step: int
    steps_done: int
    steps_planned: int
    gathered: Gathered


def tune(request: Request, progress: Progress) -> Report:
    """Train, keep the best state, write and prove the model directory.

    Raises TrainingError or ModelLoadError, which say what to do.
    """
    _check_place(request)
    teacher = load_base(request.teacher) if request.teacher is not None else None
    captioned = request.plan.mode != "distil" or any(entry.captions for entry in request.entries)
    base = _base(request, teacher, captioned=captioned)
    fresh = request.plan.mode in ("scratch", "distil")
    if fresh and request.plan.cached_batch and has_batch_norm(base.network):
        raise TrainingError(
            "this architecture has batch norm, whose statistics would be those of a part of the "
            "batch; train it without --cached-batch"
        )
    gathered, training, held = _pictures(request, base, progress)
    progress.note(f"{len(training):,} pictures to learn from, {len(held):,} held out")
    session = _Session(request, base, teacher, training, held, progress, captioned=captioned)
    try:
        return session.run(gathered)
    finally:
        progress.finish()


def _check_place(request: Request) -> None:
    if request.resume:
        return
    if (request.out / CONFIG_FILE).exists():
        raise TrainingError(f"{request.out} holds a model already; name another --out")
    if (request.out / WORK_DIRECTORY).exists():
        raise TrainingError(
            f"{request.out} holds an unfinished run; go on with --resume, or name another --out"
        )


def _base(request: Request, teacher: Base | None, *, captioned: bool) -> Base:
    plan = request.plan
    architecture = request.architecture or BUILTIN_MODEL
    if plan.mode == "scratch":
        return fresh_base(architecture, sigmoid=plan.loss == "sigmoid", seed=plan.seed)
    if plan.mode != "distil":
        return load_base(request.base or ModelConfig())
    if teacher is None:
        raise TrainingError("distillation needs a teacher: name a model with --teacher")
    if request.base is None:
        return student_base(architecture, teacher, captioned=captioned, seed=plan.seed)
    student = load_base(request.base)
    check_fit(student, teacher)
    return student


def _pictures(
    request: Request, base: Base, progress: Progress
) -> tuple[Gathered, tuple[Picture, ...], tuple[Picture, ...]]:
    """What was found, what to train on, what to measure on."""
    captioned, side = request.plan.mode != "distil", base.preparer.min_side
    gathered = gather(request.entries, captioned=captioned, min_side=side, progress=progress)
    if request.dev_entries is None:
        return gathered, *hold_out(gathered.pictures, request.plan.dev_share, request.plan.seed)
    apart = gather(request.dev_entries, captioned=captioned, min_side=side, progress=progress)
    training = without(gathered.pictures, apart.pictures)
    if len(training) < 2:
        raise TrainingError("the pictures to train on are those to measure on; name others")
    return gathered, training, apart.pictures


class _Session:
    """One run, once models and pictures are there."""

    def __init__(
        self,
        request: Request,
        base: Base,
        teacher: Base | None,
        training: Sequence[Picture],
        held: Sequence[Picture],
        progress: Progress,
        *,
        captioned: bool,
    ) -> None:
        self.request, self.plan, self.base, self.teacher = request, request.plan, base, teacher
        self.training, self.progress, self.captioned = training, progress, captioned
        self.device = choose_device(request.device)
        self.batches = Batches(training, self.plan.batch, self.plan.captions, self.plan.seed)
        targets = None
        if teacher is not None and not captioned:
            targets = whole_features(teacher, held, self.device, progress).cpu().numpy()
        self.development = Development(held, base.preparer, targets)

    def run(self, gathered: Gathered) -> Report:
        """Measure, train, measure, write."""
        request, base = self.request, self.base
        start = self.development.embed(base.encoder(base.network, self.device))
        before = self.development.measure(*start)
        steps = self.plan.total_steps(len(self.training))
        identity = self._identity(steps)
        learner = self._learner()
        work = request.out / WORK_DIRECTORY
        precision = precision_context(choose_precision(request.precision, self.device), self.device)
        first = (torch.from_numpy(start[0]), torch.from_numpy(start[1]))

        def score(values: Values) -> float:
            if learner.moved is None:
                return self._measured(learner.plain(values)).score
            there = {name: value.cpu() for name, value in values.items()}
            images, texts = learner.moved(there, *first)
            return self.development.measure(images.numpy(), texts.numpy()).score

        trainer = Trainer(
            Run(learner, self.batches, self.plan, steps, score, precision, work, identity),
            self.progress,
        )
        if request.resume and trainer.resume():
            self.progress.note(f"going on after step {trainer.state.step}")
        state = trainer.train()
        network = learner.plain(state.best)
        after = self._measured(network)
        report = self._report(gathered, before, after, state, steps)
        write_model(network, base, request.out)
        trainer.journal.plot()
        self._write_card(report)
        return report

    def _learner(self) -> Learner:
        base, device, progress = self.base, self.device, self.progress
        captions: Captions = self.batches.captions
        material = Material(
            base,
            self.training,
            captions,
            self.plan,
            device,
            lambda views: changed_features(
                base, self.training, views, self.plan.seed, device, progress
            ),
            lambda: written_features(base, captions.texts, device, progress),
        )
        if self.teacher is None:
            return pair_learner(material)
        images = whole_features(self.teacher, self.training, device, progress)
        texts = None
        if self.captioned:
            texts = written_features(self.teacher, captions.texts, device, progress)
        return distilling_learner(material, images, texts)

    def _measured(self, network: Any) -> Measured:
        encoder = self.base.encoder(network, self.device)
        return self.development.measure(*self.development.embed(encoder))

    def _identity(self, steps: int) -> dict[str, Any]:
        """What must be the same for a run to be resumed."""
        digest = hashlib.sha256()
        for picture in self.training:
            digest.update(repr((str(picture.file), picture.captions)).encode())
        teacher = self.teacher.loaded.fingerprint if self.teacher else ""
        # A fresh model's weights come from its seed; its fingerprint says which architecture.
        models = {"model": self.base.loaded.fingerprint, "teacher": teacher}
        return {**self.plan.as_record(), **models, "pictures": digest.hexdigest(), "steps": steps}

    def _report(
        self, gathered: Gathered, before: Measured, after: Measured, state: State, steps: int
    ) -> Report:
        return Report(
            out=self.request.out,
            better=state.best_step > 0,
            before=before,
            after=after,
            trained=len(self.training),
            held_out=self.development.count,
            best_step=state.best_step,
            steps_done=state.step,
            steps_planned=steps,
            gathered=gathered,
        )

    def _write_card(self, report: Report) -> None:
        intervals = (report.before.intervals(), report.after.intervals())
        gains = report.after.gain_over(report.before)
        texts = len(self.batches.captions.texts)
        facts = {
            "Base": self.base.name,
            "Mode": self.plan.mode,
            "Teacher": self.teacher.name if self.teacher else "none",
            "Learnt from": f"{report.trained:,} pictures, {texts:,} different captions",
            "Measured on": f"{report.held_out:,} other pictures",
            "Left out": f"{sum(report.gathered.left_out.values()):,} files",
            "Steps": f"{report.steps_done:,} of {report.steps_planned:,}; "
            f"the state after {report.best_step:,} was kept",
        }
        figures = {n: (*(part[n] for part in intervals), gain) for n, gain in gains.items()}
        write_card(report.out, facts, figures, self.plan.as_record())
