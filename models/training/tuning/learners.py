"""What a mode trains: two sides, an objective, the values that learn, and the ordinary network
that comes of them. Never draws batches, never takes a step.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from models.errors import TrainingError
from models.training.losses import contrastive_loss_of, sigmoid_loss
from models.training.tuning.adapters import Adapted, merged
from models.training.tuning.batches import Captions, Drawn
from models.training.tuning.networks import Base, freeze_batch_norm
from models.training.tuning.pictures import Picture
from models.training.tuning.plan import TuningPlan
from models.training.tuning.projection import ResidualMap, fold, foldable_sides
from models.training.tuning.towers import (
    FixedImages,
    FixedTexts,
    ImageTower,
    Pixels,
    Side,
    TextTower,
    normalisation,
    unit,
)

Values = Mapping[str, Tensor]
Objective = Callable[[Tensor, Tensor, Drawn], Tensor]


def _nothing() -> None:
    """For modes that have nothing to do at that point."""


@dataclass(frozen=True, slots=True)
class Learner:
    """One mode at work. `plain` makes the network that would be exported from some values."""

    images: Side
    texts: Side
    objective: Objective
    trainable: dict[str, nn.Parameter]
    plain: Callable[[Values], Any]
    before_step: Callable[[], object] = _nothing
    after_step: Callable[[], object] = _nothing
    buffers: dict[str, Tensor] = field(default_factory=dict)  # statistics that a run must keep
    # For fixed towers: what became of other pictures' and texts' features, without the towers.
    moved: Callable[[Values, Tensor, Tensor], tuple[Tensor, Tensor]] | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """What all modes are made from."""

    base: Base
    pictures: Sequence[Picture]
    captions: Captions
    plan: TuningPlan
    device: torch.device
    image_views: Callable[[int], Tensor]  # how many → (v, n, dim) unit features, made once
    text_rows: Callable[[], Tensor]  # → (m, dim) unit features, made once

    def image_tower(self, network: Any) -> ImageTower:
        """The image tower over the training pictures."""
        pixels = Pixels(self.pictures, self.base.preparer, augment=self.plan.augment)
        return ImageTower(
            network, pixels, normalisation(self.base.loaded.preprocessing, self.device)
        )

    def text_tower(self, network: Any) -> TextTower:
        """The text tower over the training captions."""
        return TextTower(network, self.base.tokens(self.captions.texts), self.device)


def pair_learner(material: Material) -> Learner:
    """The learner of every mode but distillation. Raises TrainingError if it cannot be."""
    makers = {
        "projection": _projection,
        "lora": _lora,
        "locked-image": _locked_image,
        "full": _whole,
        "scratch": _whole,
    }
    return makers[material.plan.mode](material)


def pair_objective(network: Any, loss: str) -> Objective:
    """The contrastive or the sigmoid loss with the network's own scale and bias.

    Raises TrainingError when the sigmoid loss is wanted and the architecture has no bias.
    """
    bias = getattr(network, "logit_bias", None)
    if loss == "sigmoid" and bias is None:
        raise TrainingError(
            "the sigmoid loss needs a model with a logit_bias (SigLIP and its kin); use "
            "--loss contrastive, or train from scratch"
        )
    if bias is None or loss == "contrastive":
        return lambda images, texts, drawn: contrastive_loss_of(
            images, texts, network.logit_scale.exp(), drawn.positives.to(images.device)
        )
    return lambda images, texts, drawn: sigmoid_loss(
        images, texts, network.logit_scale.exp(), bias, drawn.positives.to(images.device)
    )


def trained_copy(network: Any, values: Values) -> Any:
    """A copy of a network with some of its parameters replaced."""
    twin = copy.deepcopy(network)
    with torch.no_grad():
        for name, parameter in twin.named_parameters():
            if name in values:
                parameter.copy_(values[name])
    return twin.eval()


def _temperature(network: Any) -> dict[str, nn.Parameter]:
    names = ("logit_scale", "logit_bias")
    found = {name: getattr(network, name, None) for name in names}
    for parameter in found.values():
        if parameter is not None:
            parameter.requires_grad_(True)
    return {name: parameter for name, parameter in found.items() if parameter is not None}


def _whole(material: Material) -> Learner:
    network = material.base.network.to(material.device)
    fresh = material.plan.mode == "scratch"
    buffers = dict(network.named_buffers()) if fresh else {}
    kept = {name: buffer for name, buffer in buffers.items() if name in network.state_dict()}

    def before_step() -> None:
        network.train()
        if not fresh:
            freeze_batch_norm(network)

    return Learner(
        material.image_tower(network),
        material.text_tower(network),
        pair_objective(network, material.plan.loss),
        dict(network.named_parameters()),
        lambda values: trained_copy(network, values),
        before_step,
        buffers=kept,
    )


def _locked_image(material: Material) -> Learner:
    """LiT (Zhai et al. 2022): the image tower stays, its features are computed once."""
    network = material.base.network.to(material.device)
    views = material.image_views(material.plan.views if material.plan.augment else 1)
    network.visual.requires_grad_(False)
    trainable = {n: p for n, p in network.named_parameters() if not n.startswith("visual.")}

    def before_step() -> None:
        network.train()
        network.visual.eval()

    return Learner(
        FixedImages(views),
        material.text_tower(network),
        pair_objective(network, material.plan.loss),
        trainable,
        lambda values: trained_copy(network, values),
        before_step,
    )


def _lora(material: Material) -> Learner:
    adapted = Adapted(material.base.network, material.plan.rank, material.plan.seed)
    network = adapted.network.to(material.device)
    trainable = adapted.parameters() | _temperature(network)

    def before_step() -> None:
        network.train()
        freeze_batch_norm(network)

    return Learner(
        material.image_tower(network),
        material.text_tower(network),
        pair_objective(network, material.plan.loss),
        trainable,
        lambda values: merged(adapted.model, values).eval(),
        before_step,
        adapted.steady,
    )


def _projection(material: Material) -> Learner:
    network, plan = material.base.network, material.plan
    sides = foldable_sides(network)
    views = material.image_views(plan.views if plan.augment else 1)
    rows = material.text_rows()
    maps = {side: ResidualMap(views.shape[-1]).to(material.device) for side in sides}
    trainable = {f"{side}_change": maps[side].change for side in sides} | _temperature(network)
    network.to(material.device)
    contrast = pair_objective(network, plan.loss)
    keep = plan.keep / len(material.pictures)

    def objective(images: Tensor, texts: Tensor, drawn: Drawn) -> Tensor:
        distance = torch.stack([module.distance() for module in maps.values()]).sum()
        return contrast(images, texts, drawn) + keep * distance

    def plain(values: Values) -> Any:
        twin = trained_copy(network, values)
        for side in sides:
            fold(twin, side, values[f"{side}_change"])
        return twin

    def moved(values: Values, images: Tensor, texts: Tensor) -> tuple[Tensor, Tensor]:
        both = {"image": images, "text": texts}
        for side in sides:
            both[side] = unit(both[side] + both[side] @ values[f"{side}_change"].T)
        return both["image"], both["text"]

    return Learner(
        FixedImages(views, maps.get("image")),
        FixedTexts(rows, maps.get("text")),
        objective,
        trainable,
        plain,
        moved=moved,
    )
