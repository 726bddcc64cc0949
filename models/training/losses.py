"""Losses over unit-length features. Never touches data or weights.

The contrastive loss is InfoNCE in both directions (van den Oord et al. 2018; Radford et al. 2021),
with soft targets where a text is true of several pictures of the batch, so that two captions of
one picture, or one class name of two pictures, are no negatives of each other.
"""

import torch
from torch import Tensor
from torch.nn import functional

# Radford et al. 2021 cap the learnt scale at 100: beyond it training becomes unstable.
MAX_LOGIT_SCALE = 100.0


def contrastive_loss(
    image_features: Tensor,
    text_features: Tensor,
    logit_scale: Tensor,
    image_groups: Tensor,
    text_groups: Tensor,
) -> Tensor:
    """InfoNCE image → text and text → image, averaged. Takes (n, d), (m, d) unit features.

    Pictures and texts of the same group are positives. There may be more texts than pictures
    (extra negatives); texts that fit no picture are left out of the text → image direction.
    """
    logits = logit_scale.clamp(max=MAX_LOGIT_SCALE) * image_features @ text_features.T  # (n, m)
    positives = (image_groups[:, None] == text_groups[None, :]).to(logits.dtype)  # (n, m)
    paired = positives.sum(dim=0) > 0  # (m,)
    to_text = _soft_cross_entropy(logits, positives)
    to_image = _soft_cross_entropy(logits.T[paired], positives.T[paired])
    return (to_text + to_image) / 2


def _soft_cross_entropy(logits: Tensor, positives: Tensor) -> Tensor:
    targets = positives / positives.sum(dim=1, keepdim=True)
    return -(targets * functional.log_softmax(logits, dim=1)).sum(dim=1).mean()


def cosine_distance(features: Tensor, targets: Tensor) -> Tensor:
    """Mean of 1 - cosine over rows; the distillation loss for embeddings."""
    return (1 - functional.cosine_similarity(features, targets, dim=-1)).mean()


def similarity_distance(features: Tensor, targets: Tensor) -> Tensor:
    """How far the batch's own similarity matrix is from the teacher's (Park et al. 2019, RKD)."""
    student = functional.normalize(features, dim=-1)
    teacher = functional.normalize(targets, dim=-1)
    return torch.mean((student @ student.T - teacher @ teacher.T) ** 2)


def contrastive_loss_of(
    image_features: Tensor, text_features: Tensor, logit_scale: Tensor, positives: Tensor
) -> Tensor:
    """`contrastive_loss` with any (n, m) truth table in place of groups.

    A row or column that is true of nothing is left out of its direction.
    """
    logits = logit_scale.clamp(max=MAX_LOGIT_SCALE) * image_features @ text_features.T  # (n, m)
    truth = positives.to(logits.dtype)
    named, paired = truth.sum(dim=1) > 0, truth.sum(dim=0) > 0
    to_text = _soft_cross_entropy(logits[named], truth[named])
    to_image = _soft_cross_entropy(logits.T[paired], truth.T[paired])
    return (to_text + to_image) / 2


def sigmoid_loss(
    image_features: Tensor,
    text_features: Tensor,
    logit_scale: Tensor,
    logit_bias: Tensor,
    positives: Tensor,
) -> Tensor:
    """SigLIP's loss (Zhai et al. 2023): each of the (n, m) pairs is judged by itself, true or not.

    The sum over pairs is divided by n, the pictures, as in open_clip's SigLipLoss; with one text a
    picture it is that loss. Several texts of one picture are several true pairs.
    """
    logits = logit_scale.clamp(max=MAX_LOGIT_SCALE) * image_features @ text_features.T + logit_bias
    labels = 2 * positives.to(logits.dtype) - 1  # (n, m)
    return -functional.logsigmoid(labels * logits).sum() / len(image_features)
