"""LoRA (Hu et al. 2022): small learnt additions to the big matrices of both towers.

peft adds and merges them; after merging the network is an ordinary one again. The only importer of
peft.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from models.errors import TrainingError

_ADAPTER = "default"
_DECODER = "text_decoder"  # a captioner's decoder takes no part in the loss
_ASKED_FOR_ITS_TYPE = "text_projection"  # open_clip multiplies by it unless it is an nn.Linear


class Adapted:
    """A network with LoRA in it; `network` computes with the additions and trains only them."""

    def __init__(self, network: Any, rank: int, seed: int) -> None:
        try:
            from peft import LoraConfig, LoraModel
        except ImportError as error:
            raise TrainingError(
                "--mode lora needs the package peft: pip install 'sightline[train]'"
            ) from error
        targets = adaptable_layers(network, rank)
        if not targets:
            raise TrainingError("this architecture has no layer that LoRA can be added to")
        torch.manual_seed(seed)
        config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=targets, lora_dropout=0.0)
        self._model = LoraModel(network, config, _ADAPTER)
        self.network = network
        self._fixed = _frozen_weights(network)

    def parameters(self) -> dict[str, nn.Parameter]:
        """What learns, by name."""
        return {n: p for n, p in self.network.named_parameters() if "lora_" in n}

    def steady(self) -> None:
        """Put frozen weights back as they were.

        peft adds LoRA to a fused attention by adding and subtracting at each step; rounding would
        let those weights drift, and a resumed run would differ from an uninterrupted one.
        """
        for name, weight in _frozen_weights(self.network, self._fixed).items():
            weight.data.copy_(self._fixed[name])

    @property
    def model(self) -> Any:
        """The object of peft that can merge."""
        return self._model


def merged(adapted: Any, values: Mapping[str, Tensor]) -> Any:
    """A copy of peft's model with these values, merged: an ordinary network."""
    import copy

    twin = copy.deepcopy(adapted)
    with torch.no_grad():
        for name, parameter in twin.model.named_parameters():
            if name in values:
                parameter.copy_(values[name])
    return twin.merge_and_unload()


def adaptable_layers(network: nn.Module, rank: int) -> list[str]:
    """Names of the layers that LoRA is added to: attention, linear, and convolutions that mix
    channels. Layers smaller than the rank gain nothing and are left out, and so are depthwise
    convolutions, which peft cannot factor.
    """
    attentions = [n for n, m in network.named_modules() if isinstance(m, nn.MultiheadAttention)]
    names = []
    for name, module in network.named_modules():
        if name.startswith(_DECODER) or name.endswith(_ASKED_FOR_ITS_TYPE):
            continue
        if any(name.startswith(f"{own}.") for own in attentions):
            continue
        if isinstance(module, nn.MultiheadAttention):
            if module._qkv_same_embed_dim:
                names.append(name)
        elif (isinstance(module, nn.Linear) and min(module.weight.shape) > rank) or (
            isinstance(module, nn.Conv2d)
            and module.groups == 1
            and min(module.in_channels, module.out_channels) > rank
        ):
            names.append(name)
    return names


def _frozen_weights(
    network: nn.Module, known: Mapping[str, Tensor] | None = None
) -> dict[str, Tensor]:
    """The weights inside fused attentions that peft adds to and subtracts from, by name."""
    found = {}
    for name, module in network.named_modules():
        if isinstance(module, nn.MultiheadAttention):
            out: Any = module.out_proj
            layer = out.get_base_layer() if hasattr(out, "get_base_layer") else out
            for kind, weight in (("in", module.in_proj_weight), ("out", layer.weight)):
                found[f"{name}.{kind}"] = weight if known else weight.detach().clone()
    return found
