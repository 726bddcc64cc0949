"""Tiny models and pictures whose captions say what is in them, for the tests of tuning."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from models.config import ModelConfig
from models.lean_imports import open_clip
from models.training.tuning.networks import Base, load_base
from models.training.tuning.pictures import Entry

VISION = {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16}
TEXT = {"context_length": 24, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1}
TIMM = {"timm_model_name": "mobilenetv2_050", "image_size": 32, "timm_pool": "avg"}
CONFIGS: dict[str, dict[str, Any]] = {
    "clip": {"embed_dim": 32, "vision_cfg": VISION, "text_cfg": TEXT},
    "mlp": {
        "embed_dim": 32,
        "custom_text": True,
        "vision_cfg": {**TIMM, "timm_proj": "mlp"},
        "text_cfg": {**TEXT, "proj_bias": True},
    },
    "resnet": {
        "embed_dim": 32,
        "vision_cfg": {"image_size": 32, "layers": [1, 1, 1, 1], "width": 8, "head_width": 16},
        "text_cfg": TEXT,
    },
    "siglip": {
        "embed_dim": 32,
        "init_logit_bias": -10,
        "custom_text": True,
        "vision_cfg": {**TIMM, "timm_proj": "linear"},
        "text_cfg": {**TEXT, "no_causal_mask": True, "pool_type": "last"},
    },
}
COLOURS = {"red": (220, 30, 30), "green": (30, 180, 40), "blue": (40, 60, 220)}
SHADES = {"a dark": 0.4, "a": 0.8, "a bright": 1.0}


@pytest.fixture(scope="session")
def model_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The directory of a tiny model with random weights, by kind; made once a run."""
    made: dict[str, Path] = {}

    def make(kind: str) -> Path:
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp(kind)
            config = {"model_cfg": CONFIGS[kind], "preprocess_cfg": {"resize_mode": "squash"}}
            (made[kind] / "open_clip_config.json").write_text(json.dumps(config))
            torch.manual_seed(1)
            network = open_clip.create_model(f"local-dir:{made[kind]}", load_weights=False)
            weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
            save_file(weights, made[kind] / "open_clip_model.safetensors")
        return made[kind]

    return make


@pytest.fixture
def base_of(model_of: Callable[[str], Path]) -> Callable[[str], Base]:
    """A tiny model, loaded anew."""
    return lambda kind: load_base(ModelConfig(str(model_of(kind)), device="cpu"))


@pytest.fixture(scope="session")
def entries(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    """18 plain pictures in three colours and three shades, with what they are as captions."""
    folder = tmp_path_factory.mktemp("pictures")
    found = []
    for number in range(18):
        colour = list(COLOURS)[number % 3]
        shade = list(SHADES)[number // 3 % 3]
        noise = np.random.default_rng(number).integers(-20, 20, (40, 48, 3))
        pixels = np.clip(np.array(COLOURS[colour]) * SHADES[shade] + noise, 0, 255)
        file = folder / f"{number}.png"
        Image.fromarray(pixels.astype(np.uint8)).save(file)
        found.append(Entry(file, (f"{shade} {colour} square", f"{colour} paper, {number}")))
    return found
