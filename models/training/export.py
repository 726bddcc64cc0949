"""A trained network → an ordinary open_clip model directory. Never overwrites half a model."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from models.config import ModelConfig
from models.golden import golden_of, write_golden
from models.loading import CONFIG_FILE, load_encoder

WEIGHTS_FILE = "open_clip_model.safetensors"


def export_model(network: Any, config: dict[str, Any], directory: Path) -> None:
    """Write config, fp16 weights and golden embeddings; loading it back is part of the job.

    Raises ModelLoadError if what was written does not load.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "golden.json").unlink(missing_ok=True)
    weights = {
        name: tensor.detach().to(torch.float16 if tensor.is_floating_point() else tensor.dtype)
        for name, tensor in network.state_dict().items()
    }
    partial = directory / "partial.tmp"
    save_file({name: tensor.contiguous() for name, tensor in weights.items()}, partial)
    partial.chmod(0o644)  # written for its owner only; a service runs as somebody else
    partial.rename(directory / WEIGHTS_FILE)
    text = json.dumps(config, indent=2) + "\n"
    (directory / CONFIG_FILE).write_text(text, encoding="utf-8")
    encoder = load_encoder(ModelConfig(str(directory.resolve()), precision="fp32", device="cpu"))
    write_golden(directory, golden_of(encoder))
