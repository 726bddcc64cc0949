"""A model's identity: embeddings of different fingerprints must never meet.

Covers weights, preprocessing, tokenizer and precision class. fp32, bf16 and fp16 are one class:
`models.golden` holds them to the same embedding within a bound, so an index made on a GPU may be
searched on a laptop. Never loads anything.
"""

import hashlib
import json
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

FINGERPRINT_CHARS = 32
_PRECISION_CLASS = "float"
# Together these visit lower-casing, byte fallback, padding and truncation.
_TOKENIZER_PROBES = ["a photo of a cat.", "Ünïcode 猫 🐈", "UPPER lower 1234", "word " * 200, ""]


def model_fingerprint(
    weights: Mapping[str, Tensor],
    preprocessing: Mapping[str, object],
    tokenizer: Callable[[list[str]], Tensor],
) -> str:
    """32 hex characters that change when any embedding of the model could change.

    Weights are hashed as float32 values, so the file format that they came in does not matter.
    """
    digest = hashlib.sha256(_PRECISION_CLASS.encode())
    for name in sorted(weights):
        tensor = weights[name].detach().cpu()
        values = tensor.float() if tensor.is_floating_point() else tensor
        digest.update(f"{name} {tuple(tensor.shape)}".encode())
        digest.update(values.contiguous().numpy().reshape(-1).view(np.uint8).data)
    digest.update(json.dumps(preprocessing, sort_keys=True, default=list).encode())
    digest.update(tokenizer(_TOKENIZER_PROBES).to(torch.int64).contiguous().numpy().tobytes())
    return digest.hexdigest()[:FINGERPRINT_CHARS]
