"""Where to compute and in which precision. Never loads a model."""

import torch

from models.errors import ModelLoadError

DEVICES = ("auto", "cpu", "cuda", "mps")
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
PRECISIONS = ("auto", *DTYPES)


def choose_device(wanted: str) -> torch.device:
    """The device to use: what is wanted, or the best that answers. Raises ModelLoadError."""
    if wanted == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    kind = wanted.split(":")[0]
    if kind not in DEVICES:
        raise ModelLoadError(wanted, f"no such device; use one of {', '.join(DEVICES)}")
    if kind == "cuda" and not torch.cuda.is_available():
        raise ModelLoadError(wanted, "no CUDA device answers; use device auto or cpu")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise ModelLoadError(wanted, "no Metal device answers; use device auto or cpu")
    return torch.device(wanted)


def choose_precision(wanted: str, device: torch.device) -> str:
    """bf16 where the hardware multiplies in it, else fp32. Raises ModelLoadError."""
    if wanted not in PRECISIONS:
        raise ModelLoadError(wanted, f"no such precision; use one of {', '.join(PRECISIONS)}")
    if wanted != "auto":
        return wanted
    return "bf16" if _has_fast_bf16(device) else "fp32"


def _has_fast_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":
        capabilities = torch.cpu.get_capabilities()
        return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16"))
    return False
