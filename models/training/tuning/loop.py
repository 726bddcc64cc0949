"""Steps, averaging, evaluations, early stopping: the same for every mode.

The result is the averaged state with the best held-out figure; the start takes part, so a run that
only harms gives the start back. Never builds a model and never writes one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.errors import TrainingError
from models.training.losses import MAX_LOGIT_SCALE
from models.training.schedule import warmup_cosine
from models.training.tuning.batches import Batches
from models.training.tuning.checkpoints import load_checkpoint, save_checkpoint
from models.training.tuning.gradients import Pass, Precision, backward
from models.training.tuning.journal import Journal
from models.training.tuning.learners import Learner
from models.training.tuning.plan import TuningPlan
from models.training.tuning.progress import Progress

_CHECKPOINT_EVERY_S = 60.0  # besides one after each evaluation
_SEED_STRIDE = 1 << 20  # room for the chunks of a step
_EARLY_AVERAGING = 10  # the average follows quickly at first, when there is little to average

Score = Callable[[Mapping[str, Tensor]], float]


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of the loop needs."""

    learner: Learner
    batches: Batches
    plan: TuningPlan
    steps: int
    score: Score
    precision: Precision
    directory: Path
    identity: dict[str, Any]


@dataclass(slots=True)
class State:
    """All that the next step depends on, besides the plan."""

    step: int = 0
    stale: int = 0  # evaluations since the best one
    best_step: int = 0
    best_score: float = float("-inf")
    average: dict[str, Tensor] = field(default_factory=dict)
    best: dict[str, Tensor] = field(default_factory=dict)
    best_buffers: dict[str, Tensor] = field(default_factory=dict)


class Trainer:
    """Takes the steps of one run."""

    def __init__(self, run: Run, progress: Progress) -> None:
        self._run = run
        self._progress = progress
        self._optimizer = _optimizer(run.learner.trainable, run.plan)
        self._saved_s = time.monotonic()
        values = {name: p.detach().clone() for name, p in run.learner.trainable.items()}
        self.state = State(average=values)
        self.journal = Journal(run.directory)

    def resume(self) -> bool:
        """Go on from the directory's checkpoint, if there is one. Raises TrainingError."""
        stored = load_checkpoint(self._run.directory, self._run.identity)
        if stored is None:
            return False
        learner = self._run.learner
        with torch.no_grad():
            for name, parameter in learner.trainable.items():
                parameter.copy_(stored["values"][name])
            for name, buffer in learner.buffers.items():
                buffer.copy_(stored["buffers"][name])
        device = next(iter(learner.trainable.values())).device
        self.state = State(**_moved(stored["state"], device))
        self._optimizer.load_state_dict(stored["optimizer"])
        self.journal = Journal(self._run.directory, stored["rows"])
        return True

    def train(self) -> State:
        """Train to the end, or until the held-out figure has not risen for long enough."""
        run, state = self._run, self.state
        every = max(1, run.steps // run.plan.evaluations)
        self._progress.start("training", run.steps)
        self._progress.advance(state.step)
        if state.step == 0 and not state.best:
            self._evaluate()
        while state.step < run.steps and state.stale < run.plan.patience:
            loss, rate = self._step()
            state.step += 1
            self.journal.add(state.step, loss, rate, None)
            self._progress.advance(1, f"loss {loss:.3f}, held-out {state.best_score:.3f}")
            if state.step % every == 0 or state.step == run.steps:
                self._evaluate()
            elif time.monotonic() - self._saved_s > _CHECKPOINT_EVERY_S:
                self._save()
        with torch.no_grad():
            for name, buffer in run.learner.buffers.items():
                buffer.copy_(state.best_buffers[name])
        return state

    def _step(self) -> tuple[float, float]:
        run, plan, learner = self._run, self._run.plan, self._run.learner
        drawn = run.batches.draw(self.state.step)
        if self.state.step + 1 < run.steps:
            learner.images.expect(run.batches.draw(self.state.step + 1))
        rate = plan.rate * warmup_cosine(
            self.state.step, run.steps, max(1, round(plan.warmup_share * run.steps))
        )
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        learner.before_step()
        self._optimizer.zero_grad(set_to_none=True)
        sides = (learner.images, learner.texts)
        loss = backward(
            sides,
            [side.inputs(drawn) for side in sides],
            lambda images, texts: learner.objective(images, texts, drawn),
            Pass(plan.cached_batch, run.precision, (plan.seed * 7919 + drawn.step) * _SEED_STRIDE),
        )
        if loss != loss or loss in (float("inf"), float("-inf")):
            raise TrainingError(f"the loss is {loss} at step {drawn.step}; use a smaller --rate")
        nn.utils.clip_grad_norm_(learner.trainable.values(), plan.clip)
        self._optimizer.step()
        learner.after_step()
        self._settle()
        return loss, rate

    def _settle(self) -> None:
        """Cap the temperature and let the average follow."""
        trainable, state = self._run.learner.trainable, self.state
        with torch.no_grad():
            if "logit_scale" in trainable:
                cap = float(torch.tensor(MAX_LOGIT_SCALE).log())
                trainable["logit_scale"].clamp_(max=cap)
            done = state.step + 1
            decay = min(self._run.plan.average, done / (done + _EARLY_AVERAGING))
            for name, parameter in trainable.items():
                state.average[name].lerp_(parameter, 1 - decay)

    def _evaluate(self) -> None:
        state, learner = self.state, self._run.learner
        score = self._run.score(state.average)
        if score > state.best_score:
            state.best_score, state.best_step, state.stale = score, state.step, 0
            state.best = {name: value.clone() for name, value in state.average.items()}
            state.best_buffers = {name: b.clone() for name, b in learner.buffers.items()}
        else:
            state.stale += 1
        self.journal.add(state.step, None, None, score)
        self.journal.write()
        self._save()

    def _save(self) -> None:
        learner = self._run.learner
        values = {name: p.detach() for name, p in learner.trainable.items()}
        names = State.__slots__
        save_checkpoint(
            self._run.directory,
            {
                "identity": self._run.identity,
                "state": {name: getattr(self.state, name) for name in names},
                "values": values,
                "buffers": dict(learner.buffers),
                "optimizer": self._optimizer.state_dict(),
                "rows": self.journal.rows,
            },
        )
        self._saved_s = time.monotonic()


def _optimizer(trainable: Mapping[str, nn.Parameter], plan: TuningPlan) -> torch.optim.AdamW:
    """AdamW; biases, norms and the temperature are not decayed."""
    shrinking = [p for p in trainable.values() if p.ndim >= 2]
    others = [p for p in trainable.values() if p.ndim < 2]
    groups = [
        {"params": shrinking, "weight_decay": plan.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([g for g in groups if g["params"]], plan.rate, betas=(0.9, 0.98))


def _moved(value: Any, device: torch.device) -> Any:
    if isinstance(value, dict):
        return {name: _moved(each, device) for name, each in value.items()}
    return value.to(device) if isinstance(value, Tensor) else value
