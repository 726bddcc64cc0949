"""Small real open_clip models with random weights, made once a run."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from models.lean_imports import open_clip

PREPROCESSING = {"mean": [0.48, 0.45, 0.40], "std": [0.27, 0.26, 0.28]}
VISION = {"image_size": 64, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16}
TEXT = {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 2}


def write_model(directory: Path, model_cfg: dict[str, Any], **preprocessing: Any) -> Path:
    """An ordinary open_clip model directory with random weights."""
    directory.mkdir(parents=True, exist_ok=True)
    config = {"model_cfg": model_cfg, "preprocess_cfg": {**PREPROCESSING, **preprocessing}}
    (directory / "open_clip_config.json").write_text(json.dumps(config))
    torch.manual_seed(3)
    network = open_clip.create_model(f"local-dir:{directory}", load_weights=False)
    weights = {name: tensor.contiguous().clone() for name, tensor in network.state_dict().items()}
    save_file(weights, directory / "open_clip_model.safetensors")
    return directory


@pytest.fixture(scope="session")
def clip_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIP-type model: causal text tower, softmax."""
    model_cfg = {"embed_dim": 48, "vision_cfg": VISION, "text_cfg": TEXT}
    return write_model(tmp_path_factory.mktemp("clip"), model_cfg)


@pytest.fixture(scope="session")
def siglip_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SigLIP-type model: a text tower that looks both ways, a logit bias, squashed pictures."""
    text = {**TEXT, "no_causal_mask": True, "pool_type": "last", "context_length": 64}
    model_cfg = {
        "embed_dim": 48,
        "init_logit_bias": -10,
        "custom_text": True,
        "vision_cfg": VISION,
        "text_cfg": text,
    }
    directory = tmp_path_factory.mktemp("siglip")
    return write_model(directory, model_cfg, resize_mode="squash", interpolation="bilinear")


@pytest.fixture(scope="session")
def own_tokenizer_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that brings a tokenizer other than CLIP's, as SigLIP does."""
    directory = tmp_path_factory.mktemp("own-tokenizer")
    words = write_tokenizer(directory)
    text = {
        **TEXT,
        "hf_tokenizer_name": "in-this-directory",
        "vocab_size": words,
        "context_length": 8,
        "no_causal_mask": True,
        "pool_type": "last",
    }
    model_cfg = {"embed_dim": 48, "custom_text": True, "vision_cfg": VISION, "text_cfg": text}
    return write_model(directory, model_cfg)


def write_tokenizer(directory: Path) -> int:
    """A tokenizer of whole words, as transformers reads it. Returns how many it knows."""
    words = {"<pad>": 0, "<unk>": 1, "red": 2, "blue": 3, "boat": 4}
    tokenizer = {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordLevel", "vocab": words, "unk_token": "<unk>"},
    }
    (directory / "tokenizer.json").write_text(json.dumps(tokenizer))
    about = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "<unk>"}
    (directory / "tokenizer_config.json").write_text(json.dumps({**about, "pad_token": "<pad>"}))
    return len(words)
