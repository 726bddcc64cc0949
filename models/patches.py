"""Image towers cell by cell: an embedding for every part of a picture, in the space of texts.

Convolutional towers average their last feature map and project the average. Here each cell of the
map, averaged with its neighbours, is projected by itself: class activation maps without training
(Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016), for a head that
need not be linear. Vision transformers project one token; here every patch token goes through the
last block with its attention left out, so that it speaks of its own place only, then through the
same normalisation and projection (MaskCLIP: Zhou, Loy, Dai, "Extract Free Dense Labels from CLIP",
ECCV 2022). Never normalises lengths and never scores.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

CellFeatures = Callable[[Tensor], Tensor]
"""(1, 3, S, S) normalised pixels → (rows, columns, dim) features."""

# Cells averaged with so many on each side: single ones are noisy, and the head knows averages only.
_REACH = 1


def cell_features(tower: Any) -> CellFeatures | None:
    """What gives the features of a tower's cells; None for a kind of tower that has none."""
    if hasattr(tower, "trunk") and hasattr(tower.trunk, "forward_features"):
        return lambda pixels: _of_timm(tower, pixels)
    parts = ("conv1", "transformer", "ln_post", "_embeds")
    if all(hasattr(tower, part) for part in parts) and getattr(tower, "attn_pool", None) is None:
        return lambda pixels: _of_transformer(tower, pixels)
    return None


def _of_timm(tower: Any, pixels: Tensor) -> Tensor:
    trunk, head = tower.trunk, tower.head
    features = trunk.forward_features(pixels)
    if features.ndim == 4:  # (1, C, h, w), or channels last where the trunk says so
        if getattr(trunk, "output_fmt", "NCHW") == "NHWC":
            features = features.permute(0, 3, 1, 2)
        features = _averaged(features)
        rows, columns = features.shape[-2:]
        cells = features[0].flatten(1).T[:, :, None, None]  # (cells, C, 1, 1)
        projected: Tensor = head(trunk.forward_head(cells))
        return projected.view(rows, columns, -1)
    tokens = features[0, int(getattr(trunk, "num_prefix_tokens", 0)) :]  # (cells, C)
    if tokens.shape[0] != features.shape[1]:
        raise ValueError("patches of a tower with tokens of other kinds")
    return _square(head(trunk.forward_head(tokens[:, None, :])))


def _averaged(features: Tensor) -> Tensor:
    """Every cell of (1, C, h, w) averaged with its neighbours, those that there are."""
    return functional.avg_pool2d(
        features, 2 * _REACH + 1, stride=1, padding=_REACH, count_include_pad=False
    )


def _of_transformer(tower: Any, pixels: Tensor) -> Tensor:
    tokens = tower._embeds(pixels)
    *blocks, last = tower.transformer.resblocks
    batch_first = bool(getattr(tower.transformer, "batch_first", True))
    if not batch_first:
        tokens = tokens.transpose(0, 1)
    for block in blocks:
        tokens = block(tokens)
    tokens = _without_attention(last, tokens)
    if not batch_first:
        tokens = tokens.transpose(0, 1)
    cells = tower.ln_post(tokens[0, 1:])  # (cells, width), less the class token
    return _square(cells if tower.proj is None else cells @ tower.proj)


def _without_attention(block: Any, tokens: Tensor) -> Tensor:
    """The block, each token attending to nothing but itself."""
    attention = block.attn
    width = tokens.shape[-1]
    bias = attention.in_proj_bias
    values = functional.linear(
        block.ln_1(tokens),
        attention.in_proj_weight[2 * width :],
        None if bias is None else bias[2 * width :],
    )
    tokens = tokens + block.ls_1(attention.out_proj(values))
    mixed: Tensor = tokens + block.ls_2(block.mlp(block.ln_2(tokens)))
    return mixed


def _square(cells: Tensor) -> Tensor:
    """(cells, dim) in rows → (side, side, dim). Raises ValueError if they form no square."""
    side = round(len(cells) ** 0.5)
    if side * side != len(cells):
        raise ValueError("patches that form no square")
    return torch.reshape(cells, (side, side, -1))
