"""Another model as teacher: the student learns to put pictures and texts where the teacher does.

Features are drawn to the teacher's own (cosine) and so is how the pictures of a batch resemble one
another (Park et al. 2019). Needs no captions: a student without any keeps the teacher's text tower.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor

from models.errors import TrainingError
from models.training.losses import cosine_distance, similarity_distance
from models.training.tuning.batches import Drawn
from models.training.tuning.learners import Learner, Material, Objective, trained_copy
from models.training.tuning.networks import Base, architecture_config, built
from models.training.tuning.towers import FixedTexts, Side

_STRUCTURE = 1.0  # the weight of resemblance beside that of place
_SHARED = ("embed_dim", "init_logit_bias")
_TEXT = ("text_cfg", "custom_text", "quick_gelu", "multimodal_cfg")


def student_base(architecture: str, teacher: Base, *, captioned: bool, seed: int) -> Base:
    """A fresh student in the teacher's space; without captions it gets the teacher's text tower.

    Raises TrainingError if there is no such architecture.
    """
    config = architecture_config(architecture)
    theirs = teacher.config["model_cfg"]
    names = _SHARED if captioned else _SHARED + _TEXT
    for name in names:
        config["model_cfg"].pop(name, None)
        if name in theirs:
            config["model_cfg"][name] = copy.deepcopy(theirs[name])
    student = built(architecture, config, seed)
    own = ("logit_scale", "logit_bias")
    weights = {
        name: tensor
        for name, tensor in teacher.network.state_dict().items()
        if name in own or not (captioned or name.startswith("visual."))
    }
    student.network.load_state_dict(weights, strict=False)
    return student


def check_fit(student: Base, teacher: Base) -> None:
    """Raises TrainingError if the student's space has not the teacher's dimensions."""
    dims = [base.config["model_cfg"]["embed_dim"] for base in (student, teacher)]
    if dims[0] != dims[1]:
        raise TrainingError(
            f"the student has {dims[0]} dimensions and the teacher {dims[1]}; name an "
            "architecture with --arch, which is then built in the teacher's dimensions"
        )


def distilling_learner(
    material: Material, image_targets: Tensor, text_targets: Tensor | None
) -> Learner:
    """A learner of the teacher's (n, dim) picture and (m, dim) text features."""
    network = material.base.network.to(material.device)
    texts: Side
    if text_targets is None:
        texts = FixedTexts(image_targets[:0])
        trainable = {n: p for n, p in network.named_parameters() if n.startswith("visual.")}
    else:
        texts = material.text_tower(network)
        trainable = dict(network.named_parameters())
        for name in ("logit_scale", "logit_bias"):
            trainable.pop(name, None)  # they are the teacher's, and no loss here speaks of them
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(name in trainable)
    buffers = {n: b for n, b in network.named_buffers() if n in network.state_dict()}

    def before_step() -> None:
        network.train()

    def plain(values: Any) -> Any:
        return trained_copy(network, values)

    return Learner(
        material.image_tower(network),
        texts,
        teacher_objective(image_targets, text_targets),
        trainable,
        plain,
        before_step,
        buffers=buffers,
    )


def teacher_objective(image_targets: Tensor, text_targets: Tensor | None) -> Objective:
    """Cosine and resemblance, for pictures and, where the teacher read them, texts."""

    def towards(features: Tensor, targets: Tensor) -> Tensor:
        place = cosine_distance(features, targets)
        return place + _STRUCTURE * similarity_distance(features, targets)

    def objective(images: Tensor, texts: Tensor, drawn: Drawn) -> Tensor:
        wanted = image_targets[torch.from_numpy(drawn.rows).to(image_targets.device)]
        loss = towards(images, wanted)
        if text_targets is not None and len(drawn.texts):
            chosen = torch.from_numpy(drawn.texts).to(text_targets.device)
            loss = loss + towards(texts, text_targets[chosen])
        return loss

    return objective
