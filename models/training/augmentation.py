"""Pictures as people send them around: cropped, mirrored, shrunken, recompressed. Never learns.

A tower that has only seen clean pictures is led astray by small and bad ones.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from models.images import DecodedImage, decode_image
from models.preparation import ImagePreparer
from models.training.teachers import IMAGE_SIDE

_LOOK_AHEAD = 4  # batches decoded ahead of the one being learnt
_SMALLEST_CROP = 0.6  # of the area: what a caption speaks of should stay in
_CROPPED, _SHRUNKEN, _RECOMPRESSED = 0.7, 0.35, 0.5  # how often
_SHORTEST_SIDE = 32
_QUALITIES = (40, 95)
_FILTERS = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
_prepare = ImagePreparer(IMAGE_SIDE, IMAGE_SIDE, "squash", "bicubic", 0)


def augmented(
    batches: Iterator[NDArray[np.int64]],
    pictures: Sequence[bytes],
    mirrorable: NDArray[np.bool_],
    seed: int,
    with_whole: bool,
) -> Iterator[tuple[NDArray[np.int64], Tensor, Tensor | None]]:
    """Rows, worn copies of their pictures and perhaps the whole ones, both (b, 3, S, S) uint8.

    Decoded a few batches ahead.
    """

    def load(row: int, number: int) -> tuple[Tensor, Tensor | None]:
        rng = random.Random(f"{seed} {number}")
        image = decode_image(pictures[row])
        worn = torch.from_numpy(_prepare(worn_copy(image, bool(mirrorable[row]), rng)))
        return worn, torch.from_numpy(_prepare(image)) if with_whole else None

    with ThreadPoolExecutor(2) as pool:
        waiting = []
        for step, rows in enumerate(batches):
            numbers = range(step * len(rows), (step + 1) * len(rows))
            tasks = [
                pool.submit(load, int(row), number)
                for row, number in zip(rows, numbers, strict=True)
            ]
            waiting.append((rows, tasks))
            if len(waiting) > _LOOK_AHEAD:
                first, done = waiting.pop(0)
                yield first, *_stacked(done)
        for first, done in waiting:
            yield first, *_stacked(done)


def _stacked(
    done: Sequence[Future[tuple[Tensor, Tensor | None]]],
) -> tuple[Tensor, Tensor | None]:
    pairs = [task.result() for task in done]
    whole = [picture for _, picture in pairs if picture is not None]
    return torch.stack([worn for worn, _ in pairs]), torch.stack(whole) if whole else None


def worn_copy(image: DecodedImage, mirrorable: bool, rng: random.Random) -> DecodedImage:
    """A crop of the picture, perhaps mirrored, perhaps shrunken and recompressed."""
    picture = Image.fromarray(image.pixels)
    if rng.random() < _CROPPED:
        picture = picture.crop(_crop_box(picture.size, rng))
    if mirrorable and rng.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rng.random() < _SHRUNKEN:
        picture = _shrunken(picture, rng)
    if rng.random() < _RECOMPRESSED:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=rng.randint(*_QUALITIES))
        return decode_image(buffer.getvalue())
    return DecodedImage(np.array(picture), *picture.size, image.format)


def _crop_box(size: tuple[int, int], rng: random.Random) -> tuple[int, int, int, int]:
    """A random part of the picture, of about its own shape."""
    share = rng.uniform(_SMALLEST_CROP, 1.0) ** 0.5
    stretch = rng.uniform(0.85, 1.18)
    width = max(1, round(size[0] * min(1.0, share * stretch)))
    height = max(1, round(size[1] * min(1.0, share / stretch)))
    left, top = rng.randint(0, size[0] - width), rng.randint(0, size[1] - height)
    return left, top, left + width, top + height


def _shrunken(picture: Image.Image, rng: random.Random) -> Image.Image:
    short = min(picture.size)
    wanted = rng.uniform(min(_SHORTEST_SIDE, short), short)
    size = tuple(max(1, round(side * wanted / short)) for side in picture.size)
    return picture.resize((size[0], size[1]), rng.choice(_FILTERS))
