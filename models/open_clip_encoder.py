"""A loaded model of open_clip behind the `Encoder` protocol.

Weights are read in fp32 on the CPU, fingerprinted, then cast and moved. Preprocessing, tokenizer
and context length come from the model's own config. Never decides which model to load.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from models.devices import DTYPES
from models.encoder import Embeddings, EncoderInfo, unit_embeddings
from models.errors import EncodeError, NoCellsError
from models.fingerprint import model_fingerprint
from models.fusion import without_batch_norms
from models.golden import GOLDEN_TEXT, Golden, golden_picture
from models.heat_maps import Cells
from models.images import DecodedImage
from models.lean_imports import (
    PreprocessCfg,
    allow_transformers,
    image_transform_v2,
    open_clip,
)
from models.patches import cell_features
from models.preparation import ImagePreparer
from models.text_truncation import find_causal_tower
from models.thread_counts import ALL_THREADS, computing_with, threads_for

Tokenizer = Callable[[list[str]], Tensor]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model as open_clip gives it, in fp32 on the CPU, with what its config says about inputs."""

    model_name: str
    pretrained: str | None
    network: Any  # open_clip's model classes share no typed base
    tokenizer: Tokenizer
    preprocessing: dict[str, object]
    fingerprint: str
    golden: Golden


def read_model(
    open_clip_name: str, pretrained: str | None, *, shown_name: str, cache_dir: str | None
) -> LoadedModel:
    """Let open_clip build the model and read its weights; whatever it raises comes through."""
    allow_transformers(open_clip_name)
    network = open_clip.create_model(
        open_clip_name, pretrained, cache_dir=cache_dir, require_pretrained=True
    ).eval()
    tokenizer: Tokenizer = open_clip.get_tokenizer(open_clip_name, cache_dir=cache_dir)
    return loaded_model(network, tokenizer, shown_name=shown_name, pretrained=pretrained)


def loaded_model(
    network: Any, tokenizer: Tokenizer, *, shown_name: str, pretrained: str | None = None
) -> LoadedModel:
    """A network in fp32 on the CPU with its inputs' description, fingerprint and proof."""
    preprocessing = dict(open_clip.get_model_preprocess_cfg(network))
    return LoadedModel(
        shown_name,
        pretrained,
        network,
        tokenizer,
        preprocessing,
        model_fingerprint(network.state_dict(), preprocessing, tokenizer),
        _plain_golden(network, tokenizer, preprocessing),
    )


def _plain_golden(network: Any, tokenizer: Tokenizer, preprocessing: dict[str, object]) -> Golden:
    """The golden inputs through open_clip's own transform and forward pass, no fast path."""
    transform = image_transform_v2(PreprocessCfg(**preprocessing), is_train=False)
    picture = transform(Image.fromarray(golden_picture().pixels)).unsqueeze(0)
    with torch.inference_mode():
        image = network.encode_image(picture, normalize=True)
        text = network.encode_text(tokenizer([GOLDEN_TEXT]), normalize=True)
    return Golden(image[0].float().numpy(), text[0].float().numpy())


def known_pretrained(open_clip_name: str) -> list[str]:
    """The tags of weights that open_clip knows for a model name; empty for an unknown name."""
    tags: list[str] = open_clip.list_pretrained_tags_by_model(open_clip_name)
    return tags


def comes_from_hub(open_clip_name: str, pretrained: str) -> bool:
    """Whether a tag's weights come through the hub library, which can be told to stay offline."""
    return bool(open_clip.get_pretrained_cfg(open_clip_name, pretrained).get("hf_hub"))


class OpenClipEncoder:
    """Implements `Encoder` for any model that open_clip can build."""

    def __init__(
        self, loaded: LoadedModel, device: torch.device, precision: str, batch_size: int
    ) -> None:
        self._info = _info(loaded, device, precision)
        self._batch_size = batch_size
        self._threads = ALL_THREADS
        self._device = device
        self._dtype = DTYPES[precision]
        self._tokenizer = loaded.tokenizer
        self._prepare = image_preparer(loaded.preprocessing)
        self._mean, self._deviation = _normalisation(loaded.preprocessing, device)
        self._network = _quicker(loaded).to(
            device=device, dtype=self._dtype, memory_format=torch.channels_last
        )
        self._causal_tower = find_causal_tower(self._network)

    @property
    def info(self) -> EncoderInfo:
        """What is loaded."""
        return self._info

    def prepare_image(self, image: DecodedImage) -> NDArray[np.uint8]:
        """Resize and crop as the model's config says. Returns (3, S, S) uint8; thread-safe."""
        return self._prepare(image)

    def encode_prepared(self, prepared: NDArray[np.uint8]) -> Embeddings:
        """Encode (n, 3, S, S) prepared pictures. Returns (n, dim) float32, unit length.

        Raises EncodeError if the model fails.
        """
        batches = (
            prepared[start : start + self._batch_size]
            for start in range(0, len(prepared), self._batch_size)
        )
        with computing_with(self._threads):
            return self._embed(self._image_features(batch) for batch in batches)

    def encode_image(self, images: Sequence[DecodedImage]) -> Embeddings:
        """Encode pictures, in order. Returns (len(images), dim) float32, unit length.

        Raises EncodeError if the model fails; an empty list gives (0, dim).
        """
        if not images:
            return np.zeros((0, self._info.dim), np.float32)
        return self.encode_prepared(np.stack([self._prepare(image) for image in images]))

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts, in order. Returns (len(texts), dim) float32, unit length.

        Raises EncodeError if the model fails; an empty list gives (0, dim).
        """
        if not texts:
            return np.zeros((0, self._info.dim), np.float32)
        tokens = self._tokenizer(list(texts))  # (n, context_length)
        batches = torch.split(tokens, self._batch_size)
        work = None if self._causal_tower is None else self._causal_tower.largest_product(tokens)
        with computing_with(threads_for(work, self._threads)):
            return self._embed(self._text_features(batch.to(self._device)) for batch in batches)

    def count_tokens(self, texts: Sequence[str]) -> int:
        """How many tokens of these texts the model reads, its marks of begin and end included.

        Not while texts are encoded: some tokenizers are used by one thread at a time.
        """
        if not texts:
            return 0
        tokens = self._tokenizer(list(texts))  # (n, context_length)
        used = tokens.ne(self._tokenizer([""])[0, -1])  # an empty text ends in padding
        places = torch.arange(1, used.shape[1] + 1)
        return int((used * places).amax(dim=1).sum())

    def encode_cells(self, image: DecodedImage) -> Cells:
        """Encode the parts of a picture, for maps of where something is.

        Raises NoCellsError if the image tower has none, EncodeError if the model fails.
        """
        features = cell_features(self._network.visual)
        if features is None:
            raise NoCellsError(self._info.model_name)
        pixels = self._pixels(self._prepare(image)[None])
        try:
            with computing_with(self._threads), torch.inference_mode():
                cells = features(pixels).float().cpu().numpy()  # (rows, columns, dim)
        except (RuntimeError, ValueError, AttributeError) as error:
            raise NoCellsError(self._info.model_name) from error
        rows, columns, dim = cells.shape
        embeddings = unit_embeddings(cells.reshape(-1, dim)).reshape(rows, columns, dim)
        return Cells(embeddings, self._prepare.region(*image.pixels.shape[:2]))

    def _embed(self, features: Iterator[Tensor]) -> Embeddings:
        try:
            with torch.inference_mode():
                rows = [part.float().cpu().numpy() for part in features]
        except (RuntimeError, ValueError, IndexError) as error:
            raise EncodeError(str(error)) from error
        if not rows:
            return np.zeros((0, self._info.dim), np.float32)
        return unit_embeddings(np.concatenate(rows))

    def _image_features(self, prepared: NDArray[np.uint8]) -> Tensor:
        features: Tensor = self._network.encode_image(self._pixels(prepared))  # (n, dim)
        return features

    def _pixels(self, prepared: NDArray[np.uint8]) -> Tensor:
        """(n, 3, S, S) bytes as the network wants them."""
        pixels = torch.from_numpy(np.ascontiguousarray(prepared)).to(self._device)  # bytes travel
        batch = pixels.float().sub_(self._mean).div_(self._deviation)
        return batch.to(dtype=self._dtype, memory_format=torch.channels_last)

    def _text_features(self, tokens: Tensor) -> Tensor:
        if self._causal_tower is not None:
            return self._causal_tower.features(tokens)
        features: Tensor = self._network.encode_text(tokens)  # (n, dim)
        return features


def _quicker(loaded: LoadedModel) -> Any:
    """The network with its image tower's batch norms folded in; the one given stays whole."""
    height, width = _sides(loaded.preprocessing)
    sample = torch.linspace(-1, 1, 3 * height * width).view(1, 3, height, width)
    network = copy.copy(loaded.network)
    network._modules = dict(loaded.network._modules)
    network.visual = without_batch_norms(loaded.network.visual, sample)
    return network


def _info(loaded: LoadedModel, device: torch.device, precision: str) -> EncoderInfo:
    network = loaded.network
    logit_bias = getattr(network, "logit_bias", None)
    return EncoderInfo(
        model_name=loaded.model_name,
        pretrained=loaded.pretrained,
        fingerprint=loaded.fingerprint,
        dim=len(loaded.golden.text),
        image_size=_sides(loaded.preprocessing)[0],
        context_length=int(loaded.tokenizer([""]).shape[1]),
        device=str(device),
        precision=precision,
        logit_scale=float(network.logit_scale.detach().exp().mean()),
        logit_bias=None if logit_bias is None else float(logit_bias.detach().mean()),
    )


def _sides(preprocessing: dict[str, object]) -> tuple[int, int]:
    size = preprocessing["size"]
    if isinstance(size, int):
        return size, size
    assert isinstance(size, list | tuple)
    return int(size[0]), int(size[-1])


def image_preparer(preprocessing: dict[str, object]) -> ImagePreparer:
    """A model's own geometry of pictures, from its preprocessing."""
    height, width = _sides(preprocessing)
    fill = preprocessing.get("fill_color", 0)
    return ImagePreparer(
        height=height,
        width=width,
        resize_mode=str(preprocessing.get("resize_mode") or "shortest"),
        interpolation=str(preprocessing.get("interpolation") or "bicubic"),
        fill=fill if isinstance(fill, int) else 0,
    )


def _normalisation(preprocessing: dict[str, object], device: torch.device) -> tuple[Tensor, Tensor]:
    """Mean and deviation for pixels in 0…255, each (1, 3, 1, 1)."""
    mean, deviation = (
        torch.tensor(preprocessing[name], dtype=torch.float32, device=device).view(1, -1, 1, 1)
        for name in ("mean", "std")
    )
    return mean * 255, deviation * 255
