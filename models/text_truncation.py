"""Encode text at the length it has instead of the length that the model could take.

In a causal tower no position sees what comes after it, and the result is read at the end-of-text
token: what stands behind the longest text of the batch can be dropped without changing anything but
the order of float additions. Not valid for towers that look both ways; `find_causal_tower` says no.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

_READ_AT_END = ("argmax", "eos")


@dataclass(frozen=True, slots=True)
class CausalTower:
    """A text tower whose unused positions may be dropped."""

    tower: Any  # open_clip's CLIP or TextTransformer: their attributes are untyped
    pool_type: str
    eos_id: int | None

    def features(self, tokens: Tensor) -> Tensor:
        """(n, context_length) token ids → (n, dim) text features, not normalised."""
        ends = self._ends(tokens)  # (n,)
        length = int(ends.max()) + 1
        tower = self.tower
        dtype = tower.transformer.get_cast_dtype()
        x = tower.token_embedding(tokens[:, :length]).to(dtype)  # (n, length, width)
        x = x + tower.positional_embedding[:length].to(dtype)
        x = tower.transformer(x, attn_mask=tower.attn_mask[:length, :length])
        pooled = tower.ln_final(x)[torch.arange(len(x), device=x.device), ends]  # (n, width)
        projection = tower.text_projection
        if isinstance(projection, nn.Module):
            pooled = projection(pooled)
        elif projection is not None:
            pooled = pooled @ projection
        features: Tensor = pooled  # (n, dim)
        return features

    def largest_product(self, tokens: Tensor) -> int:
        """Multiplications of the largest matrix product of a layer, roughly."""
        width: int = self.tower.token_embedding.weight.shape[1]
        return len(tokens) * (int(self._ends(tokens).max()) + 1) * 4 * width * width

    def _ends(self, tokens: Tensor) -> Tensor:
        if self.pool_type == "argmax":
            return tokens.argmax(dim=-1)
        return torch.eq(tokens, self.eos_id or 0).int().argmax(dim=-1)


def find_causal_tower(model: nn.Module) -> CausalTower | None:
    """The model's text tower if dropping unused positions is exact for it, else None."""
    tower: Any = getattr(model, "text", model)
    pool_type = getattr(tower, "pool_type", getattr(model, "text_pool_type", None))
    eos_id = getattr(tower, "eos_id", getattr(model, "text_eos_id", None))
    causal = getattr(tower, "attn_mask", None) is not None
    plain = getattr(tower, "cls_emb", None) is None and hasattr(tower, "token_embedding")
    if not (causal and plain and pool_type in _READ_AT_END):
        return None
    return CausalTower(tower, pool_type, eos_id)
