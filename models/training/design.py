"""The built-in model's architecture, as open_clip's own config. Never holds weights.

An EfficientNet-Lite0 (3.4 M parameters, a 1.3 M projection) sees the whole picture squashed to 192
px; a four-layer causal transformer with CLIP's BPE reads the text; both end in 384 dimensions,
those of the sentence encoder that taught them.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.lean_imports import open_clip
from models.training.teachers import IMAGE_SIDE, IMAGE_TEACHER

OPEN_CLIP_CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": 384,
        "custom_text": True,
        "vision_cfg": {
            "timm_model_name": IMAGE_TEACHER,
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


def load_trunk(network: Any, weights: dict[str, Tensor]) -> None:
    """Start the image tower from ImageNet weights (without their classifier)."""
    trunk = {name: value for name, value in weights.items() if not name.startswith("classifier")}
    missing, unexpected = network.visual.trunk.load_state_dict(trunk, strict=False)
    missing = [name for name in missing if "num_batches_tracked" not in name]
    if missing or unexpected:
        raise ValueError(f"weights do not fit the tower: {missing[:3]} {unexpected[:3]}")


def frozen_statistics(network: Any) -> None:
    """Train, but keep batch-norm statistics: small batches of odd pictures would spoil them."""
    network.train()
    for module in network.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.eval()
