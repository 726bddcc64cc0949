"""The model directory that a run leaves: an ordinary open_clip one, with a card.

The config is written last, so half a directory is never taken for a model. Never trains.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from models.config import ModelConfig
from models.evaluation.intervals import Interval
from models.golden import GOLDEN_FILE, golden_of, write_golden
from models.loading import CONFIG_FILE, load_encoder
from models.training.export import WEIGHTS_FILE
from models.training.tuning.networks import Base

CARD_FILE = "MODEL_CARD.md"


def write_model(network: Any, base: Base, directory: Path) -> None:
    """Write weights, tokenizer, config and golden embeddings; the result is loaded to prove it.

    Weights are fp32, or fp16 where the base's are. Raises ModelLoadError if it does not load.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name in (CONFIG_FILE, GOLDEN_FILE):
        (directory / name).unlink(missing_ok=True)
    kind = torch.float16 if base.half else torch.float32
    weights = {
        name: tensor.detach().cpu().to(kind if tensor.is_floating_point() else tensor.dtype)
        for name, tensor in network.state_dict().items()
    }
    partial = directory / f"{WEIGHTS_FILE}.partial"
    save_file({name: tensor.contiguous().clone() for name, tensor in weights.items()}, partial)
    partial.chmod(0o644)  # written for its owner only; a service runs as somebody else
    partial.replace(directory / WEIGHTS_FILE)
    words = getattr(base.loaded.tokenizer, "tokenizer", None)  # a tokenizer with files of its own
    if words is not None and hasattr(words, "save_pretrained"):
        words.save_pretrained(str(directory))
    partial = directory / f"{CONFIG_FILE}.partial"
    partial.write_text(json.dumps(base.config, indent=2) + "\n", encoding="utf-8")
    partial.replace(directory / CONFIG_FILE)
    encoder = load_encoder(ModelConfig(str(directory.resolve()), precision="fp32", device="cpu"))
    write_golden(directory, golden_of(encoder))


def shown(interval: Interval) -> str:
    """A figure with its interval."""
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def write_card(
    directory: Path,
    facts: Mapping[str, str],
    figures: Mapping[str, Sequence[Interval]],
    settings: Mapping[str, Any],
) -> None:
    """Write the card: what it was made from, how, and how good it is before and after."""
    lines = ["# Model card", "", "Trained with `sightline train`.", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in facts.items()]
    lines += ["", "## Held-out pictures", ""]
    lines += ["| figure | before | after | difference |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {' | '.join(shown(interval) for interval in intervals)} |"
        for name, intervals in figures.items()
    ]
    lines += [
        "",
        "Intervals are 95 % bootstrap intervals over pictures; the difference is paired. The state",
        "that did best on these pictures was kept, so the figure after training is a little kind.",
        "",
        "## Settings",
        "",
    ]
    lines += [f"- {name}: {value}" for name, value in settings.items()]
    (directory / CARD_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
