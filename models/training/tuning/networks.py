"""The model to start from: its network, its tokenizer, and the config that its result needs.

A base is any model that Sightline can load; a fresh one is an architecture without weights. Never
trains, never writes.
"""

from __future__ import annotations

import copy
import json
import logging
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn

from models.config import BUILTIN_MODEL, ModelConfig
from models.errors import TrainingError
from models.lean_imports import allow_transformers, hub_config, open_clip
from models.loading import BUILTIN_DIRECTORY, CONFIG_FILE, HUB_PREFIX, load_network, model_directory
from models.open_clip_encoder import LoadedModel, OpenClipEncoder, image_preparer, loaded_model
from models.preparation import ImagePreparer
from models.text_truncation import find_causal_tower

_FRESH_SCALE, _FRESH_BIAS = 10.0, -10.0  # where SigLIP starts (Zhai et al. 2023, section 3.2)


@dataclass(frozen=True, slots=True)
class Base:
    """A model in fp32 on the CPU, with what is needed to write its like."""

    name: str
    loaded: LoadedModel
    config: dict[str, Any]  # model_cfg and preprocess_cfg, as open_clip_config.json holds them
    half: bool  # whether its weights are stored in fp16

    @property
    def network(self) -> Any:
        """open_clip's network."""
        return self.loaded.network

    @property
    def preparer(self) -> ImagePreparer:
        """The model's own geometry of pictures."""
        return image_preparer(self.loaded.preprocessing)

    def encoder(self, network: Any, device: torch.device, batch_size: int = 64) -> OpenClipEncoder:
        """An encoder over a network of this architecture, in fp32."""
        return OpenClipEncoder(replace(self.loaded, network=network), device, "fp32", batch_size)

    def tokens(self, texts: list[str]) -> Tensor:
        """(n, context_length) token ids."""
        return self.loaded.tokenizer(texts)


def load_base(config: ModelConfig) -> Base:
    """A model with weights. Raises ModelLoadError."""
    loaded = load_network(config)
    directory = model_directory(config)
    return Base(config.model_name, loaded, _config_of(config, loaded), _is_half(directory))


def fresh_base(
    architecture: str, *, sigmoid: bool = False, embed_dim: int | None = None, seed: int = 0
) -> Base:
    """A model without weights: an architecture that open_clip knows, or a config file or directory.

    Raises TrainingError if there is none of that name.
    """
    config = architecture_config(architecture)
    model_cfg = config["model_cfg"]
    if embed_dim is not None:
        model_cfg["embed_dim"] = embed_dim
    if sigmoid:
        model_cfg.setdefault("init_logit_scale", float(torch.tensor(_FRESH_SCALE).log()))
        model_cfg.setdefault("init_logit_bias", _FRESH_BIAS)
    return built(architecture, config, seed)


def built(name: str, config: dict[str, Any], seed: int) -> Base:
    """A network with random weights from a config. Raises TrainingError if it makes none."""
    torch.manual_seed(seed)
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / CONFIG_FILE).write_text(json.dumps(config), encoding="utf-8")
        place = f"local-dir:{directory}"
        loud = logging.root.manager.disable
        logging.disable(logging.WARNING)  # open_clip warns that there are no weights: that is meant
        try:
            allow_transformers(place)
            network = open_clip.create_model(place, load_weights=False, pretrained_text=False)
            tokenizer = open_clip.get_tokenizer(place)
        except (RuntimeError, ValueError, KeyError, TypeError, OSError, ImportError) as error:
            raise TrainingError(f"{name} cannot be built: {error}") from error
        finally:
            logging.disable(loud)
    loaded = loaded_model(network.eval(), tokenizer, shown_name=name)
    return Base(name, loaded, config, half=False)


def architecture_config(name: str) -> dict[str, Any]:
    """The config of an architecture, without weights. Raises TrainingError if there is none."""
    path = BUILTIN_DIRECTORY if name == BUILTIN_MODEL else Path(name).expanduser()
    file = path / CONFIG_FILE if path.is_dir() else path
    if file.is_file():
        try:
            config: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise TrainingError(f"{file} is no JSON: {error}") from error
        # A bare model config, as open_clip keeps them, has no place for preprocessing.
        return config if "model_cfg" in config else {"model_cfg": config, "preprocess_cfg": {}}
    known = open_clip.get_model_config(name)
    if known is None:
        raise TrainingError(
            f"there is no architecture {name!r}: it is neither a name that open_clip knows "
            "(ViT-B-32, RN50, …) nor a config file"
        )
    return {"model_cfg": known, "preprocess_cfg": {}}


def _config_of(config: ModelConfig, loaded: LoadedModel) -> dict[str, Any]:
    directory = model_directory(config)
    preprocessing = {key: value for key, value in loaded.preprocessing.items() if key != "size"}
    if directory is not None:
        stored = json.loads((directory / CONFIG_FILE).read_text(encoding="utf-8"))
        model_cfg = stored["model_cfg"]
    elif config.model_name.startswith(HUB_PREFIX):
        hub_name = config.model_name.removeprefix(HUB_PREFIX)
        model_cfg = hub_config(hub_name, cache_dir=config.cache_dir)["model_cfg"]
    else:
        model_cfg = open_clip.get_model_config(config.model_name)
    return {"model_cfg": copy.deepcopy(model_cfg), "preprocess_cfg": preprocessing}


def _is_half(directory: Path | None) -> bool:
    """Whether a model directory's weights are fp16, as the built-in model's are."""
    files = sorted(directory.glob("*.safetensors")) if directory else []
    if not files:
        return False
    with safe_open(files[0], "pt") as stored:
        kinds = {stored.get_slice(name).get_dtype() for name in stored.keys()}  # noqa: SIM118
    return "F16" in kinds and "F32" not in kinds


def freeze_batch_norm(network: nn.Module) -> None:
    """Keep the running statistics of batch norms as they are; their scales may still learn.

    A few hundred pictures of one kind would pull them away from what the other weights expect.
    Call after every `train()`, which would thaw them.
    """
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


def has_batch_norm(network: nn.Module) -> bool:
    """Whether statistics of the batch enter the features."""
    return any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in network.modules())


def text_features(network: Any, tokens: Tensor) -> Tensor:
    """(n, context_length) → (n, dim), not normalised; at the length the texts have, if exact."""
    causal = find_causal_tower(network)
    features: Tensor = network.encode_text(tokens) if causal is None else causal.features(tokens)
    return features
