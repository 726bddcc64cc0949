"""What to train, how long and how hard: one frozen value, with defaults for each mode.

Never looks at data or at a model.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from models.errors import TrainingError

MODES = ("projection", "lora", "locked-image", "full", "scratch", "distil")
LOSSES = ("auto", "contrastive", "sigmoid")


@dataclass(frozen=True, slots=True)
class TuningPlan:
    """How to train. `batch` is what the loss sees at once; `cached_batch` what the towers do.

    `epochs` counts passes over the pictures; `steps`, if given, replaces it. `keep` holds the
    projection near the identity as strongly as so many pictures would: much data may move it more.
    `views` is how many gently changed copies of a picture are cached for fixed towers. `average` is
    the decay of the averaged weights, which are the result.
    """

    mode: str = "projection"
    epochs: int = 10
    steps: int | None = None
    batch: int = 64
    cached_batch: int | None = None
    captions: int = 1
    rate: float = 1e-4
    weight_decay: float = 0.01
    warmup_share: float = 0.1
    clip: float = 1.0
    average: float = 0.95
    loss: str = "auto"
    keep: float = 0.0
    views: int = 4
    augment: bool = True
    rank: int = 8
    dev_share: float = 0.1
    evaluations: int = 10
    patience: int = 4
    seed: int = 0

    def total_steps(self, pictures: int) -> int:
        """How many steps a run over so many pictures takes."""
        return self.steps or self.epochs * max(1, -(-pictures // self.batch))

    def as_record(self) -> dict[str, Any]:
        """The plan as plain values, for checkpoints and the card."""
        return asdict(self)


_DEFAULTS: dict[str, TuningPlan] = {
    "projection": TuningPlan(
        "projection", epochs=30, batch=1024, captions=5, rate=3e-4, weight_decay=0.0, keep=500.0
    ),
    "lora": TuningPlan("lora", epochs=4, rate=3e-4, evaluations=4),
    "locked-image": TuningPlan("locked-image", epochs=10, batch=128, rate=1e-4),
    "full": TuningPlan("full", epochs=10, rate=2e-5),
    "scratch": TuningPlan(
        "scratch", epochs=30, batch=256, rate=5e-4, weight_decay=0.1, average=0.99, patience=10
    ),
    "distil": TuningPlan("distil", epochs=20, batch=128, rate=5e-4, patience=10),
}


def plan_for(mode: str, **changes: Any) -> TuningPlan:
    """The defaults of a mode with what was asked for changed; None asks for nothing.

    Raises TrainingError for what cannot be.
    """
    if mode not in MODES:
        raise TrainingError(f"there is no mode {mode!r}; use one of {', '.join(MODES)}")
    given = {name: value for name, value in changes.items() if value is not None}
    plan = replace(_DEFAULTS[mode], **given)
    if plan.loss not in LOSSES:
        raise TrainingError(f"there is no loss {plan.loss!r}; use one of {', '.join(LOSSES)}")
    for name in ("epochs", "batch", "captions", "rate", "views", "rank", "evaluations", "patience"):
        if getattr(plan, name) <= 0:
            raise TrainingError(f"{name} must be more than 0, it is {getattr(plan, name)}")
    if plan.steps is not None and plan.steps < 1:
        raise TrainingError(f"steps must be more than 0, it is {plan.steps}")
    if plan.cached_batch is not None and plan.cached_batch < 1:
        raise TrainingError(f"the cached batch must be more than 0, it is {plan.cached_batch}")
    if not 0 < plan.dev_share < 1:
        raise TrainingError(f"the dev share must lie between 0 and 1, it is {plan.dev_share}")
    if plan.batch < 2 and mode != "distil":
        raise TrainingError("a batch of one picture has nothing to be told from; use 2 or more")
    return plan
