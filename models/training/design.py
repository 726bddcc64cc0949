"""The built-in model's architecture, as open_clip's own config. Never holds weights.

A MobileNetV2 (2.2 M parameters, a 1.3 M projection) sees the whole picture squashed to 192 px; a
four-layer causal transformer with CLIP's BPE reads the text; both end in 384 dimensions, those of
the sentence encoder that taught them.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import open_clip
import torch
from torch import Tensor

IMAGE_SIDE = 192
OPEN_CLIP_CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": 384,
        "custom_text": True,
        "vision_cfg": {
            "timm_model_name": "mobilenetv2_100",
            "timm_model_pretrained": False,
            "timm_pool": "avg",
            "timm_proj": "mlp",
            "image_size": IMAGE_SIDE,
        },
        "text_cfg": {
            "context_length": 77,
            "vocab_size": 49408,
            "width": 256,
            "heads": 4,
            "layers": 4,
        },
    },
    "preprocess_cfg": {
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "interpolation": "bicubic",
        "resize_mode": "squash",
    },
}


def build_network() -> Any:
    """The untrained model, fp32, as open_clip builds it from the config."""
    with tempfile.TemporaryDirectory() as directory:
        config = Path(directory) / "open_clip_config.json"
        config.write_text(json.dumps(OPEN_CLIP_CONFIG), encoding="utf-8")
        return open_clip.create_model(f"local-dir:{directory}", load_weights=False)


def mirrored(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Mirror every spatial kernel left to right.

    TensorFlow's "same" padding of a stride-2 layer adds its odd pixel on the right, open_clip's
    towers pad the left. On even sizes the mirrored network therefore computes across exactly what
    the original computes on the mirrored picture; downwards, training heals the shift.
    """
    return {
        name: tensor.flip(-1) if tensor.ndim == 4 else tensor for name, tensor in weights.items()
    }


def load_trunk(network: Any, weights: dict[str, Tensor]) -> None:
    """Start the image tower from ImageNet weights (without their classifier)."""
    trunk = {name: value for name, value in weights.items() if not name.startswith("classifier")}
    missing, unexpected = network.visual.trunk.load_state_dict(mirrored(trunk), strict=False)
    if missing or unexpected:
        raise ValueError(f"weights do not fit the tower: {missing[:3]} {unexpected[:3]}")


def frozen_statistics(network: Any) -> None:
    """Train, but keep batch-norm statistics as they are (they are folded into the weights)."""
    network.train()
    for module in network.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.eval()
