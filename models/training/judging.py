"""How good the unfinished model is, on pictures that it is never trained on. Never trains anything.

Every choice between settings was made by these figures, so that the evaluation sets stay unseen.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.evaluation.recall import DEFAULT_KS, retrieval_recall
from models.training.concepts import Choice, ConceptSet
from models.training.image_task import ImageTask

_TEXTS_A_NAME = 2  # the usual name, plain and in a template

TextFeatures = Callable[[NDArray[np.int64]], Tensor]  # rows of texts → (n, d) unit features


def judge(task: ImageTask, embeddings: Tensor, text_features: TextFeatures) -> str:
    """A line of figures for the (h, d) unit embeddings of the held-out pictures."""
    figures = [_retrieval(task, embeddings, text_features)]
    for choice, name in zip(task.opinions.of(task.held_out), _names(task), strict=True):
        figures.append(f"{name} {_accuracy(choice, embeddings, text_features):.3f}")
    return "held out: " + ", ".join(figures)


def _names(task: ImageTask) -> list[str]:
    labelled = [f"labels {len(concepts.rows)}" for concepts, _ in task.opinions.label_sets]
    return ["classes", *(f"families {len(m)}" for _, m in task.opinions.families), *labelled]


def _retrieval(task: ImageTask, embeddings: Tensor, text_features: TextFeatures) -> str:
    captioned = [
        row for row, picture in enumerate(task.held_out) if task.is_captioned(int(picture))
    ]
    own = [task.texts_of[task.held_out[row]] for row in captioned]
    owners = np.repeat(np.arange(len(own)), [len(texts) for texts in own])
    texts = text_features(np.concatenate(own)).numpy()
    found = retrieval_recall(embeddings[captioned].numpy(), texts, owners.tolist())
    rates = "/".join(f"{found.text_to_image[k]:.3f}" for k in DEFAULT_KS)
    return f"recall@1/5/10 over {len(captioned)} pictures {rates}"


def _accuracy(choice: Choice, embeddings: Tensor, text_features: TextFeatures) -> float:
    """How often the likeliest name is the nearest, where something is known."""
    known = choice.shares > 0
    if not bool(known.any()):
        return float("nan")
    names = _mean_names(choice.concepts, text_features)
    nearest = (embeddings[known] @ names.T).argmax(dim=1)
    return float((nearest == choice.targets[known].argmax(dim=1)).float().mean())


def _mean_names(concepts: ConceptSet, text_features: TextFeatures) -> Tensor:
    """(c, d): each concept's first texts, averaged."""
    rows = concepts.rows[:, :_TEXTS_A_NAME]  # (c, t)
    features = text_features(rows.reshape(-1)).reshape(*rows.shape, -1)
    return functional.normalize(features.mean(dim=1), dim=-1)
