"""What to load and how much to accept: frozen values, made once at start-up.

Never reads the environment.
"""

from dataclasses import dataclass
from pathlib import Path

BUILTIN_MODEL = "builtin"


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """How large a picture may be before it is refused unread."""

    # 200 megapixels: above any camera on sale, and 600 MB once decoded.
    max_pixels: int = 200_000_000
    max_bytes: int = 256 * 2**20


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Which model, on which device, in which precision.

    `model_name` is `builtin`, a name that open_clip knows (with `pretrained` a tag or a weights
    file), `hf-hub:org/name`, or a directory that holds `open_clip_config.json` and weights.
    """

    model_name: str = BUILTIN_MODEL
    pretrained: str | None = None
    device: str = "auto"
    precision: str = "auto"
    batch_size: int = 64
    allow_hub: bool = False
    cache_dir: Path | None = None
