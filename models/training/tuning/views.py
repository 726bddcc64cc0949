"""A picture as the model sees it, and gently changed copies for training.

A copy is a random part of the picture, perhaps mirrored, with a little other light, put through
the model's own geometry: so a model that squashes is trained squashed. Everything is drawn from the
seed that is passed in, so threads may work in any order. Never decodes.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from models.images import DecodedImage
from models.lean_imports import transforms
from models.preparation import ImagePreparer

_SMALLEST_PART = 0.6  # of the area; captions speak of the whole picture
_ASPECT = 1.15  # a part's shape differs from the picture's by up to this factor
_LIGHT = 0.15  # brightness, contrast and saturation change by up to this share
_MIRRORED = 0.5


def changed_view(
    image: DecodedImage, prepare: ImagePreparer, seed: int, *, mirrorable: bool
) -> NDArray[np.uint8]:
    """A gently changed copy, ready for the model. Returns (3, height, width) uint8."""
    drawn = random.Random(seed)
    pixels = torch.from_numpy(prepare(_part(image, drawn)))  # (3, h, w)
    if mirrorable and drawn.random() < _MIRRORED:
        pixels = transforms.horizontal_flip(pixels)
    for change in (
        transforms.adjust_brightness,
        transforms.adjust_contrast,
        transforms.adjust_saturation,
    ):
        pixels = change(pixels, drawn.uniform(1 - _LIGHT, 1 + _LIGHT))
    return pixels.contiguous().numpy()


def _part(image: DecodedImage, drawn: random.Random) -> DecodedImage:
    """A random rectangle of the picture."""
    height, width = image.pixels.shape[:2]
    area = drawn.uniform(_SMALLEST_PART, 1)
    shape = math.exp(drawn.uniform(-math.log(_ASPECT), math.log(_ASPECT)))
    h = min(height, max(1, round(height * math.sqrt(area / shape))))
    w = min(width, max(1, round(width * math.sqrt(area * shape))))
    top, left = drawn.randint(0, height - h), drawn.randint(0, width - w)
    return replace(image, pixels=image.pixels[top : top + h, left : left + w])
