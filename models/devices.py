"""Where to compute and in which precision. Never loads a model."""

from dataclasses import dataclass

import torch

from models.errors import ModelLoadError

DEVICES = ("auto", "cpu", "cuda", "mps")
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
PRECISIONS = ("auto", *DTYPES)
_CPU_FEATURES = ("avx2", "avx512_f", "avx512_bf16", "amx_bf16", "sve", "neon")


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


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a model would run on, in which precision; `features` of the processor that speed it."""

    torch_version: str
    features: tuple[str, ...]
    device: str
    precision: str
    fast_bf16: bool


def device_facts(device: str, precision: str) -> DeviceFacts:
    """What these settings come to on this machine. Raises ModelLoadError."""
    chosen = choose_device(device)
    has = torch.cpu.get_capabilities()
    return DeviceFacts(
        torch_version=str(torch.__version__),
        features=tuple(name for name in _CPU_FEATURES if has.get(name, False)),
        device=torch.cuda.get_device_name(chosen) if chosen.type == "cuda" else chosen.type,
        precision=choose_precision(precision, chosen),
        fast_bf16=_has_fast_bf16(chosen),
    )
