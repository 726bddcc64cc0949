"""Features of one side of the model, picture or text: computed in training, or fixed and cached.

A side gives a step's inputs and turns inputs into unit features; which loss they meet is not its
business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.preparation import ImagePreparer
from models.training.tuning.batches import Drawn
from models.training.tuning.networks import text_features
from models.training.tuning.pictures import Picture, read_picture
from models.training.tuning.views import changed_view

_READERS = 2


class Side(Protocol):
    """One side of the model in training."""

    @property
    def learns(self) -> bool:
        """Whether anything in it is trained."""
        ...

    def expect(self, drawn: Drawn) -> None:
        """This step comes next: begin to read."""
        ...

    def inputs(self, drawn: Drawn) -> Tensor:
        """What the step's pictures or texts are to the tower, one row each."""
        ...

    def features(self, inputs: Tensor) -> Tensor:
        """(n, dim) float32, unit length."""
        ...


def unit(features: Tensor) -> Tensor:
    """Rows of unit length, float32."""
    return nn.functional.normalize(features.float(), dim=-1)


class Pixels:
    """Reads pictures as (3, S, S) uint8, in threads, ahead of when they are wanted."""

    def __init__(
        self, pictures: Sequence[Picture], prepare: ImagePreparer, *, augment: bool
    ) -> None:
        self._pictures = pictures
        self._prepare = prepare
        self._augment = augment
        self._pool = ThreadPoolExecutor(_READERS)
        self._waiting: dict[int, list[Future[NDArray[np.uint8]]]] = {}

    def expect(self, drawn: Drawn) -> None:
        """Begin to read a step's pictures."""
        if drawn.step not in self._waiting:
            pairs = zip(drawn.rows, drawn.seeds, strict=True)
            self._waiting[drawn.step] = [
                self._pool.submit(self.read, int(row), int(seed)) for row, seed in pairs
            ]

    def batch(self, drawn: Drawn) -> Tensor:
        """(n, 3, S, S) uint8. Raises TrainingError when a file has gone."""
        self.expect(drawn)
        futures = self._waiting.pop(drawn.step)
        return torch.from_numpy(np.stack([future.result() for future in futures]))

    def read(self, row: int, seed: int | None) -> NDArray[np.uint8]:
        """One picture: changed by the seed, or as it is."""
        picture = self._pictures[row]
        image = read_picture(picture, self._prepare.min_side)
        if seed is None or not self._augment:
            return self._prepare(image)
        return changed_view(image, self._prepare, seed, mirrorable=picture.mirrorable)


@dataclass(frozen=True, slots=True)
class Normalisation:
    """Mean and deviation of a model's pixels in 0…255, each (1, 3, 1, 1)."""

    mean: Tensor
    deviation: Tensor

    def __call__(self, pixels: Tensor) -> Tensor:
        """(n, 3, S, S) uint8 → float32 as the model wants it."""
        batch = (pixels.float() - self.mean) / self.deviation
        return batch.to(memory_format=torch.channels_last)


def normalisation(preprocessing: dict[str, object], device: torch.device) -> Normalisation:
    """From the model's own preprocessing."""
    mean, deviation = (
        torch.tensor(preprocessing[name], dtype=torch.float32, device=device).view(1, -1, 1, 1)
        for name in ("mean", "std")
    )
    return Normalisation(mean * 255, deviation * 255)


@dataclass(frozen=True, slots=True)
class ImageTower:
    """The image tower, with gradients."""

    network: Any
    pixels: Pixels
    normalise: Normalisation
    learns: bool = True

    def expect(self, drawn: Drawn) -> None:
        """Begin to read the pictures."""
        self.pixels.expect(drawn)

    def inputs(self, drawn: Drawn) -> Tensor:
        """(n, 3, S, S) uint8, on the device."""
        return self.pixels.batch(drawn).to(self.normalise.mean.device)

    def features(self, inputs: Tensor) -> Tensor:
        """(n, dim) float32, unit length."""
        return unit(self.network.encode_image(self.normalise(inputs)))


@dataclass(frozen=True, slots=True)
class TextTower:
    """The text tower, with gradients."""

    network: Any
    tokens: Tensor  # (m, context_length) of all texts
    device: torch.device
    learns: bool = True

    def expect(self, drawn: Drawn) -> None:
        """Nothing to read."""

    def inputs(self, drawn: Drawn) -> Tensor:
        """(m, context_length) token ids, on the device."""
        return self.tokens[torch.from_numpy(drawn.texts)].to(self.device)

    def features(self, inputs: Tensor) -> Tensor:
        """(m, dim) float32, unit length."""
        return unit(text_features(self.network, inputs))


@dataclass(frozen=True, slots=True)
class FixedImages:
    """Features computed once; each step sees one of several changed views of a picture."""

    views: Tensor  # (v, n, dim), unit
    transform: Callable[[Tensor], Tensor] | None = None

    @property
    def learns(self) -> bool:
        """Whether a map behind the tower is trained."""
        return self.transform is not None

    def expect(self, drawn: Drawn) -> None:
        """Nothing to read."""

    def inputs(self, drawn: Drawn) -> Tensor:
        """(n, dim) features of the drawn views."""
        chosen = torch.from_numpy(drawn.seeds % len(self.views)).to(self.views.device)
        return self.views[chosen, torch.from_numpy(drawn.rows).to(self.views.device)]

    def features(self, inputs: Tensor) -> Tensor:
        """(n, dim) float32, unit length."""
        return inputs if self.transform is None else unit(self.transform(inputs))


@dataclass(frozen=True, slots=True)
class FixedTexts:
    """Features of all texts, computed once."""

    rows: Tensor  # (m, dim), unit
    transform: Callable[[Tensor], Tensor] | None = None

    @property
    def learns(self) -> bool:
        """Whether a map behind the tower is trained."""
        return self.transform is not None

    def expect(self, drawn: Drawn) -> None:
        """Nothing to read."""

    def inputs(self, drawn: Drawn) -> Tensor:
        """(m, dim) features of the drawn texts."""
        return self.rows[torch.from_numpy(drawn.texts).to(self.rows.device)]

    def features(self, inputs: Tensor) -> Tensor:
        """(m, dim) float32, unit length."""
        return inputs if self.transform is None else unit(self.transform(inputs))
