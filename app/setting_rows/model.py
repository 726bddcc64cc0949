"""Which model, and where it runs.

Rows of the table of settings; they read nothing themselves.
"""

from pathlib import Path

from pydantic import BaseModel, Field, field_validator


class ModelRows(BaseModel):
    """Which model, and where it runs."""

    model: str | None = Field(
        default=None,
        description="`builtin`, a model name that open_clip knows, `hf-hub:org/name`, or a "
        "directory with weights. When not set: the one that the collection was made with, and "
        "`builtin` for a new one.",
    )
    pretrained: str | None = Field(
        default=None, description="Weights tag or weights file for a model that open_clip knows."
    )
    device: str = Field(default="auto", description="`auto`, `cpu`, `cuda` or `cuda:N`.")
    precision: str = Field(default="auto", description="`auto`, `fp32`, `bf16` or `fp16`.")
    batch_size: int = Field(default=64, ge=1, le=4096, description="Most inputs in one model call.")
    allow_hub: bool = Field(
        default=False, description="Allow downloading model weights from the Hugging Face hub."
    )
    model_cache_dir: Path | None = Field(
        default=None,
        description="Directory for downloaded weights; the library's own when not set.",
    )

    @field_validator("model", "pretrained")
    @classmethod
    def _named(cls, value: str | None) -> str | None:
        """Empty, as an environment file may have it, is not set."""
        return value or None

    @field_validator("model_cache_dir")
    @classmethod
    def _opened_cache_dir(cls, value: Path | None) -> Path | None:
        """A `~` that no shell has opened, as in an environment file."""
        return value.expanduser() if value is not None else None
