"""The model that ships: an ordinary open_clip directory, small, documented, fast to load."""

import json

import numpy as np
import torch

from models.encoder import Encoder
from models.lean_imports import open_clip
from models.loading import BUILTIN_DIRECTORY

MAX_WEIGHTS_BYTES = 60 * 10**6


def test_the_directory_holds_config_weights_card_and_golden_embeddings() -> None:
    names = {path.name for path in BUILTIN_DIRECTORY.iterdir()}
    assert {"open_clip_config.json", "MODEL_CARD.md", "golden.json"} <= names
    weights = BUILTIN_DIRECTORY / "open_clip_model.safetensors"
    assert weights.stat().st_size <= MAX_WEIGHTS_BYTES
    config = json.loads((BUILTIN_DIRECTORY / "open_clip_config.json").read_text())
    assert config["model_cfg"]["vision_cfg"]["image_size"] <= 224


def test_stock_open_clip_loads_it_and_agrees(encoder: Encoder) -> None:
    network = open_clip.create_model(f"local-dir:{BUILTIN_DIRECTORY}").eval()
    tokenizer = open_clip.get_tokenizer(f"local-dir:{BUILTIN_DIRECTORY}")
    texts = ["a dog", "two children play in the snow"]
    with torch.inference_mode():
        expected = network.encode_text(tokenizer(texts), normalize=True).numpy()
    assert (encoder.encode_text(texts) * expected).sum(axis=1).min() >= 0.999


def test_it_keeps_the_order_of_meanings(encoder: Encoder) -> None:
    near = [("a puppy", "a dog"), ("an automobile", "a car"), ("the ocean", "the sea")]
    far = ["a dog", "a car", "the sea"]
    for word, meaning in near:
        query, *others = encoder.encode_text([word, *far])
        assert far[int(np.argmax(np.stack(others) @ query))] == meaning
